package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole transfer over a path that becomes narrower in the middle of it. */
class PathMtuTransferTest {
    private static final int BYTES = 400_000;

    private final EventQueue events = new EventQueue(new SimClock(0));
    private final Random random = new Random(1);
    private final byte[] down = new byte[BYTES];
    private SimHost host;
    private SimClient client;
    private StreamApp app;
    private int pathMtu = 1500;
    private int packets;
    private int narrowAfter;
    private int narrowTo;
    private int refused;

    /** The router on the way to the client. */
    private void forward(byte[] ip) {
        if (++packets == narrowAfter) {
            pathMtu = narrowTo;
        }
        boolean mayFragment = Packets.isIpv4(ip) && (ip[6] << 8 & Ipv4Header.DF) == 0;
        if (ip.length > pathMtu && !mayFragment) {
            refused++;
            byte[] message = Raw.tooBig(ip, pathMtu, Packets.isIpv4(ip) ? 28 : 1232);
            events.after(SimClock.MS, () -> host.receive(SimPacket.plain(message)));
        } else {
            events.after(10 * SimClock.MS, () -> client.receive(SimPacket.plain(ip)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, 1400", "true, true, 1400", "false, false, 1280", "false, true, 1280",
        "true, false, 600", "true, true, 600", "true, false, 400", "true, true, 400"
    })
    void rfc1191_rfc8201_theTransferGoesOnWithoutATimeout(boolean ipv4, boolean offloads, int mtu) {
        narrowAfter = 60;
        narrowTo = mtu;
        random.nextBytes(down);
        StackConfig config = StackConfig.defaults(1500, offloads ? Offloads.ALL : Offloads.NONE);
        host = new SimHost(
                events,
                config,
                3,
                false,
                new FlowHandler() {
                    @Override
                    public void onTcp(TcpConnection connection) {
                        app = new StreamApp(
                                connection, events, host.allocator(), random, StreamApp.Behaviour.PROMPT, down);
                        connection.accept();
                    }

                    @Override
                    public void onUdp(UdpEndpoint endpoint) {
                        endpoint.close();
                    }
                },
                this::forward);
        client = new SimClient(
                ipv4 ? FlowKey.v4(40000) : FlowKey.v6(40000),
                ClientOptions.modern(ipv4, 1500),
                events,
                random,
                packet -> events.after(10 * SimClock.MS, () -> host.receive(packet)),
                new byte[100]);
        client.start();
        events.runUntil(() -> client.isFinished(), events.now() + 60_000 * SimClock.MS);
        assertThat(client.isFinished()).isTrue();
        assertThat(client.received()).isEqualTo(down);
        assertThat(host.stack().stats().timeouts).isZero();
        assertThat(host.stack().stats().packetTooBig).isPositive();
        assertThat(refused).as("packets that were too long").isBetween(1, 80);
        events.runTo(events.now() + 100 * SimClock.MS);
        app.close();
        host.close();
    }
}
