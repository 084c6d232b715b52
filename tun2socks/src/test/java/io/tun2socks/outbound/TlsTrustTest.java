package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tun2socks.config.clash.ProxyConfig.Tls;
import io.tun2socks.outbound.OutboundException.Reason;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is at the other end of TLS: certificates, names, and handshakes that fail. */
@ExtendWith(Leaks.class)
class TlsTrustTest {
    private static final Destination WEB = new Destination("example.org", null, 443);

    private final Loop loop = new Loop();
    private final RecordingRelay relay = new RecordingRelay();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        loop.close();
    }

    private Channel connect(Outbound outbound) throws Exception {
        return loop.await(() -> outbound.connect(loop.loop(), WEB, relay));
    }

    private OutboundException failure(Outbound outbound) throws Exception {
        OutboundException failure = loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
        assertThat(relay.wasAdded()).isFalse();
        return failure;
    }

    @Test
    void asksForTheNameAndTheProtocolsAndSendsTheHeaders() throws Exception {
        CompletableFuture<String> name = new CompletableFuture<>();
        CompletableFuture<String> protocol = new CompletableFuture<>();
        CompletableFuture<String> head = new CompletableFuture<>();
        FakeServer.Script script = talk -> {
            FakeServer.Talk inside = talk.secure(TlsServers.context(TlsServers.SERVER), socket -> {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {"http/1.1"});
                socket.setSSLParameters(parameters);
            });
            SSLSocket socket = (SSLSocket) inside.socket();
            ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
            name.complete(((SNIHostName) session.getRequestedServerNames().get(0)).getAsciiName());
            protocol.complete(socket.getApplicationProtocol());
            head.complete(inside.readHead());
            inside.sendText("HTTP/1.1 200 OK\r\n\r\n").awaitClose();
        };
        try (FakeServer upstream = new FakeServer(script);
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .user("joe", "secret")
                        .headers(Map.of("X-Token", "abc"))
                        .tls(TlsServers.skipping("front-door", List.of("h2", "http/1.1")))
                        .create()) {
            connect(outbound).close().sync();
            assertThat(name.get(10, TimeUnit.SECONDS)).isEqualTo("front-door");
            assertThat(protocol.get(10, TimeUnit.SECONDS)).isEqualTo("http/1.1");
            assertThat(head.get(10, TimeUnit.SECONDS))
                    .isEqualTo(String.join(
                            "\r\n",
                            "CONNECT example.org:443 HTTP/1.1",
                            "Host: example.org:443",
                            "X-Token: abc",
                            "Proxy-Authorization: Basic am9lOnNlY3JldA==",
                            "",
                            ""));
        }
    }

    @Test
    void asksForANameThatTheJdkTakesForNone() throws Exception {
        CompletableFuture<String> hello = new CompletableFuture<>();
        FakeServer.Script script = talk -> {
            byte[] header = talk.read(5);
            hello.complete(new String(talk.read(((header[3] & 0xff) << 8) | (header[4] & 0xff)), ISO_8859_1));
        };
        try (FakeServer upstream = new FakeServer(script);
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(TlsServers.skipping("front_door.test", List.of()))
                        .create()) {
            assertThat(failure(outbound)).hasMessageContaining("closed the connection during the TLS handshake");
            assertThat(hello.get(10, TimeUnit.SECONDS)).contains("front_door.test");
        }
    }

    @Test
    void trustsWhatTheAuthoritiesOfTheSystemVouchFor() throws Exception {
        Path store = directory.resolve("authorities");
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("authority", TlsServers.AUTHORITY.getCertificate());
        try (OutputStream out = Files.newOutputStream(store)) {
            authorities.store(out, "changeit".toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", store.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
        try (FakeServer upstream = new FakeServer(
                        TlsServers.agree(TlsServers.SERVER, TlsServers::asItIs, FakeServer.Talk::awaitClose),
                        TlsServers.refused(TlsServers.SERVER, TlsServers::asItIs));
                Outbound right = Proxies.http("127.0.0.1", upstream.port())
                        .tls(new Tls("proxy.test", false, "", "", "", List.of()))
                        .create();
                Outbound wrong = Proxies.http("127.0.0.1", upstream.port())
                        .tls(new Tls("elsewhere.test", false, "", "", "", List.of()))
                        .create()) {
            connect(right).close().sync();
            OutboundException failure = loop.failure(() -> wrong.connect(loop.loop(), WEB, new RecordingRelay()));
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure)
                    .hasMessageContaining("http://127.0.0.1:" + upstream.port()
                            + ": the certificate of elsewhere.test is not trusted: ")
                    .hasMessageContaining("elsewhere.test found");
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            System.clearProperty("javax.net.ssl.trustStorePassword");
        }
    }

    @Test
    void refusesACertificateOfAnUnknownAuthority() throws Exception {
        try (FakeServer upstream = new FakeServer(TlsServers.refused(TlsServers.SERVER, TlsServers::asItIs));
                Outbound outbound = Proxies.socks5("127.0.0.1", upstream.port())
                        .tls(Proxies.PLAIN_TLS)
                        .create()) {
            OutboundException failure = failure(outbound);
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure)
                    .hasMessage("socks5://127.0.0.1:" + upstream.port()
                            + ": the certificate of 127.0.0.1 is not trusted: "
                            + "unable to find valid certification path to requested target");
        }
    }

    @Test
    void refusesAnotherCertificateThanThePinnedOneEvenIfNoneIsVerified() throws Exception {
        String expected = TlsServers.fingerprint(TlsServers.OTHER);
        Tls tls = new Tls("", true, expected, "", "", List.of());
        try (FakeServer upstream = new FakeServer(TlsServers.refused(TlsServers.SERVER, TlsServers::asItIs));
                Outbound outbound =
                        Proxies.http("127.0.0.1", upstream.port()).tls(tls).create()) {
            assertThat(failure(outbound))
                    .hasMessageContaining("shows another certificate: expected the fingerprint " + expected + ", got "
                            + TlsServers.fingerprint(TlsServers.SERVER) + " of CN=proxy.test");
        }
    }

    @Test
    void aPinnedAuthorityVouchesForWhatItIssuedOnly() throws Exception {
        X509Bundle between = new CertificateBuilder()
                .subject("CN=between.test")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildIssuedBy(TlsServers.AUTHORITY);
        X509Bundle whole = new CertificateBuilder()
                .subject("CN=proxy.test")
                .addSanDnsName("proxy.test")
                .ecp256()
                .buildIssuedBy(between);
        // Anybody can put a certificate of others behind his own.
        FixedKeys lie = new FixedKeys(
                TlsServers.SERVER.getKeyPair().getPrivate(),
                TlsServers.SERVER.getCertificate(),
                between.getCertificate());
        SSLContext liar = SSLContext.getInstance("TLS");
        liar.init(new KeyManager[] {lie}, null, null);
        Tls tls = new Tls("proxy.test", false, TlsServers.fingerprint(between), "", "", List.of());
        Tls otherName = new Tls("elsewhere.test", false, TlsServers.fingerprint(between), "", "", List.of());
        try (FakeServer upstream = new FakeServer(
                        TlsServers.agree(whole, TlsServers::asItIs, FakeServer.Talk::awaitClose),
                        TlsServers.refused(liar, TlsServers::asItIs),
                        TlsServers.refused(whole, TlsServers::asItIs));
                Outbound outbound =
                        Proxies.http("127.0.0.1", upstream.port()).tls(tls).create();
                Outbound elsewhere = Proxies.http("127.0.0.1", upstream.port())
                        .tls(otherName)
                        .create()) {
            loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()))
                    .close()
                    .sync();
            assertThat(failure(outbound)).hasMessageContaining("is not trusted");
            assertThat(failure(elsewhere)).hasMessageContaining("elsewhere.test found");
        }
    }

    @Test
    void showsItsOwnCertificateFromTextAndFromFiles() throws Exception {
        Path certificate =
                Files.writeString(directory.resolve("client.pem"), TlsServers.CLIENT.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("client.key"), TlsServers.CLIENT.getPrivateKeyPEM());
        Tls text = new Tls(
                "", true, "", TlsServers.CLIENT.getCertificatePEM(), TlsServers.CLIENT.getPrivateKeyPEM(), List.of());
        Tls files = new Tls("", true, "", certificate.toString(), key.toString(), List.of());
        for (Tls tls : List.of(text, files)) {
            CompletableFuture<String> seen = new CompletableFuture<>();
            FakeServer.Script script =
                    TlsServers.agree(TlsServers.SERVER, socket -> socket.setNeedClientAuth(true), talk -> {
                        seen.complete(((SSLSocket) talk.socket())
                                .getSession()
                                .getPeerPrincipal()
                                .getName());
                        talk.awaitClose();
                    });
            try (FakeServer upstream = new FakeServer(script);
                    Outbound outbound =
                            Proxies.http("127.0.0.1", upstream.port()).tls(tls).create()) {
                loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()))
                        .close()
                        .sync();
                assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo("CN=client.test");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void saysThatACertificateOfItsOwnIsWanted(String protocol) throws Exception {
        Consumer<SSLSocket> strict = socket -> {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setNeedClientAuth(true);
        };
        try (FakeServer upstream = new FakeServer(TlsServers.refused(TlsServers.SERVER, strict));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(TlsServers.skipping("", List.of()))
                        .create()) {
            assertThat(failure(outbound))
                    .hasMessageContaining("TLS: ")
                    .hasMessageContaining("it may want a client certificate");
        }
    }

    @Test
    void endsAHandshakeThatNobodyAnswers() throws Exception {
        try (FakeServer upstream = new FakeServer(FakeServer.Talk::awaitClose);
                Outbound outbound = Outbounds.create(
                        Proxies.http("127.0.0.1", upstream.port())
                                .tls(Proxies.PLAIN_TLS)
                                .config(),
                        new SocketSettings(0, null, 200),
                        dialer -> null)) {
            OutboundException failure = failure(outbound);
            assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
            assertThat(failure).hasMessageContaining("no end of the TLS handshake within 200 ms");
        }
    }

    @Test
    void tellsAServerThatSpeaksNoTlsAndOneThatCloses() throws Exception {
        try (FakeServer upstream = new FakeServer(
                        talk -> talk.sendText("HTTP/1.1 400 Bad Request\r\n\r\n")
                                .awaitClose(),
                        talk -> talk.read(1));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(Proxies.PLAIN_TLS)
                        .create()) {
            assertThat(failure(outbound)).hasMessageEndingWith(": does not speak TLS");
            assertThat(failure(outbound)).hasMessageContaining("closed the connection during the TLS handshake");
        }
    }
}
