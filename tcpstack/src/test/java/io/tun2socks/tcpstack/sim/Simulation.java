package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import java.util.Random;

/** One client, one stack, a link between them: a run is a pure function of its scenario and seed. */
public final class Simulation {
    /**
     * What is simulated.
     *
     * @param seed of everything random
     * @param ipv4 the family
     * @param mtu of device and client
     * @param offloads of the device
     * @param config the stack's limits
     * @param client the client's behaviour
     * @param app our side's behaviour
     * @param acceptDelayNanos how long the outbound takes to connect
     * @param up what the path does to the client's packets
     * @param down what it does to ours
     * @param upBytes length of the client's stream
     * @param downBytes length of ours
     * @param startNanos the clock at the beginning
     * @param limitNanos how long the run may take, in virtual time
     */
    public record Scenario(
            long seed,
            boolean ipv4,
            int mtu,
            Offloads offloads,
            StackConfig config,
            ClientOptions client,
            StreamApp.Behaviour app,
            long acceptDelayNanos,
            VirtualLink.Path up,
            VirtualLink.Path down,
            int upBytes,
            int downBytes,
            long startNanos,
            long limitNanos) {}

    /**
     * How a run went.
     *
     * @param nanos the virtual time that it took, in nanoseconds
     * @param packetsOut packets, or super-segments, that the stack sent
     * @param retransmits segments that it sent again
     * @param timeouts its retransmission time-outs
     * @param tailProbes its tail loss probes
     * @param undone recoveries that it took back
     */
    public record Result(long nanos, long packetsOut, long retransmits, long timeouts, long tailProbes, long undone) {}

    private final Scenario scenario;
    private final SimClock clock;
    private final EventQueue events;
    private final Pcap pcap = new Pcap();
    private StreamApp app;
    private SimHost host;
    private SimClient client;

    private Simulation(Scenario scenario) {
        this.scenario = scenario;
        clock = new SimClock(scenario.startNanos());
        events = new EventQueue(clock);
    }

    /**
     * Runs a scenario to its end; fails, leaving a capture, unless both streams arrived whole and both sides closed.
     *
     * @return the virtual time that it took, in nanoseconds
     */
    public static long run(Scenario scenario) {
        return measure(scenario).nanos();
    }

    /** Runs a scenario as {@link #run} does, and tells more of it. */
    public static Result measure(Scenario scenario) {
        Simulation simulation = new Simulation(scenario);
        try {
            return simulation.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "capture in " + simulation.pcap.write("sim-" + Long.toHexString(scenario.seed())) + "; " + scenario
                            + ": " + e.getMessage(),
                    e);
        }
    }

    private Result run() {
        Random random = new Random(scenario.seed());
        byte[] up = bytes(random, scenario.upBytes());
        byte[] down = bytes(random, scenario.downBytes());
        VirtualLink upLink = new VirtualLink(events, random, scenario.up(), packet -> host.receive(packet));
        VirtualLink downLink = new VirtualLink(events, random, scenario.down(), packet -> client.receive(packet));
        host = new SimHost(events, scenario.config(), scenario.seed(), false, new Flows(random, down), ip -> {
            pcap.add(clock.now(), ip);
            downLink.send(SimPacket.plain(ip));
        });
        client = new SimClient(
                scenario.ipv4() ? FlowKey.v4(40000) : FlowKey.v6(40000),
                scenario.client(),
                events,
                random,
                packet -> {
                    pcap.add(clock.now(), packet.ip());
                    upLink.send(packet);
                },
                up);
        try {
            client.start();
            boolean done = events.runUntil(this::isOver, scenario.startNanos() + scenario.limitNanos());
            assertThat(client.isReset()).as("client was reset").isFalse();
            assertThat(done)
                    .as("both sides finished in time; %s", app == null ? "no connection" : app.connection())
                    .isTrue();
            assertThat(app.received()).as("the client's stream").isEqualTo(up);
            assertThat(client.received()).as("our stream").isEqualTo(down);
            assertThat(app.closeReason()).isEqualTo(CloseReason.FINISHED);
            assertThat(host.stack().stats().resetsOut).as("RST sent").isZero();
        } finally {
            if (app != null) {
                app.close();
            }
            host.stack().close();
        }
        assertThat(host.usedMemory()).as("bytes not released").isZero();
        StackStats stats = host.stack().stats();
        return new Result(
                clock.now() - scenario.startNanos(),
                stats.packetsOut,
                stats.retransmits,
                stats.timeouts,
                stats.tailProbes,
                stats.undone);
    }

    private boolean isOver() {
        return client.isReset() || (client.isFinished() && app.closeReason() != null);
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private final class Flows implements FlowHandler {
        private final Random random;
        private final byte[] down;

        Flows(Random random, byte[] down) {
            this.random = random;
            this.down = down;
        }

        @Override
        public void onTcp(TcpConnection connection) {
            app = new StreamApp(connection, events, host.allocator(), random, scenario.app(), down);
            events.after(scenario.acceptDelayNanos(), connection::accept);
        }

        @Override
        public void onUdp(UdpEndpoint endpoint) {
            endpoint.close();
        }
    }
}
