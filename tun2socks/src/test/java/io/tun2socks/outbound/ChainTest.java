package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.demo.EmbeddedSocksServer;
import io.tun2socks.demo.EmbeddedUdpEcho;
import io.tun2socks.demo.EmbeddedWebServer;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Upstreams behind upstreams: {@code dialer-proxy} and relays, with real SOCKS5 servers. */
@ExtendWith(Leaks.class)
class ChainTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final SocketSettings SETTINGS = new SocketSettings(0, null, 2_000);

    private final Loop loop = new Loop();
    private final Map<String, Outbound> outbounds = new HashMap<>();
    private EmbeddedSocksServer first;
    private EmbeddedSocksServer second;
    private EmbeddedWebServer web;

    @BeforeEach
    void start() {
        InetSocketAddress any = new InetSocketAddress(LOCAL.toInetAddress(), 0);
        // The first alone knows what second.test is.
        first = EmbeddedSocksServer.start(loop.group(), any, host -> host.equals("second.test") ? "127.0.0.1" : host);
        second = EmbeddedSocksServer.start(loop.group(), any, "joe", "secret");
        web = EmbeddedWebServer.start(loop.group(), any);
    }

    @AfterEach
    void stop() {
        outbounds.values().forEach(Outbound::close);
        web.close();
        second.close();
        first.close();
        loop.close();
    }

    private Outbound add(Proxies proxy) {
        Outbound outbound = Outbounds.create(proxy.config(), SETTINGS, outbounds::get);
        outbounds.put(outbound.name(), outbound);
        return outbound;
    }

    private Proxies toFirst() {
        return Proxies.socks5("127.0.0.1", first.port()).name("first");
    }

    private Proxies toSecond(String host) {
        return Proxies.socks5(host, second.port()).name("second").user("joe", "secret");
    }

    private void fetch(Outbound outbound) throws Exception {
        RecordingRelay relay = new RecordingRelay();
        Channel channel = loop.await(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, web.port()), relay));
        assertThat(loop.on(() -> channel.pipeline().toMap().values())).containsExactly(relay);
        relay.startReading(channel);
        channel.writeAndFlush(Unpooled.copiedBuffer(
                        "GET /bytes/1000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", ISO_8859_1))
                .sync();
        relay.awaitEnd();
        assertThat(relay.received()).hasSizeGreaterThan(1_000_000);
        channel.close().sync();
    }

    private void echo(Outbound outbound) throws Exception {
        try (EmbeddedUdpEcho echo =
                EmbeddedUdpEcho.start(loop.group(), new InetSocketAddress(LOCAL.toInetAddress(), 0))) {
            RecordingReceiver receiver = new RecordingReceiver();
            Destination destination = Destination.of(LOCAL, echo.port());
            UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
            for (String payload : new String[] {"a", "b".repeat(5_000)}) {
                loop.on(() -> {
                    transport.send(destination, Unpooled.copiedBuffer(payload, ISO_8859_1));
                    transport.flush();
                    return null;
                });
                assertThat(receiver.take()).isEqualTo(new RecordingReceiver.Received(destination, payload));
            }
            assertThat(receiver.batches()).isPositive();
            loop.on(() -> {
                transport.close();
                return null;
            });
        }
    }

    @Test
    void goesThroughItsDialerByNameFoundThere() throws Exception {
        Outbound outbound = add(toSecond("second.test").dialer("first"));
        // Its dialer is known only now.
        add(toFirst());
        fetch(outbound);
        // One more may be the trial of pipelined handshakes with the second.
        assertThat(first.connects()).isBetween(1L, 2L);
        assertThat(second.connects()).isEqualTo(1);
        fetch(outbound);
        assertThat(outbound.name()).isEqualTo("second");
        assertThat(outbound.description()).isEqualTo("socks5://second.test:" + second.port());
    }

    @Test
    void carriesUdpThroughADialerThatDoes() throws Exception {
        Outbound outbound = add(toSecond("127.0.0.1").udp().dialer("first"));
        assertThat(outbound.supportsUdp()).isFalse();
        add(toFirst());
        assertThat(outbound.supportsUdp()).isFalse();
        add(toFirst().udp());
        assertThat(outbound.supportsUdp()).isTrue();
        echo(outbound);
        assertThat(first.associations()).isPositive();
        assertThat(second.associations()).isPositive();
    }

    @Test
    void theEndOfTheControlEndsTheUdp() throws Exception {
        add(toFirst().udp());
        Outbound outbound = add(toSecond("127.0.0.1").udp().dialer("first"));
        RecordingReceiver receiver = new RecordingReceiver();
        UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
        second.close();
        assertThat(receiver.awaitClosed()).isEmpty();
        long dropped = loop.on(() -> {
            transport.send(Destination.of(LOCAL, 9), Unpooled.directBuffer().writeByte(1));
            transport.flush();
            return transport.dropped();
        });
        assertThat(dropped).isEqualTo(1);
    }

    @Test
    void carriesUdpOnlyWhereItIsAllowed() throws Exception {
        Outbound outbound = add(toFirst());
        assertThat(outbound.supportsUdp()).isFalse();
        assertThat(loop.failure(() -> outbound.openUdp(loop.loop(), new RecordingReceiver())))
                .hasMessageContaining("UDP is not allowed through it");
        Outbound http = add(Proxies.http("127.0.0.1", 1).udp());
        assertThat(http.supportsUdp()).isFalse();
    }

    @Test
    void aRelayGoesThroughAllItsHopsInOrder() throws Exception {
        Outbound one = add(toFirst().udp());
        Outbound two = add(toSecond("second.test").udp());
        Outbound direct = add(Proxies.of(ProxyConfig.Type.DIRECT).name("d"));
        Outbound relay = Outbounds.relay("both", List.of(() -> one, () -> direct, () -> two));
        assertThat(relay.name()).isEqualTo("both");
        fetch(relay);
        // One more may be the trial of pipelined handshakes with the second.
        assertThat(first.connects()).isBetween(1L, 2L);
        assertThat(second.connects()).isEqualTo(1);
        assertThat(Outbounds.relay("r", List.of(() -> one, () -> two)).supportsUdp())
                .isTrue();
        assertThat(relay.supportsUdp()).isFalse();
        assertThatThrownBy(() -> Outbounds.relay("none", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("relay 'none': expected at least one hop");
    }

    @Test
    void aRelayCarriesUdpAndIsItselfADialer() throws Exception {
        Outbound one = add(toFirst().udp());
        Outbound two = add(toSecond("127.0.0.1").udp());
        echo(Outbounds.relay("both", List.of(() -> one, () -> two)));
        outbounds.put("both", Outbounds.relay("both", List.of(() -> one, () -> two)));
        Outbound third = add(toFirst().name("third").dialer("both"));
        fetch(third);
        assertThat(first.connects()).isGreaterThanOrEqualTo(4);
        assertThat(second.connects()).isEqualTo(2);
    }

    @Test
    void aHopWithADialerOfItsOwnKeepsIt() throws Exception {
        Outbound one = add(toFirst());
        Outbound two = add(toSecond("127.0.0.1").dialer("first"));
        fetch(Outbounds.relay("r", List.of(() -> one, () -> two)));
        // To the first through itself, and from there to the second.
        assertThat(first.connects()).isGreaterThanOrEqualTo(2);
        assertThat(second.connects()).isEqualTo(1);
    }

    @Test
    void tellsADialerThatIsNotThereAndOneThatLeadsBack() throws Exception {
        Outbound lost = add(toFirst().dialer("nowhere"));
        assertThat(failure(lost))
                .hasMessage(
                        "socks5://127.0.0.1:" + first.port() + ": dialer-proxy: there is no proxy or group 'nowhere'");
        add(toFirst().udp().name("a").dialer("b"));
        Outbound b = add(toFirst().udp().name("b").dialer("a"));
        assertThat(failure(b)).hasMessageContaining("does its dialer-proxy lead back?");
        assertThat(b.supportsUdp()).isFalse();
        outbounds.put("self", Outbounds.relay("self", List.of(() -> outbounds.get("self"))));
        assertThat(failure(outbounds.get("self"))).hasMessageContaining("does one of them lead back here?");
        assertThat(outbounds.get("self").supportsUdp()).isFalse();
        // All counts are back: the next one works.
        fetch(add(toFirst()));
    }

    @Test
    void tellsWhatTheDialerMetAsTheUpstreamsFailure() throws Exception {
        add(toFirst());
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, LOCAL.toInetAddress())) {
            closed = socket.getLocalPort();
        }
        Outbound outbound = add(Proxies.http("127.0.0.1", closed).dialer("first"));
        OutboundException failure = failure(outbound);
        assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
        assertThat(failure)
                .hasMessage("http://127.0.0.1:" + closed + ": socks5://127.0.0.1:" + first.port() + ": connect to "
                        + "127.0.0.1:" + closed + ": connection refused (SOCKS5 reply 5)");
        add(Proxies.of(ProxyConfig.Type.REJECT).name("no"));
        assertThat(failure(add(toFirst().name("x").dialer("no")))).hasMessageContaining("is rejected");
    }

    private OutboundException failure(Outbound outbound) throws Exception {
        RecordingRelay relay = new RecordingRelay();
        OutboundException failure =
                loop.failure(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, web.port()), relay));
        assertThat(relay.wasAdded()).isFalse();
        return failure;
    }

    @Test
    void aCancelledConnectCancelsTheDialers() throws Exception {
        CountDownLatch greeted = new CountDownLatch(1);
        try (FakeServer silent = new FakeServer(talk -> {
            talk.expect("050100").send("0500");
            talk.read(10);
            talk.send("05000001 00000000 0000");
            talk.readHead();
            greeted.countDown();
            talk.awaitClose();
        })) {
            add(Proxies.socks5("127.0.0.1", silent.port()).name("silent"));
            Outbound outbound = add(Proxies.http("192.0.2.1", 80).name("h").dialer("silent"));
            Future<Channel> future =
                    loop.on(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, 1), new RecordingRelay()));
            assertThat(greeted.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(loop.on(() -> future.cancel(false))).isTrue();
        }
    }

    @Test
    void whatHasNoUpstreamIsBehindNothing() throws Exception {
        Outbound one = add(toFirst());
        Outbound last = new Outbound() {
            @Override
            public String name() {
                return "odd";
            }

            @Override
            public boolean supportsUdp() {
                return false;
            }

            @Override
            public Future<Channel> connect(EventLoop on, Destination destination, ChannelHandler relay) {
                throw new AssertionError("not to be asked");
            }

            @Override
            public Future<UdpTransport> openUdp(EventLoop on, UdpReceiver receiver) {
                throw new AssertionError("not to be asked");
            }
        };
        assertThat(failure(Outbounds.relay("r", List.of(() -> one, () -> last))))
                .hasMessage("odd cannot be behind first");
        assertThat(last.description()).isEqualTo("odd");
    }
}
