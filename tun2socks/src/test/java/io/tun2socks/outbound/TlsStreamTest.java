package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes through TLS to an upstream, and how it ends. */
@ExtendWith(Leaks.class)
class TlsStreamTest {
    private static final Destination WEB = new Destination("example.org", null, 443);

    private final Loop loop = new Loop();
    private final RecordingRelay relay = new RecordingRelay();

    @AfterEach
    void stop() {
        loop.close();
    }

    private Channel connect(Outbound outbound) throws Exception {
        return loop.await(() -> outbound.connect(loop.loop(), WEB, relay));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void carriesBytesBothWays(String protocol) throws Exception {
        Consumer<SSLSocket> only = socket -> socket.setEnabledProtocols(new String[] {protocol});
        try (FakeServer upstream = new FakeServer(TlsServers.agree(
                        TlsServers.SERVER,
                        only,
                        talk -> talk.sendText("hello")
                                .expect("70696e67")
                                .sendText(" again")
                                .awaitClose()));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(TlsServers.pinned(TlsServers.fingerprint(TlsServers.SERVER)))
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
        try (FakeServer upstream = new FakeServer(TlsServers.agree(TlsServers.SERVER, only, talk -> {
                    upload.complete(new String(talk.socket().getInputStream().readAllBytes(), ISO_8859_1));
                    if (answers) {
                        talk.sendText("late");
                        talk.socket().shutdownOutput();
                    }
                }));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(TlsServers.skipping("", List.of()))
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
        try (FakeServer upstream = new FakeServer(TlsServers.agree(TlsServers.SERVER, TlsServers::asItIs, talk -> {
                    talk.sendText("bye");
                    // A close_notify alone: the socket below stays open both ways.
                    talk.socket().shutdownOutput();
                    upload.complete(new String(talk.read(7), ISO_8859_1));
                    talk.awaitClose();
                }));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(TlsServers.skipping("", List.of()))
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
        try (FakeServer upstream = new FakeServer(TlsServers.agree(TlsServers.SERVER, TlsServers::asItIs, talk -> {
                    try {
                        talk.awaitClose();
                        seen.complete(null);
                    } catch (IOException e) {
                        seen.complete(e);
                    }
                }));
                Outbound outbound = Proxies.http("127.0.0.1", upstream.port())
                        .tls(TlsServers.skipping("", List.of()))
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
        FakeServer.Script script = TlsServers.agree(
                TlsServers.SERVER, TlsServers::asItIs, TlsServers.agree(TlsServers.CLIENT, TlsServers::asItIs, talk -> {
                    talk.sendText("inner");
                    assertThat(talk.socket().getInputStream().readAllBytes()).hasSize(4);
                }));
        try (FakeServer upstream = new FakeServer(script);
                Outbound outer = Proxies.http("127.0.0.1", upstream.port())
                        .tls(TlsServers.pinned(TlsServers.fingerprint(TlsServers.SERVER)))
                        .create();
                Outbound inner = Outbounds.create(
                        Proxies.http("inner.test", 443)
                                .tls(TlsServers.pinned(TlsServers.fingerprint(TlsServers.CLIENT)))
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
                    FakeServer.Talk inside = talk.secure(TlsServers.context(TlsServers.SERVER), TlsServers::asItIs);
                    inside.expect("050100").send("0500").expect("05030001 00000000 0000");
                    inside.send("05000001 00000000 " + String.format("%04x", udp.getLocalPort()));
                    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                    udp.receive(packet);
                    udp.send(packet);
                    inside.awaitClose();
                });
                Outbound outbound = Proxies.socks5("127.0.0.1", upstream.port())
                        .udp()
                        .tls(TlsServers.skipping("", List.of()))
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
