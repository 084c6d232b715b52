package io.tun2socks.tcpstack.sim;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.congestion.CongestionAlgorithm;
import java.util.List;
import java.util.Random;

/** Draws scenarios from seeds; a seed is the same scenario for ever. */
public final class Scenarios {
    private static final int[] MTUS = {576, 1280, 1500, 9000};

    private static final List<CongestionAlgorithm> CONGESTION = List.of(CongestionAlgorithm.values());

    private Scenarios() {}

    /** Draws a scenario: most of what a path, a client and an application can be, up to 10 % loss. */
    public static Simulation.Scenario common(long seed) {
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

    /** Draws a scenario of the kinds that are not common: bad paths, tiny windows, difficult clients, early ends. */
    public static Simulation.Scenario harsh(long seed) {
        Simulation.Scenario s = common(seed);
        Random r = new Random(seed ^ 0x5deece66dL << 7);
        int kind = r.nextInt(10);
        VirtualLink.Path up = kind < 4 ? s.up() : s.up().withLoss(r.nextDouble() * (kind < 7 ? 0.15 : 0.3));
        VirtualLink.Path down = kind < 4 ? s.down() : s.down().withLoss(r.nextDouble() * (kind < 7 ? 0.15 : 0.3));
        int most = kind < 4 ? 1 << 18 : kind < 7 ? 1 << 16 : 1 << 15;
        TcpConfig tcp = s.config()
                .tcp()
                .withCongestion(CONGESTION.get(r.nextInt(CONGESTION.size())))
                .withKeepAlive(r.nextLong(2, 20) * 1000 * SimClock.MS, 1000 * SimClock.MS, 12);
        ClientOptions client = s.client().acknowledging(new int[] {1, 2, 2, 1000}[r.nextInt(4)]);
        if (r.nextInt(8) == 0) {
            client = client.tinyWindow(r.nextInt(60, 4000));
            most = Math.min(most, 1 << 14);
        }
        if (r.nextInt(8) == 0) {
            int budget = r.nextInt(1024, 6000);
            tcp = tcp.withBuffers(tcp.sendBufferLimit(), budget, budget);
            most = Math.min(most, 1 << 14);
        }
        if (client.maxSegment() < 300 || s.app().maxChunk() < 300 || (client.mss() > 0 && client.mss() < 300)) {
            most = Math.min(most, 20_000);
        }
        int abort = r.nextInt(8);
        long abortNanos = Math.max((long) (Math.pow(r.nextDouble(), 3) * 8000), 1) * SimClock.MS;
        int pathMtu = r.nextInt(5) == 0 ? r.nextInt(s.ipv4() ? 576 : 1280, 1501) : 0;
        Trouble trouble = new Trouble(
                r.nextInt(10) == 0 ? 0.05 : 0,
                r.nextInt(10) == 0 ? 0.05 : 0,
                abort == 0 ? abortNanos : 0,
                abort == 1 ? abortNanos : 0,
                pathMtu,
                r.nextLong(2000) * SimClock.MS);
        return new Simulation.Scenario(
                seed,
                s.ipv4(),
                s.mtu(),
                s.offloads(),
                s.config().withTcp(tcp),
                client,
                s.app(),
                s.acceptDelayNanos(),
                up,
                down,
                r.nextInt(3) > 0 ? Math.min(s.upBytes(), most) : r.nextInt(most),
                r.nextInt(3) > 0 ? Math.min(s.downBytes(), most) : r.nextInt(most),
                s.startNanos(),
                7_200_000 * SimClock.MS,
                trouble);
    }
}
