package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over paths of all kinds: delivered exactly once, in order, and closed on both sides. */
class StreamIntegrityTest {
    /** Seeds that found a fault once: data beyond the window when an acknowledgement filled a gap. */
    @ParameterizedTest
    @ValueSource(longs = {1011227, 1013400})
    void seedsOfOldFaults(long seed) {
        Simulation.run(Scenarios.common(seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void fixedSeeds(long seed) {
        Simulation.run(Scenarios.common(seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 9})
    void theSameSeedIsTheSameRun(long seed) {
        assertThat(Simulation.run(Scenarios.common(seed))).isEqualTo(Simulation.run(Scenarios.common(seed)));
    }
}
