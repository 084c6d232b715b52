package io.tun2socks.tcpstack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever comes and is consumed: the window is honest and bounded. */
class ReceiveWindowTest {
    @Property(tries = 500)
    void theEdgeNeverMovesLeftNorFarBeyondTheBudget(@ForAll long seed, @ForAll @IntRange(max = 14) int scale) {
        Random random = new Random(seed);
        long irs = 1L << 32;
        // A budget is worth some steps of the scale.
        int budget = Math.min(Math.max(1 << random.nextInt(8, 24), 4 << scale), 0xffff << scale);
        int max = (int) Math.min((long) budget << random.nextInt(4), 0xffff << scale);
        ReceiveWindow window = new ReceiveWindow(irs, scale, budget, max);
        long unconsumed = 0;
        long now = 1;
        long edge = irs + window.advertiseUnscaled();
        assertThat(edge).isEqualTo(window.edge());
        for (int step = 0; step < 500; step++) {
            now += random.nextInt(1_000_000);
            int room = (int) (window.edge() - window.nxt());
            if (random.nextBoolean() && room > 0) {
                int bytes = random.nextInt(room) / (1 + random.nextInt(100)) + 1;
                window.onDelivered(bytes);
                unconsumed += bytes;
            } else if (unconsumed > 0) {
                int bytes = (int) Math.min(unconsumed, random.nextInt(max));
                window.onConsumed(bytes, now, 500_000, true);
                unconsumed -= bytes;
            }
            if (random.nextBoolean()) {
                int field = window.advertise(1 << scale, Integer.MAX_VALUE);
                assertThat(field).isBetween(0, 0xffff);
                long told = window.nxt() + ((long) field << scale);
                assertThat(told).as("left by rounding at most").isGreaterThan(edge - (1L << scale));
                assertThat(window.edge()).as("what was promised is kept").isGreaterThanOrEqualTo(edge);
                assertThat(window.edge()).isGreaterThanOrEqualTo(told);
                edge = window.edge();
                assertThat(window.shouldUpdate(1 << scale, Integer.MAX_VALUE))
                        .as("just told")
                        .isFalse();
            }
            assertThat(window.edge() - window.nxt() + unconsumed)
                    .as("what may lie with the user")
                    .isLessThanOrEqualTo(max + max / 8 + (1L << scale) + 0xffffL);
        }
    }
}
