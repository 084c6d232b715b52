package io.tun2socks.tcpstack.sim.scale;

import java.lang.management.ManagementFactory;

/**
 * What {@link ScaleTest} runs in a JVM of its own: {@code connect N} opens N connections that each transfer a little,
 * {@code measure N} tells how much memory an idle one takes.
 */
final class CrowdMain {
    private CrowdMain() {}

    /** Runs one of the two. */
    public static void main(String[] args) {
        int connections = Integer.parseInt(args[1]);
        if (args[0].equals("measure")) {
            measure(connections);
        } else {
            connect(connections);
        }
    }

    private static void connect(int connections) {
        long begin = System.nanoTime();
        try (Crowd crowd = new Crowd(connections)) {
            crowd.connect();
            crowd.exchange(100);
            crowd.exchange(1400);
            System.out.printf(
                    "%d connections at once, %d ms, heap of %d MiB%n",
                    crowd.open(),
                    (System.nanoTime() - begin) / 1_000_000,
                    Runtime.getRuntime().maxMemory() >> 20);
        }
    }

    private static void measure(int connections) {
        // Classes, the JIT's own data and pooled chunks are not to be counted.
        try (Crowd warm = new Crowd(1000)) {
            warm.connect();
            warm.exchange(1400);
        }
        try (Crowd crowd = new Crowd(connections)) {
            long heap = heap();
            long direct = crowd.directMemory();
            crowd.connect();
            long fresh = heap() - heap;
            crowd.exchange(100);
            crowd.exchange(1400);
            long used = heap() - heap;
            long buffers = crowd.directMemory() - direct;
            System.out.printf(
                    "bytes per idle connection: %d of heap when new, %d of heap and %d of buffers after a transfer%n",
                    fresh / connections, used / connections, buffers / connections);
            System.out.println("total=" + (Math.max(fresh, used) + buffers) / connections);
        }
    }

    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
