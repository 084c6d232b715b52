package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any streams over any path: delivered exactly once, in order, and closed on both sides. */
class StreamIntegrityTest {
    private static final int[] MTUS = {576, 1280, 1500, 9000};

    @Property(tries = 600, shrinking = ShrinkingMode.OFF)
    void anyStreamOverAnyPath(@ForAll long seed) {
        Simulation.run(scenario(seed));
    }

    /** Seeds that found a fault once: data beyond the window when an acknowledgement filled a gap. */
    @ParameterizedTest
    @ValueSource(longs = {1011227, 1013400})
    void seedsOfOldFaults(long seed) {
        Simulation.run(scenario(seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void fixedSeeds(long seed) {
        Simulation.run(scenario(seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 9})
    void theSameSeedIsTheSameRun(long seed) {
        assertThat(Simulation.run(scenario(seed))).isEqualTo(Simulation.run(scenario(seed)));
    }

    /** Draws a scenario: most of what a path, a client and an application can be. */
    static Simulation.Scenario scenario(long seed) {
        Random r = new Random(seed);
        boolean ipv4 = r.nextBoolean();
        int mtu = MTUS[r.nextInt(MTUS.length)];
        if (!ipv4) {
            mtu = Math.max(mtu, 1280);
        }
        boolean tso = r.nextBoolean();
        Offloads offloads = tso ? Offloads.ALL : new Offloads(r.nextBoolean(), false, false, false, false);
        int receiveBuffer = 1 << r.nextInt(13, 19);
        StackConfig config = StackConfig.defaults(mtu, offloads)
                .withTcp(TcpConfig.DEFAULT
                        .withBuffers(1 << r.nextInt(12, 20), receiveBuffer, receiveBuffer << r.nextInt(4))
                        .withLimits(100, 100));
        int mss = mtu - Packets.ipHeader(ipv4) - 20;
        int announced = r.nextInt(8) == 0 ? -1 : r.nextInt(4) == 0 ? r.nextInt(200, mss) : mss;
        int maxSegment = tso && r.nextBoolean() ? 60_000 : r.nextInt(4) == 0 ? r.nextInt(50, mss) : mss - 12;
        boolean randomSegments = r.nextInt(3) == 0;
        ClientOptions client = new ClientOptions(
                announced,
                r.nextInt(3) > 0,
                r.nextBoolean(),
                r.nextInt(3) > 0 ? r.nextInt(0, 10) : -1,
                1 << r.nextInt(13, 19),
                r.nextInt(3) == 0 ? r.nextLong(1, 400) * SimClock.MS : 0,
                maxSegment,
                randomSegments,
                r.nextInt(1, 3),
                1 << r.nextInt(13, 19),
                false,
                r.nextInt(3) == 0 ? -r.nextInt(1, 100_000) : r.nextInt());
        // Who closes first: the client, we, or both at once; never each waiting for the other.
        int closing = r.nextInt(3);
        StreamApp.Behaviour app = new StreamApp.Behaviour(
                closing == 0, r.nextInt(3) == 0 ? r.nextLong(1, 300) * SimClock.MS : 0, 1 << r.nextInt(0, 16));
        int most = 1 << r.nextInt(0, 18);
        int fewest = maxSegment < 300 || app.maxChunk() < 300 || announced < 300 ? 20_000 : 1 << 18;
        return new Simulation.Scenario(
                seed,
                ipv4,
                mtu,
                offloads,
                config,
                closing == 1 ? waiting(client) : client,
                app,
                r.nextBoolean() ? 0 : r.nextLong(1, 3000) * SimClock.MS,
                path(r),
                path(r),
                r.nextInt(Math.min(most, fewest)),
                r.nextInt(Math.min(most, fewest)),
                r.nextLong() >> 8,
                120_000 * SimClock.MS);
    }

    private static ClientOptions waiting(ClientOptions o) {
        return new ClientOptions(
                o.mss(),
                o.sack(),
                o.timestamps(),
                o.windowScale(),
                o.receiveBuffer(),
                o.readPauseNanos(),
                o.maxSegment(),
                o.randomSegments(),
                o.ackEvery(),
                o.maxFlight(),
                true,
                o.isn());
    }

    private static VirtualLink.Path path(Random r) {
        return new VirtualLink.Path(
                r.nextInt(3) == 0 ? 0 : r.nextDouble() * 0.1,
                r.nextInt(3) == 0 ? r.nextDouble() * 0.1 : 0,
                r.nextInt(2) == 0 ? r.nextDouble() * 0.3 : 0,
                r.nextInt(3) == 0 ? r.nextDouble() * 0.05 : 0,
                r.nextLong(50_000, 100_000_000),
                r.nextInt(3) == 0 ? r.nextLong(1_000_000, 1_000_000_000) : 0,
                1 << r.nextInt(15, 20));
    }
}
