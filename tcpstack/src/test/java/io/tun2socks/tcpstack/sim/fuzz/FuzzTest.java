package io.tun2socks.tcpstack.sim.fuzz;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Fuzzing of the whole stack, for {@code -Dfuzz.seconds=N}, 5 if nothing is said: first rounds that are always the same,
 * then, until the time is over, some that begin at a random seed. {@code -Dfuzz.seed=N} runs one round.
 */
class FuzzTest {
    private static final long SECONDS = Long.getLong("fuzz.seconds", 5);
    private static final Long ONE = Long.getLong("fuzz.seed");
    private static final int FIXED = 40;

    private final List<byte[]> corpus = Corpus.packets();

    @Test
    void hostilePacketsBesideAHealthyConnection() {
        if (ONE != null) {
            new FuzzRound(ONE, corpus).run();
            return;
        }
        long base = ThreadLocalRandom.current().nextLong(1L << 40);
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        long rounds = 0;
        while (rounds < FIXED || System.nanoTime() < end) {
            run(rounds < FIXED ? rounds : base + rounds);
            rounds++;
        }
        System.out.printf("%d rounds of fuzzing, %d of them from seed %d%n", rounds, rounds - FIXED, base + FIXED);
    }

    private void run(long seed) {
        try {
            new FuzzRound(seed, corpus).run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("mvn -pl tcpstack test -Dtest=FuzzTest -Dfuzz.seed=" + seed + " shows: " + e, e);
        }
    }
}
