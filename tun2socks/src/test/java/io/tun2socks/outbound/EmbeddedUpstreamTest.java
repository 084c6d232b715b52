package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.tun2socks.demo.EmbeddedSocksServer;
import io.tun2socks.demo.EmbeddedUdpEcho;
import io.tun2socks.demo.EmbeddedWebServer;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The SOCKS5 outbound with the server of netty-codec-socks, over IPv4 and IPv6. */
@ExtendWith(Leaks.class)
class EmbeddedUpstreamTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final IpAddress LOCAL6 = IpAddress.parse("::1").orElseThrow();

    private final Loop loop = new Loop();

    @AfterEach
    void stop() {
        loop.close();
    }

    private static InetSocketAddress any(IpAddress address) {
        return new InetSocketAddress(address.toInetAddress(), 0);
    }

    private void fetch(Outbound outbound, Destination destination) throws Exception {
        RecordingRelay relay = new RecordingRelay();
        Channel channel = loop.await(() -> outbound.connect(loop.loop(), destination, relay));
        relay.startReading(channel);
        channel.writeAndFlush(Unpooled.copiedBuffer(
                        "GET /bytes/1000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", ISO_8859_1))
                .sync();
        relay.awaitEnd();
        assertThat(relay.received()).hasSizeGreaterThan(1_000_000);
        channel.close().sync();
    }

    @Test
    void fetchesByAddressAndName() throws Exception {
        try (EmbeddedSocksServer server = EmbeddedSocksServer.start(loop.group(), any(LOCAL6));
                EmbeddedWebServer web = EmbeddedWebServer.start(loop.group(), any(LOCAL));
                EmbeddedWebServer web6 = EmbeddedWebServer.start(loop.group(), any(LOCAL6));
                Outbound outbound = Outbounds.parse("socks5://[::1]:" + server.port(), SocketSettings.DEFAULT)) {
            fetch(outbound, Destination.of(LOCAL, web.port()));
            fetch(outbound, Destination.of(LOCAL6, web6.port()));
            fetch(outbound, new Destination("localhost", null, web.port()));
            assertThat(server.connects()).isEqualTo(3);
        }
    }

    @Test
    void logsInAndIsRefusedWithAWrongPassword() throws Exception {
        try (EmbeddedSocksServer server = EmbeddedSocksServer.start(loop.group(), any(LOCAL), "j:e", "s:cret");
                EmbeddedWebServer web = EmbeddedWebServer.start(loop.group(), any(LOCAL));
                Outbound right =
                        Outbounds.parse("socks5://j%3Ae:s%3Acret@127.0.0.1:" + server.port(), SocketSettings.DEFAULT);
                Outbound wrong = Outbounds.parse("socks5://joe:x@127.0.0.1:" + server.port(), SocketSettings.DEFAULT);
                Outbound none = Outbounds.parse("127.0.0.1:" + server.port(), SocketSettings.DEFAULT)) {
            Destination destination = Destination.of(LOCAL, web.port());
            assertThat(loop.failure(() -> wrong.connect(loop.loop(), destination, new RecordingRelay())))
                    .hasMessageContaining("refuses the user name joe");
            assertThat(loop.failure(() -> none.connect(loop.loop(), destination, new RecordingRelay())))
                    .hasMessageContaining("wants authentication");
            fetch(right, destination);
        }
    }

    @Test
    void tellsWhatTheServerMet() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (EmbeddedSocksServer server = EmbeddedSocksServer.start(loop.group(), any(LOCAL));
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SocketSettings.DEFAULT)) {
            assertThat(loop.failure(() ->
                                    outbound.connect(loop.loop(), Destination.of(LOCAL, port), new RecordingRelay()))
                            .reason())
                    .isEqualTo(Reason.REFUSED);
        }
    }

    @Test
    void echoesDatagramsOverIpv4AndIpv6() throws Exception {
        for (IpAddress where : new IpAddress[] {LOCAL, LOCAL6}) {
            try (EmbeddedSocksServer server = EmbeddedSocksServer.start(loop.group(), any(where));
                    EmbeddedUdpEcho echo = EmbeddedUdpEcho.start(loop.group(), any(LOCAL));
                    EmbeddedUdpEcho echo6 = EmbeddedUdpEcho.start(loop.group(), any(LOCAL6));
                    Outbound outbound = Outbounds.parse(
                            "socks5://" + Destination.of(where, server.port()), SocketSettings.DEFAULT)) {
                RecordingReceiver receiver = new RecordingReceiver();
                UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
                for (Destination destination :
                        new Destination[] {Destination.of(LOCAL, echo.port()), Destination.of(LOCAL6, echo6.port())}) {
                    for (String payload : new String[] {"a", "b".repeat(5_000)}) {
                        loop.on(() -> {
                            transport.send(destination, Unpooled.copiedBuffer(payload, ISO_8859_1));
                            transport.flush();
                            return null;
                        });
                        assertThat(receiver.take()).isEqualTo(new RecordingReceiver.Received(destination, payload));
                    }
                }
                assertThat(server.associations()).isPositive();
                loop.on(() -> {
                    transport.close();
                    return null;
                });
            }
        }
    }
}
