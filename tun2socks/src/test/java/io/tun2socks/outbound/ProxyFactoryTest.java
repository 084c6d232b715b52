package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyConfig.Tls;
import io.tun2socks.outbound.Outbound.Verdict;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.security.interfaces.ECPrivateKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Outbounds of configured proxies: names, verdicts, headers, and what is refused. */
@ExtendWith(Leaks.class)
class ProxyFactoryTest {
    private static final Destination WEB = new Destination("example.org", null, 443);

    @ParameterizedTest
    @EnumSource(
            value = ProxyConfig.Type.class,
            names = {"REJECT", "REJECT_DROP", "PASS", "DNS"})
    void whatGoesNowhereRefusesTcpAndUdp(ProxyConfig.Type type) throws Exception {
        try (Loop loop = new Loop();
                Outbound outbound = Proxies.of(type).name("n").create()) {
            assertThat(outbound.name()).isEqualTo("n");
            assertThat(outbound.verdict())
                    .isEqualTo(type == ProxyConfig.Type.REJECT_DROP ? Verdict.DROP : Verdict.REJECT);
            assertThat(outbound.supportsUdp()).isTrue();
            RecordingRelay relay = new RecordingRelay();
            OutboundException tcp = loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
            assertThat(tcp.reason()).isEqualTo(Reason.REFUSED);
            assertThat(tcp).hasMessageContaining("example.org:443 is ");
            OutboundException udp = loop.failure(() -> outbound.openUdp(loop.loop(), new RecordingReceiver()));
            assertThat(udp.reason()).isEqualTo(Reason.REFUSED);
            assertThat(udp).hasMessageContaining("UDP is ");
            assertThat(relay.wasAdded()).isFalse();
        }
    }

    @Test
    void goesByItsNameAndSaysWhatItIs() {
        Map<Proxies, String> descriptions = new LinkedHashMap<>();
        descriptions.put(Proxies.socks5("::1", 1080).user("joe", "secret"), "socks5://[::1]:1080");
        descriptions.put(Proxies.http("proxy.test", 80).user("joe", "secret"), "http://proxy.test:80");
        descriptions.put(Proxies.of(ProxyConfig.Type.DIRECT), "direct://");
        descriptions.put(Proxies.of(ProxyConfig.Type.REJECT), "reject://");
        descriptions.put(Proxies.of(ProxyConfig.Type.REJECT_DROP), "drop://");
        descriptions.put(Proxies.of(ProxyConfig.Type.PASS), "pass://");
        descriptions.put(
                Proxies.of(ProxyConfig.Type.DNS), "dns:// (rejects: the program does not answer DNS questions)");
        descriptions.forEach((proxy, description) -> {
            try (Outbound outbound = proxy.name("my name").create()) {
                assertThat(outbound.name()).isEqualTo("my name");
                assertThat(outbound.description()).isEqualTo(description);
            }
        });
    }

    @Test
    void udpIsAsItIsConfigured() throws Exception {
        try (Loop loop = new Loop();
                Outbound off = Proxies.of(ProxyConfig.Type.DIRECT).create();
                Outbound on = Proxies.of(ProxyConfig.Type.DIRECT).udp().create();
                Outbound socks = Proxies.socks5("127.0.0.1", 1080).udp().create()) {
            assertThat(off.supportsUdp()).isFalse();
            assertThat(on.supportsUdp()).isTrue();
            assertThat(socks.supportsUdp()).isTrue();
            assertThat(loop.failure(() -> off.openUdp(loop.loop(), new RecordingReceiver())))
                    .hasMessage("UDP is not allowed through p");
        }
    }

    @Test
    void sendsHeadersInOrderAndPutsUsersBeforeThem() throws Exception {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-B", "ü");
        headers.put("host", "other.test");
        headers.put("proxy-authorization", "Bearer x");
        headers.put("X-A", "");
        String plain = head("X-B: Ã¼", "proxy-authorization: Bearer x", "X-A: ");
        String user = head("X-B: Ã¼", "X-A: ", "Proxy-Authorization: Basic am9lOg==");
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        try (Loop loop = new Loop();
                FakeServer server = new FakeServer(answering(first), answering(second));
                Outbound without = Proxies.http("127.0.0.1", server.port())
                        .headers(headers)
                        .create();
                Outbound with = Proxies.http("127.0.0.1", server.port())
                        .headers(headers)
                        .user("joe", "")
                        .create()) {
            for (Outbound outbound : List.of(without, with)) {
                Channel channel = loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()));
                channel.close().sync();
            }
            assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(plain);
            assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(user);
        }
    }

    private static String head(String... lines) {
        return "CONNECT example.org:443 HTTP/1.1\r\nHost: other.test\r\n" + String.join("\r\n", lines) + "\r\n\r\n";
    }

    private static FakeServer.Script answering(CompletableFuture<String> head) {
        return talk -> {
            head.complete(talk.readHead());
            talk.sendText("HTTP/1.1 200 OK\r\n\r\n").awaitClose();
        };
    }

    @Test
    void logsInToSocks() throws Exception {
        try (Loop loop = new Loop();
                FakeServer server = new FakeServer(talk -> {
                    talk.expect("05020002").send("0502");
                    talk.expect("01 03 6a6f65 00").send("0100");
                    talk.expect("05010001 7f000001 0050").send("05000001 00000000 0000");
                    talk.awaitClose();
                });
                Outbound outbound = Proxies.socks5("127.0.0.1", server.port())
                        .user("joe", "")
                        .create()) {
            Destination destination =
                    Destination.of(IpAddress.parse("127.0.0.1").orElseThrow(), 80);
            loop.await(() -> outbound.connect(loop.loop(), destination, new RecordingRelay()))
                    .close()
                    .sync();
        }
    }

    @Test
    void saysWhatCannotBeUsedAndWhere() throws Exception {
        X509Bundle one = new CertificateBuilder()
                .subject("CN=one")
                .setIsCertificateAuthority(true)
                .rsa2048()
                .buildSelfSigned();
        X509Bundle two = new CertificateBuilder()
                .subject("CN=two")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
        String certificate = one.getCertificatePEM();
        String key = one.getPrivateKeyPEM();
        refused(Proxies.socks5("h", 1).user("x".repeat(256), ""), "username: has 256 bytes, SOCKS5 allows 255");
        refused(Proxies.socks5("h", 1).user("x", "y".repeat(256)), "password: has 256 bytes, SOCKS5 allows 255");
        refused(Proxies.http("h", 1).user("a:b", ""), "username: HTTP basic authentication allows no ':' in it");
        refused(Proxies.http("h", 1).headers(Map.of("a b", "")), "headers: 'a b' is not the name of a header");
        refused(
                Proxies.http("h", 1).headers(Map.of("a", "b\r\nc: d")),
                "headers: the value of 'a' holds a line break or another control character");
        refused(Proxies.of(ProxyConfig.Type.DIRECT).interfaceName("x".repeat(16)), "the interface name");
        refused(tls("", "12:34", "", ""), "fingerprint: '12:34' is not the SHA-256 of a certificate: expected 64");
        refused(tls("", "x".repeat(64), "", ""), "fingerprint: 'x");
        refused(tls("a b", "", "", ""), "sni: 'a b' is not a host name");
        refused(tls("", "", certificate, ""), "private-key: expected one, since there is a certificate");
        refused(tls("", "", "", key), "certificate: expected one, since there is a private-key");
        refused(tls("", "", "/nowhere/c.pem", key), "certificate: cannot read the file /nowhere/c.pem");
        refused(tls("", "", key, key), "certificate: holds no certificate");
        refused(tls("", "", certificate, certificate), "private-key: holds no private key");
        refused(
                tls("", "", certificate, key.replace("PRIVATE", "ENCRYPTED PRIVATE")),
                "private-key: is encrypted, expected a key without a password");
        refused(tls("", "", two.getCertificatePEM(), key), "private-key: is not the key of the certificate CN=two");
        refused(
                tls("", "", certificate, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
                "private-key: is a key of no kind that is known");
        refused(
                tls("", "", certificate, "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n"),
                "private-key: is an EC key that does not name its curve");
    }

    private static Proxies tls(String sni, String fingerprint, String certificate, String key) {
        return Proxies.http("h.test", 1).tls(new Tls(sni, false, fingerprint, certificate, key, List.of()));
    }

    private static void refused(Proxies proxy, String message) {
        assertThatThrownBy(proxy::create)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("proxy 'p' (line 7): " + message)
                .hasMessageNotContaining("secret");
    }

    @Test
    void readsTheKeysThatOlderProgramsWrite() throws Exception {
        X509Bundle rsa = new CertificateBuilder()
                .subject("CN=rsa")
                .setIsCertificateAuthority(true)
                .rsa2048()
                .buildSelfSigned();
        X509Bundle ec = new CertificateBuilder()
                .subject("CN=ec")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
        for (X509Bundle bundle : List.of(rsa, ec)) {
            byte[] pkcs8 = bundle.getKeyPair().getPrivate().getEncoded();
            ClientCertificate plain = ClientCertificate.read(bundle.getCertificatePEM(), bundle.getPrivateKeyPEM());
            assertThat(plain.key().getEncoded()).isEqualTo(pkcs8);
            assertThat(plain.chain()).containsExactly(bundle.getCertificate());
        }
        // The same keys by OpenSSL 3: openssl rsa -traditional, openssl ec.
        String older =
                new String(getClass().getResourceAsStream("older-keys.pem").readAllBytes(), ISO_8859_1);
        List<PemBlock> blocks = PemBlock.all(older);
        assertThat(blocks)
                .extracting(PemBlock::label)
                .containsExactly("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "PRIVATE KEY");
        String[] parts = older.split("(?<=-----END [A-Z ]{0,9}PRIVATE KEY-----)\n", -1);
        assertThat(PrivateKeyPem.parse(parts[0])).isEqualTo(PrivateKeyPem.parse(parts[1]));
        ECPrivateKey old = (ECPrivateKey) PrivateKeyPem.parse(parts[2]);
        ECPrivateKey today = (ECPrivateKey) PrivateKeyPem.parse(parts[3]);
        assertThat(old.getS()).isEqualTo(today.getS());
        assertThat(old.getParams().getOrder()).isEqualTo(today.getParams().getOrder());
        assertThat(PrivateKeyPem.parse(parts[4]).getAlgorithm()).isEqualTo("EdDSA");
    }
}
