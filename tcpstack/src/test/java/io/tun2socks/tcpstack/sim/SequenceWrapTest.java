package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams whose sequence numbers pass 2^32 and 2^31, both ways. */
class SequenceWrapTest {
    private static final long DELAY = 4 * SimClock.MS;
    private static final long NANOS_PER_NUMBER = 4000;

    @ParameterizedTest
    @CsvSource({
        "1, true, -70000, false",
        "2, true, -1, true",
        "3, false, -100000, true",
        "4, true, -2, false",
        "5, true, 2147420000, true",
        "6, false, 2147483646, false",
        "7, true, -140000, true",
        "8, true, -65536, false"
    })
    void streamsPassTheEndOfTheNumbers(long seed, boolean ipv4, int isn, boolean lossy) {
        Offloads offloads = seed % 2 == 0 ? Offloads.ALL : Offloads.NONE;
        StackConfig config = StackConfig.defaults(1500, offloads);
        long start = 1_000_000_000L;
        long steps = Integer.toUnsignedLong(isn - isnAt(seed, ipv4, config, start + DELAY));
        start += steps * NANOS_PER_NUMBER;
        assertThat(isnAt(seed, ipv4, config, start + DELAY)).isEqualTo(isn);
        VirtualLink.Path path = new VirtualLink.Path(lossy ? 0.03 : 0, 0.02, 0.05, 0, DELAY, 0, 0);
        Simulation.run(new Simulation.Scenario(
                seed,
                ipv4,
                1500,
                offloads,
                config,
                ClientOptions.modern(ipv4, 1500).withIsn(isn),
                StreamApp.Behaviour.PROMPT,
                0,
                path,
                path,
                200_000,
                200_000,
                start,
                600_000 * SimClock.MS));
    }

    /** The ISN that the stack chooses when the SYN comes at a time. */
    private static int isnAt(long seed, boolean ipv4, StackConfig config, long nanos) {
        EventQueue events = new EventQueue(new SimClock(nanos));
        List<Integer> isns = new ArrayList<>();
        FlowHandler flows = new FlowHandler() {
            @Override
            public void onTcp(TcpConnection connection) {
                new ScriptedPeer.Flow(connection).connection.accept();
            }

            @Override
            public void onUdp(UdpEndpoint endpoint) {
                endpoint.close();
            }
        };
        try (SimHost host = new SimHost(events, config, seed, true, flows, ip -> isns.add(Packets.tcp(ip).seq))) {
            FlowKey flow = ipv4 ? FlowKey.v4(40000) : FlowKey.v6(40000);
            host.receive(SimPacket.plain(Packets.tcp(flow, Seg.of(Seg.SYN))));
            events.runTo(nanos);
        }
        return isns.get(0);
    }
}
