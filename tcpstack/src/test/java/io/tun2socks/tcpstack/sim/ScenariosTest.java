package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ten thousand scenarios: any streams over any path, delivered exactly once, in order, and closed on both sides; the
 * invariants of {@link io.tun2socks.tcpstack.tcp.ConnectionProbe}, {@link WireMonitor} and {@link Guard} hold all the
 * time. Half of the seeds are always the same; the others begin at a random one, which is printed.
 *
 * <p>{@code -Dsim.seed=N} runs one seed with a trace and leaves a capture in {@code target/}; {@code -Dsim.count=N}
 * runs more or fewer; {@code -Dsim.base=N} sets the first of the random half.
 */
class ScenariosTest {
    private static final Long ONE = Long.getLong("sim.seed");
    private static final int COUNT = Integer.getInteger("sim.count", 10_000);
    private static final long BASE =
            Long.getLong("sim.base", ThreadLocalRandom.current().nextLong(1L << 40));
    private static final int BATCH = 500;
    private static final int MAX_REPORTED = 5;

    private static long runs;
    private static long incomplete;
    private static long virtualNanos;
    private static long packets;
    private static long realNanos;

    static IntStream batches() {
        return IntStream.range(0, ONE != null ? 1 : (COUNT + BATCH - 1) / BATCH);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void streamsArriveWholeWhateverThePathDoes(int batch) {
        long begin = System.nanoTime();
        List<AssertionError> failures = new ArrayList<>();
        seeds(batch).forEach(seed -> run(seed, failures));
        realNanos += System.nanoTime() - begin;
        if (!failures.isEmpty()) {
            AssertionError first = new AssertionError(
                    failures.size() + " of " + seeds(batch).count() + " scenarios failed; replay the first by"
                            + " mvn -pl tcpstack test -Dtest=ScenariosTest -Dsim.seed=…: "
                            + failures.get(0).getMessage(),
                    failures.get(0));
            failures.stream().skip(1).limit(MAX_REPORTED).forEach(first::addSuppressed);
            throw first;
        }
    }

    private static LongStream seeds(int batch) {
        if (ONE != null) {
            return LongStream.of(ONE);
        }
        long first = (long) batch * BATCH;
        int half = (COUNT + BATCH - 1) / BATCH / 2;
        long from = batch < half ? first : BASE + first;
        return LongStream.range(from, from + Math.min(BATCH, COUNT - first));
    }

    private static void run(long seed, List<AssertionError> failures) {
        try {
            Simulation.Result result =
                    Simulation.run(Scenarios.harsh(seed), ONE != null ? System.out::println : Simulation.SILENT);
            runs++;
            virtualNanos += result.nanos();
            packets += result.packetsOut();
            incomplete += result.complete() ? 0 : 1;
        } catch (AssertionError e) {
            failures.add(e);
        }
    }

    @AfterAll
    static void report() {
        System.out.printf(
                "%d scenarios from 0 and %d (sim.base): %.1f ms each, %d h of virtual time, %d packets of the stack,"
                        + " %d ended early%n",
                runs,
                BASE,
                realNanos / 1e6 / Math.max(runs, 1),
                virtualNanos / 3_600_000_000_000L,
                packets,
                incomplete);
        assertThat(incomplete).as("scenarios in which an end gave up").isLessThan(Math.max(runs / 3, 2));
    }
}
