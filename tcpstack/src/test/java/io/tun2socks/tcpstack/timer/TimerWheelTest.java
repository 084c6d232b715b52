package io.tun2socks.tcpstack.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The wheel against a plain map of deadlines. */
class TimerWheelTest {
    private static final long TICK = TimerWheel.TICK_NANOS;

    @Property(tries = 300)
    void firesLikeANaiveList(@ForAll long seed) {
        Random random = new Random(seed);
        long[] now = {random.nextLong() >> 8};
        TimerWheel wheel = new TimerWheel(now[0]);
        Map<Timer, Long> expected = new HashMap<>();
        List<Timer> timers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Timer[] self = new Timer[1];
            self[0] = new Timer(at -> {
                assertThat(at).isEqualTo(now[0]);
                Long deadline = expected.remove(self[0]);
                assertThat(deadline).as("fires only when scheduled").isNotNull();
                assertThat(at).as("never early").isGreaterThanOrEqualTo(deadline);
                assertThat(self[0].isScheduled()).isFalse();
                if (random.nextInt(3) == 0) {
                    schedule(wheel, expected, self[0], at + delay(random));
                }
            });
            timers.add(self[0]);
        }
        for (int step = 0; step < 200; step++) {
            Timer timer = timers.get(random.nextInt(timers.size()));
            switch (random.nextInt(4)) {
                case 0, 1 -> schedule(wheel, expected, timer, now[0] + delay(random));
                case 2 -> {
                    wheel.cancel(timer);
                    expected.remove(timer);
                }
                default -> {
                    long next = wheel.nextDeadlineNanos();
                    boolean jump = next == TimerWheel.NEVER || random.nextBoolean();
                    now[0] = jump ? now[0] + delay(random) : Math.max(next, now[0]);
                    wheel.advance(now[0]);
                }
            }
            expected.forEach((t, deadline) -> {
                assertThat(t.isScheduled()).isTrue();
                assertThat(deadline).as("at most a tick late").isGreaterThan(now[0] - 2 * TICK);
                assertThat(wheel.nextDeadlineNanos())
                        .as("asks to be called in time")
                        .isLessThan(deadline + 2 * TICK);
            });
            assertThat(expected.isEmpty()).isEqualTo(wheel.nextDeadlineNanos() == TimerWheel.NEVER);
        }
    }

    private static void schedule(TimerWheel wheel, Map<Timer, Long> expected, Timer timer, long deadline) {
        wheel.schedule(timer, deadline);
        expected.put(timer, deadline);
    }

    /** From nothing to a day, every magnitude as likely. */
    private static long delay(Random random) {
        return random.nextLong(1L << random.nextInt(1, 47));
    }

    @Test
    void pastDeadlinesFireAtTheNextTick() {
        TimerWheel wheel = new TimerWheel(0);
        List<Long> fired = new ArrayList<>();
        wheel.schedule(new Timer(fired::add), -5 * TICK);
        wheel.advance(TICK - 1);
        assertThat(fired).isEmpty();
        wheel.advance(TICK);
        assertThat(fired).containsExactly(TICK);
    }

    @Test
    void oneJumpOverEverythingFiresAll() {
        TimerWheel wheel = new TimerWheel(0);
        List<Long> fired = new ArrayList<>();
        for (int bit = 0; bit < 50; bit++) {
            wheel.schedule(new Timer(fired::add), 1L << bit);
        }
        wheel.advance(1L << 51);
        assertThat(fired).hasSize(50);
        assertThat(wheel.nextDeadlineNanos()).isEqualTo(TimerWheel.NEVER);
    }

    @Test
    void aTimerMayCancelItsNeighbourInTheSameTick() {
        TimerWheel wheel = new TimerWheel(0);
        List<String> fired = new ArrayList<>();
        Timer[] pair = new Timer[2];
        for (int i = 0; i < 2; i++) {
            int me = i;
            pair[i] = new Timer(now -> {
                fired.add("timer " + me);
                wheel.cancel(pair[1 - me]);
            });
        }
        wheel.schedule(pair[0], 3 * TICK);
        wheel.schedule(pair[1], 3 * TICK);
        wheel.advance(10 * TICK);
        assertThat(fired).hasSize(1);
        assertThat(wheel.nextDeadlineNanos()).isEqualTo(TimerWheel.NEVER);
    }

    @Test
    void deadlinesBeyondTheHorizonAreKept() {
        TimerWheel wheel = new TimerWheel(0);
        List<Long> fired = new ArrayList<>();
        long week = 7 * 24 * 3600 * 1_000_000_000L;
        wheel.schedule(new Timer(fired::add), week);
        while (fired.isEmpty()) {
            long next = wheel.nextDeadlineNanos();
            assertThat(next).isLessThan(week + 2 * TICK);
            wheel.advance(next);
        }
        assertThat(fired.get(0)).isBetween(week, week + TICK);
    }
}
