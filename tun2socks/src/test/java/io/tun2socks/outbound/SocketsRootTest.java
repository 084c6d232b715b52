package io.tun2socks.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mark and interface are on every socket; setting a mark needs CAP_NET_ADMIN. */
@Tag("root")
class SocketsRootTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final SocketSettings SETTINGS = new SocketSettings(0x2a, "lo", 1_000);

    private static void assertMarked(Channel channel) {
        assertThat(channel.config().getOption(Sockets.SO_MARK)).isEqualTo(0x2a);
        ByteBuffer device = channel.config().getOption(Sockets.SO_BINDTODEVICE);
        assertThat(StandardCharsets.US_ASCII.decode(device).toString()).startsWith("lo\0");
    }

    @Test
    void everySocketHasMarkAndInterface() {
        Sockets sockets = new Sockets(SETTINGS);
        List<Channel> channels = List.of(
                sockets.openStream(true),
                sockets.openStream(false),
                sockets.openDatagram(true),
                sockets.openDatagram(false),
                sockets.openDnsStream(),
                sockets.openDnsDatagram());
        for (Channel channel : channels) {
            assertMarked(channel);
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void aConnectedChannelHasThem() throws Exception {
        try (Loop loop = new Loop();
                FakeServer server = new FakeServer(FakeServer.Talk::awaitClose);
                Outbound outbound = Outbounds.parse("direct://", SETTINGS)) {
            Channel channel = loop.await(
                    () -> outbound.connect(loop.loop(), Destination.of(LOCAL, server.port()), new RecordingRelay()));
            assertMarked(channel);
            channel.close().sync();
        }
    }

    @Test
    void aProxysOwnMarkAndInterfaceGoBeforeTheGeneralOnes() throws Exception {
        SocketSettings general = new SocketSettings(7, "nosuchif0", 1_000);
        Proxies own = Proxies.of(ProxyConfig.Type.DIRECT).routingMark(0x2a).interfaceName("lo");
        try (Loop loop = new Loop();
                FakeServer server = new FakeServer(FakeServer.Talk::awaitClose);
                Outbound outbound = Outbounds.create(own.config(), general, name -> null)) {
            Channel channel = loop.await(
                    () -> outbound.connect(loop.loop(), Destination.of(LOCAL, server.port()), new RecordingRelay()));
            assertMarked(channel);
            channel.close().sync();
        }
        // Without its own it takes the general ones, of which the interface is not there.
        try (Loop loop = new Loop();
                Outbound outbound =
                        Outbounds.create(Proxies.of(ProxyConfig.Type.DIRECT).config(), general, name -> null)) {
            assertThat(loop.failure(
                            () -> outbound.connect(loop.loop(), Destination.of(LOCAL, 1), new RecordingRelay())))
                    .hasMessageContaining("nosuchif0");
        }
    }

    @Test
    void namesAnInterfaceThatIsNotThere() throws Exception {
        SocketSettings settings = new SocketSettings(0, "nosuchif0", 1_000);
        assertThatThrownBy(() -> new Sockets(settings).openStream(true))
                .isInstanceOf(ChannelException.class)
                .hasMessageContaining("the interface nosuchif0 (SO_BINDTODEVICE)");
        try (Loop loop = new Loop();
                Outbound outbound = Outbounds.parse("socks5://127.0.0.1:1", settings)) {
            assertThat(loop.failure(
                            () -> outbound.connect(loop.loop(), Destination.of(LOCAL, 1), new RecordingRelay())))
                    .hasMessageContaining("nosuchif0");
        }
    }
}
