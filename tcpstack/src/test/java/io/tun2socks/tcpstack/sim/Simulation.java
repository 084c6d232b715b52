package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.ConnectionProbe;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.timer.TimerWheel;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** One client, one stack, a link between them: a run is a pure function of its scenario and seed. */
public final class Simulation {
    /** With this share of lost packets and more, an end may well give up. */
    private static final double HOPELESS = 0.15;

    /** How long an end that has gone for good may go unnoticed. */
    private static final long UNNOTICED = 600_000 * SimClock.MS;

    /** All that may happen after the end: TIME-WAIT, the last acknowledgements and time-outs. */
    private static final long AFTERMATH = 400_000 * SimClock.MS;

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
     * @param trouble what else goes wrong
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
            long limitNanos,
            Trouble trouble) {
        /** Makes a scenario without trouble. */
        public Scenario(
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
                long limitNanos) {
            this(
                    seed,
                    ipv4,
                    mtu,
                    offloads,
                    config,
                    client,
                    app,
                    acceptDelayNanos,
                    up,
                    down,
                    upBytes,
                    downBytes,
                    startNanos,
                    limitNanos,
                    Trouble.NONE);
        }

        /** Returns the share of exchanges that fail. */
        double loss() {
            return 1 - (1 - up.loss()) * (1 - up.corruption()) * (1 - down.loss()) * (1 - down.corruption());
        }
    }

    /**
     * How a run went.
     *
     * @param nanos the virtual time until both ends were done, in nanoseconds
     * @param packetsOut packets, or super-segments, that the stack sent
     * @param retransmits segments that it sent again
     * @param timeouts its retransmission time-outs
     * @param tailProbes its tail loss probes
     * @param undone recoveries that it took back
     * @param complete whether both streams arrived whole; if not, an end gave up
     */
    public record Result(
            long nanos,
            long packetsOut,
            long retransmits,
            long timeouts,
            long tailProbes,
            long undone,
            boolean complete) {}

    /** Takes no notice of the trace; it is then not even made. */
    public static final Consumer<String> SILENT = line -> {};

    private final Scenario scenario;
    private final SimClock clock;
    private final EventQueue events;
    private final Pcap pcap = new Pcap();
    private final Consumer<String> trace;
    private final FlowKey flow;
    private final byte[] upStream;
    private final byte[] downStream;
    private final WireMonitor monitor;
    private final Guard guard;
    private final VirtualLink upLink;
    private final VirtualLink downLink;
    private final SimHost host;
    private final SimClient client;
    private StreamApp app;
    private ConnectionProbe probe;
    private int pathMtu;
    private boolean forced;

    private Simulation(Scenario scenario, Consumer<String> trace) {
        this.scenario = scenario;
        this.trace = trace;
        clock = new SimClock(scenario.startNanos());
        events = new EventQueue(clock);
        flow = scenario.ipv4() ? FlowKey.v4(40000) : FlowKey.v6(40000);
        pathMtu = Integer.MAX_VALUE;
        Random random = new Random(scenario.seed());
        upStream = bytes(random, scenario.upBytes());
        downStream = bytes(random, scenario.downBytes());
        monitor = new WireMonitor(flow, downStream);
        upLink = new VirtualLink(events, random, scenario.up(), this::toStack);
        downLink = new VirtualLink(events, random, scenario.down(), this::toClient);
        host = new SimHost(events, scenario.config(), scenario.seed(), false, new Flows(random), this::fromStack);
        client = new SimClient(flow, scenario.client(), events, random, this::fromClient, upStream);
        client.misbehave(scenario.trouble(), scenario.seed());
        guard = new Guard(events, host, scenario.config(), scenario.app().maxChunk());
    }

    /**
     * Runs a scenario to its end; fails, leaving a capture, unless both streams arrived whole and both sides closed.
     *
     * @return the virtual time that it took, in nanoseconds
     */
    public static long run(Scenario scenario) {
        return measure(scenario).nanos();
    }

    /** Runs a scenario as {@link #run(Scenario)} does, and tells more of it. */
    public static Result measure(Scenario scenario) {
        return run(scenario, SILENT);
    }

    /**
     * Runs a scenario to its end, as {@link #run(Scenario)} does.
     *
     * @param scenario the scenario
     * @param trace gets a line for each packet at each end
     * @return how it ended
     */
    public static Result run(Scenario scenario, Consumer<String> trace) {
        Simulation simulation = new Simulation(scenario, trace);
        try {
            return simulation.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + scenario.seed() + ", capture in "
                            + simulation.pcap.write("sim-" + Long.toHexString(scenario.seed())) + "; " + scenario + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private Result run() {
        events.afterEach(this::check);
        scheduleTrouble(scenario.trouble());
        try {
            client.start();
            boolean done = events.runUntil(this::isOver, scenario.startNanos() + scenario.limitNanos());
            assertThat(done)
                    .as("both sides finished in time; %s", app == null ? "no connection" : app.connection())
                    .isTrue();
            long nanos = clock.now() - scenario.startNanos();
            boolean complete = verify();
            finish();
            StackStats stats = host.stack().stats();
            return new Result(
                    nanos,
                    stats.packetsOut,
                    stats.retransmits,
                    stats.timeouts,
                    stats.tailProbes,
                    stats.undone,
                    complete);
        } finally {
            if (app != null) {
                app.close();
            }
            host.close();
        }
    }

    private void scheduleTrouble(Trouble trouble) {
        if (trouble.clientAbortNanos() > 0) {
            events.after(trouble.clientAbortNanos(), client::abort);
            events.after(trouble.clientAbortNanos() + UNNOTICED, this::force);
        }
        if (trouble.appAbortNanos() > 0) {
            events.after(trouble.appAbortNanos(), this::abortApp);
            events.after(trouble.appAbortNanos() + UNNOTICED, this::force);
        }
        if (trouble.pathMtu() > 0) {
            events.after(trouble.pathMtuNanos(), () -> {
                trace.accept("path MTU is now " + trouble.pathMtu());
                pathMtu = trouble.pathMtu();
            });
        }
    }

    private void abortApp() {
        if (app != null && app.isEstablished()) {
            app.connection().abort();
        }
    }

    /** An end has gone and the other has heard nothing of it: allowed only if it had nothing to say. */
    private void force() {
        forced = true;
        if (app != null && app.closeReason() == null) {
            assertThat(client.isAborted() && app.connection().queuedBytes() > 0)
                    .as("our side has talked to nobody for 10 minutes; %s", app.connection())
                    .isFalse();
            app.connection().abort();
        }
    }

    private boolean isOver() {
        if (client.isReset() || forced) {
            return true;
        }
        if (app == null || app.closeReason() == null) {
            return false;
        }
        if (app.closeReason() == CloseReason.FINISHED) {
            return client.isFinished() || client.isAborted();
        }
        // A handshake that was given up may be tried again, unless the client believes that it was completed.
        return app.isEstablished() || client.isAborted() || client.isConnected();
    }

    private boolean verify() {
        boolean hopeless = scenario.loss() >= HOPELESS;
        CloseReason reason = app == null ? null : app.closeReason();
        byte[] up = app == null ? new byte[0] : app.received();
        byte[] down = client.received();
        assertThat(Arrays.mismatch(up, upStream)).as("the client's stream").isIn(-1, up.length);
        assertThat(Arrays.mismatch(down, downStream)).as("our stream").isIn(-1, down.length);
        if (reason == CloseReason.FINISHED) {
            assertThat(up).as("the client's stream").isEqualTo(upStream);
            if (!client.isAborted()) {
                assertThat(down).as("our stream").isEqualTo(downStream);
                assertThat(client.isReset()).as("client was reset").isFalse();
            }
        }
        boolean complete = reason == CloseReason.FINISHED && client.isFinished();
        if (complete) {
            assertThat(monitor.resets()).as("RST sent").isZero();
        } else if (!scenario.trouble().aborts()) {
            assertThat(hopeless)
                    .as("gave up although the path is good: %s", reason)
                    .isTrue();
            assertThat(reason).isIn(CloseReason.TIMED_OUT, CloseReason.FINISHED);
        } else if (reason == CloseReason.RESET_BY_CLIENT) {
            assertThat(client.isAborted() || client.isReset())
                    .as("the client has given up")
                    .isTrue();
        } else if (reason == CloseReason.ABORTED) {
            assertThat(forced || scenario.trouble().appAbortNanos() > 0)
                    .as("our side has aborted")
                    .isTrue();
        } else if (reason == CloseReason.TIMED_OUT) {
            assertThat(hopeless || client.isAborted() || client.isReset())
                    .as("timed out although the path is good")
                    .isTrue();
        }
        return complete;
    }

    /** Lets everything come to rest: no connection and no timer may be left. */
    private void finish() {
        if (app != null && app.closeReason() == null) {
            // The client was reset by an answer to what it sent to an earlier connection.
            app.connection().abort();
        }
        events.runTo(clock.now() + AFTERMATH);
        assertThat(host.stack().connections()).as("connections left").isEmpty();
        if (!client.isSending()) {
            assertThat(host.stack().nextDeadlineNanos()).as("the next timer").isEqualTo(TimerWheel.NEVER);
        }
    }

    private void check() {
        guard.check();
        if (probe != null) {
            probe.check();
        }
    }

    // ---- the way of packets ----

    private void fromClient(SimPacket packet) {
        pcap.add(clock.now(), packet.ip());
        trace("client sends", packet.ip());
        int length = packet.gsoSize() == 0 ? packet.ip().length : packet.gsoSize() + headers(packet.ip());
        if (length > pathMtu) {
            int mtu = pathMtu;
            events.after(scenario.up().delayNanos(), () -> client.onPathMtu(mtu));
            return;
        }
        upLink.send(packet);
    }

    private void toStack(SimPacket packet) {
        trace("stack gets", packet.ip());
        monitor.toStack(packet.ip());
        host.receive(packet);
    }

    private void fromStack(byte[] ip) {
        pcap.add(clock.now(), ip);
        trace("stack sends", ip);
        monitor.fromStack(ip);
        if (ip.length > pathMtu) {
            upLink.send(SimPacket.plain(Packets.tooBig(router(), ip, pathMtu)));
            return;
        }
        downLink.send(SimPacket.plain(ip));
    }

    private void toClient(SimPacket packet) {
        trace("client gets", packet.ip());
        client.receive(packet);
    }

    private IpAddress router() {
        return IpAddress.parse(scenario.ipv4() ? "10.0.0.1" : "2001:db8::1").orElseThrow();
    }

    private static int headers(byte[] ip) {
        return ip.length - Packets.tcp(ip).payload.length;
    }

    private void trace(String what, byte[] ip) {
        if (trace == SILENT) {
            return;
        }
        Seg s = Packets.tcp(ip);
        trace.accept(String.format(
                "%12.6f %-13s %s", (clock.now() - scenario.startNanos()) / 1e9, what, s == null ? "no TCP" : s));
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private final class Flows implements FlowHandler {
        private final Random random;

        Flows(Random random) {
            this.random = random;
        }

        @Override
        public void onTcp(TcpConnection connection) {
            app = new StreamApp(connection, events, host.allocator(), random, scenario.app(), downStream);
            probe = new ConnectionProbe(connection);
            StreamApp current = app;
            events.after(scenario.acceptDelayNanos(), () -> {
                if (current.closeReason() == null) {
                    connection.accept();
                }
            });
        }

        @Override
        public void onUdp(UdpEndpoint endpoint) {
            endpoint.close();
        }
    }
}
