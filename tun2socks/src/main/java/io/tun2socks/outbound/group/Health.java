package io.tun2socks.outbound.group;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How a proxy or group has answered when one URL was asked for. Written on one event loop, read anywhere. */
final class Health {
    /** How many checks are remembered. */
    static final int REMEMBERED = 10;

    private static final int UNTESTED = 65_535;
    private static final int DEAD = UNTESTED + 1;

    private volatile State state = new State(true, 0, List.of());

    /**
     * What is known.
     *
     * @param alive whether the last check had a good answer; true if there was no check
     * @param delay milliseconds of the last check; 0 if there was none, or no answer
     * @param history the last checks, the oldest first
     */
    record State(boolean alive, int delay, List<HealthRecord> history) {}

    State state() {
        return state;
    }

    boolean isAlive() {
        return state.alive();
    }

    /** Returns what fastest is judged by: the delay, more than any if there was no check, most of all if dead. */
    int rank() {
        State now = state;
        if (!now.alive()) {
            return DEAD;
        }
        return now.delay() == 0 ? UNTESTED : Math.min(now.delay(), UNTESTED - 1);
    }

    /**
     * Notes a check.
     *
     * @param delay milliseconds; 0 if there was no good answer
     */
    void note(int delay) {
        List<HealthRecord> before = state.history();
        List<HealthRecord> history =
                new ArrayList<>(before.subList(Math.max(0, before.size() - REMEMBERED + 1), before.size()));
        history.add(new HealthRecord(Instant.now(), delay));
        state = new State(delay > 0, delay, List.copyOf(history));
    }
}
