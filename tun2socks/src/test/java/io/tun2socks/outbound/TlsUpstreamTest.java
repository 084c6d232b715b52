package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.Future;
import io.tun2socks.config.clash.ProxyConfig.Tls;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that speak TLS, by the JDK's own server on loopback. */
@ExtendWith(Leaks.class)
class TlsUpstreamTest {
    private static final Destination WEB = new Destination("example.org", null, 443);

    private static X509Bundle authority;
    private static X509Bundle other;
    private static X509Bundle server;
    private static X509Bundle client;

    private final Loop loop = new Loop();
    private final RecordingRelay relay = new RecordingRelay();

    @TempDir
    private Path directory;

    @BeforeAll
    static void issue() throws Exception {
        authority = new CertificateBuilder()
                .subject("CN=authority.test")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
        other = new CertificateBuilder()
                .subject("CN=other.test")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
        server = new CertificateBuilder()
                .subject("CN=proxy.test")
                .addSanDnsName("proxy.test")
                .ecp256()
                .buildIssuedBy(authority);
        client = new CertificateBuilder().subject("CN=client.test").rsa2048().buildIssuedBy(authority);
    }

    @AfterEach
    void stop() {
        loop.close();
    }

    private static void asItIs(SSLSocket socket) {
        assertThat(socket.getUseClientMode()).isFalse();
    }

    private static SSLContext context(X509Bundle bundle) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                bundle.toKeyManagerFactory().getKeyManagers(), new TrustManager[] {authority.toTrustManager()}, null);
        return context;
    }

    /** Agrees to CONNECT inside TLS and goes on. */
    private static FakeServer.Script agree(X509Bundle bundle, Consumer<SSLSocket> settings, FakeServer.Script then) {
        return talk -> {
            FakeServer.Talk inside = talk.secure(context(bundle), settings);
            inside.readHead();
            inside.sendText("HTTP/1.1 200 OK\r\n\r\n");
            then.run(inside);
        };
    }

    /** Shakes hands as far as the client does. */
    private static FakeServer.Script refused(X509Bundle bundle, Consumer<SSLSocket> settings) throws Exception {
        return refused(context(bundle), settings);
    }

    private static FakeServer.Script refused(SSLContext context, Consumer<SSLSocket> settings) {
        return talk -> {
            try {
                talk.secure(context, settings).awaitClose();
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        };
    }

    private static String fingerprint(X509Bundle bundle) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(bundle.getCertificate().getEncoded()));
    }

    private static Tls pinned(String fingerprint) {
        return new Tls("", false, fingerprint, "", "", List.of());
    }

    private static Tls skipping(String sni, List<String> alpn) {
        return new Tls(sni, true, "", "", "", alpn);
    }

    private Channel connect(Outbound outbound) throws Exception {
        return loop.await(() -> outbound.connect(loop.loop(), WEB, relay));
    }

    private OutboundException failure(Outbound outbound) throws Exception {
        OutboundException failure = loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
        assertThat(relay.wasAdded()).isFalse();
        return failure;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void carriesBytesBothWays(String protocol) throws Exception {
        Consumer<SSLSocket> only = socket -> socket.setEnabledProtocols(new String[] {protocol});
        try (FakeServer upstream = new FakeServer(agree(
                        server,
                        only,
                        talk -> talk.sendText("hello")
                                .expect("70696e67")
                                .sendText(" again")
                                .awaitClose()));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(pinned(fingerprint(server)))
                        .create()) {
            Channel channel = connect(outbound);
            assertThat(channel.pipeline().last()).isSameAs(relay);
            relay.startReading(channel);
            assertThat(relay.awaitText(5)).isEqualTo("hello");
            channel.writeAndFlush(Unpooled.copiedBuffer("ping", ISO_8859_1)).sync();
            assertThat(relay.awaitText(11)).isEqualTo("hello again");
            channel.close().sync();
        }
    }

    @Test
    void asksForTheNameAndTheProtocolsAndSendsTheHeaders() throws Exception {
        CompletableFuture<String> name = new CompletableFuture<>();
        CompletableFuture<String> protocol = new CompletableFuture<>();
        CompletableFuture<String> head = new CompletableFuture<>();
        FakeServer.Script script = talk -> {
            FakeServer.Talk inside = talk.secure(context(server), socket -> {
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
                        .tls(skipping("front-door", List.of("h2", "http/1.1")))
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
                        .tls(skipping("front_door.test", List.of()))
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
        authorities.setCertificateEntry("authority", authority.getCertificate());
        try (OutputStream out = Files.newOutputStream(store)) {
            authorities.store(out, "changeit".toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", store.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
        try (FakeServer upstream = new FakeServer(
                        agree(server, TlsUpstreamTest::asItIs, FakeServer.Talk::awaitClose),
                        refused(server, TlsUpstreamTest::asItIs));
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
        try (FakeServer upstream = new FakeServer(refused(server, TlsUpstreamTest::asItIs));
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
        String expected = fingerprint(other);
        Tls tls = new Tls("", true, expected, "", "", List.of());
        try (FakeServer upstream = new FakeServer(refused(server, TlsUpstreamTest::asItIs));
                Outbound outbound =
                        Proxies.http("127.0.0.1", upstream.port()).tls(tls).create()) {
            assertThat(failure(outbound))
                    .hasMessageContaining("shows another certificate: expected the fingerprint " + expected + ", got "
                            + fingerprint(server) + " of CN=proxy.test");
        }
    }

    @Test
    void aPinnedAuthorityVouchesForWhatItIssuedOnly() throws Exception {
        X509Bundle between = new CertificateBuilder()
                .subject("CN=between.test")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildIssuedBy(authority);
        X509Bundle whole = new CertificateBuilder()
                .subject("CN=proxy.test")
                .addSanDnsName("proxy.test")
                .ecp256()
                .buildIssuedBy(between);
        // Anybody can put a certificate of others behind his own.
        FixedKeys lie =
                new FixedKeys(server.getKeyPair().getPrivate(), server.getCertificate(), between.getCertificate());
        SSLContext liar = SSLContext.getInstance("TLS");
        liar.init(new KeyManager[] {lie}, null, null);
        Tls tls = new Tls("proxy.test", false, fingerprint(between), "", "", List.of());
        Tls otherName = new Tls("elsewhere.test", false, fingerprint(between), "", "", List.of());
        try (FakeServer upstream = new FakeServer(
                        agree(whole, TlsUpstreamTest::asItIs, FakeServer.Talk::awaitClose),
                        refused(liar, TlsUpstreamTest::asItIs),
                        refused(whole, TlsUpstreamTest::asItIs));
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
        Path certificate = Files.writeString(directory.resolve("client.pem"), client.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("client.key"), client.getPrivateKeyPEM());
        Tls text = new Tls("", true, "", client.getCertificatePEM(), client.getPrivateKeyPEM(), List.of());
        Tls files = new Tls("", true, "", certificate.toString(), key.toString(), List.of());
        for (Tls tls : List.of(text, files)) {
            CompletableFuture<String> seen = new CompletableFuture<>();
            FakeServer.Script script = agree(server, socket -> socket.setNeedClientAuth(true), talk -> {
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
        try (FakeServer upstream = new FakeServer(refused(server, strict));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(skipping("", List.of()))
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

    @Test
    void aCancelledHandshakeClosesTheConnection() throws Exception {
        CountDownLatch hello = new CountDownLatch(1);
        try (FakeServer upstream = new FakeServer(talk -> {
                    talk.read(1);
                    hello.countDown();
                    talk.awaitClose();
                });
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(Proxies.PLAIN_TLS)
                        .create()) {
            Future<Channel> future = loop.on(() -> outbound.connect(loop.loop(), WEB, relay));
            assertThat(hello.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(loop.on(() -> future.cancel(false))).isTrue();
        }
        assertThat(relay.wasAdded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void downloadsAfterItsOwnFin(String protocol) throws Exception {
        Consumer<SSLSocket> only = socket -> socket.setEnabledProtocols(new String[] {protocol});
        boolean answers = protocol.equals("TLSv1.3");
        CompletableFuture<String> upload = new CompletableFuture<>();
        try (FakeServer upstream = new FakeServer(agree(server, only, talk -> {
                    upload.complete(new String(talk.socket().getInputStream().readAllBytes(), ISO_8859_1));
                    if (answers) {
                        talk.sendText("late");
                        talk.socket().shutdownOutput();
                    }
                }));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(skipping("", List.of()))
                        .create()) {
            Channel channel = connect(outbound);
            relay.startReading(channel);
            channel.writeAndFlush(Unpooled.copiedBuffer("all", ISO_8859_1)).sync();
            loop.on(() -> {
                Streams.shutdownOutput(channel);
                // A second time does no harm.
                Streams.shutdownOutput(channel);
                return null;
            });
            assertThat(upload.get(10, TimeUnit.SECONDS)).isEqualTo("all");
            relay.awaitEnd();
            // RFC 5246 7.2.1: with TLS 1.2 the peer answers a close_notify by ending its side, too.
            assertThat(new String(relay.received(), ISO_8859_1)).isEqualTo(answers ? "late" : "");
            channel.close().sync();
        }
    }

    @Test
    void uploadsAfterThePeersCloseNotify() throws Exception {
        CompletableFuture<String> upload = new CompletableFuture<>();
        try (FakeServer upstream = new FakeServer(agree(server, TlsUpstreamTest::asItIs, talk -> {
                    talk.sendText("bye");
                    // A close_notify alone: the socket below stays open both ways.
                    talk.socket().shutdownOutput();
                    upload.complete(new String(talk.read(7), ISO_8859_1));
                    talk.awaitClose();
                }));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(skipping("", List.of()))
                        .create()) {
            Channel channel = connect(outbound);
            relay.startReading(channel);
            relay.awaitEnd();
            assertThat(new String(relay.received(), ISO_8859_1)).isEqualTo("bye");
            assertThat(channel.isOpen()).isTrue();
            channel.writeAndFlush(Unpooled.copiedBuffer("goes on", ISO_8859_1)).sync();
            assertThat(upload.get(10, TimeUnit.SECONDS)).isEqualTo("goes on");
            channel.close().sync();
        }
    }

    @Test
    void aResetSaysNoGoodbye() throws Exception {
        CompletableFuture<Exception> seen = new CompletableFuture<>();
        try (FakeServer upstream = new FakeServer(agree(server, TlsUpstreamTest::asItIs, talk -> {
                    try {
                        talk.awaitClose();
                        seen.complete(null);
                    } catch (IOException e) {
                        seen.complete(e);
                    }
                }));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(skipping("", List.of()))
                        .create()) {
            Channel channel = connect(outbound);
            loop.on(() -> {
                Streams.reset(channel);
                return null;
            });
            assertThat(seen.get(10, TimeUnit.SECONDS)).hasMessageContaining("reset");
            assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void speaksTlsWithinTls() throws Exception {
        // The first proxy agrees, and then is the second itself.
        FakeServer.Script script =
                agree(server, TlsUpstreamTest::asItIs, agree(client, TlsUpstreamTest::asItIs, talk -> {
                    talk.sendText("inner");
                    assertThat(talk.socket().getInputStream().readAllBytes()).hasSize(4);
                }));
        try (FakeServer upstream = new FakeServer(script);
                Outbound outer = Proxies.http("127.0.0.1", upstream.port())
                        .tls(pinned(fingerprint(server)))
                        .create();
                Outbound inner = Outbounds.create(
                        Proxies.http("inner.test", 443)
                                .tls(pinned(fingerprint(client)))
                                .dialer("outer")
                                .config(),
                        new SocketSettings(0, null, 2_000),
                        name -> name.equals("outer") ? outer : null)) {
            Channel channel = connect(inner);
            relay.startReading(channel);
            assertThat(relay.awaitText(5)).isEqualTo("inner");
            channel.writeAndFlush(Unpooled.copiedBuffer("ping", ISO_8859_1)).sync();
            loop.on(() -> {
                Streams.shutdownOutput(channel);
                return null;
            });
            relay.awaitEnd();
            long handlers = channel.pipeline().toMap().values().stream()
                    .filter(SslHandler.class::isInstance)
                    .count();
            assertThat(handlers).isEqualTo(2);
            channel.close().sync();
        }
    }

    @Test
    void carriesAnAssociationWhoseControlIsInTls() throws Exception {
        IpAddress local = IpAddress.parse("127.0.0.1").orElseThrow();
        try (DatagramSocket udp = new DatagramSocket(0, local.toInetAddress());
                FakeServer upstream = new FakeServer(talk -> {
                    FakeServer.Talk inside = talk.secure(context(server), TlsUpstreamTest::asItIs);
                    inside.expect("050100").send("0500").expect("05030001 00000000 0000");
                    inside.send("05000001 00000000 " + String.format("%04x", udp.getLocalPort()));
                    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                    udp.receive(packet);
                    udp.send(packet);
                    inside.awaitClose();
                });
                Outbound outbound = Proxies.socks5("127.0.0.1", upstream.port())
                        .udp()
                        .tls(skipping("", List.of()))
                        .create()) {
            udp.setSoTimeout(10_000);
            RecordingReceiver receiver = new RecordingReceiver();
            UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
            loop.on(() -> {
                transport.send(Destination.of(local, 53), Unpooled.copiedBuffer("ask", ISO_8859_1));
                transport.flush();
                return null;
            });
            assertThat(receiver.take().payload()).isEqualTo("ask");
            loop.on(() -> {
                transport.close();
                return null;
            });
        }
    }
}
