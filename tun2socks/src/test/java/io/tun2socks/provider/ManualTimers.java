package io.tun2socks.provider;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/** A clock that a test moves; what is due runs on the test's thread. */
final class ManualTimers implements Timers {
    private record Due(Instant at, long order, Runnable task) {}

    private final Deque<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Due> later =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::order));
    private Instant now;
    private long order;

    ManualTimers(Instant now) {
        this.now = now;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public void after(Duration delay, Runnable task) {
        later.add(new Due(now.plus(delay), order++, task));
    }

    /** Runs what is ready, and lets time pass. */
    void pass(Duration time) {
        Instant until = now.plus(time);
        run();
        while (!later.isEmpty() && !later.peek().at().isAfter(until)) {
            Due due = later.poll();
            now = due.at();
            due.task().run();
            run();
        }
        now = until;
    }

    /** Runs what is ready. */
    void run() {
        while (!ready.isEmpty()) {
            ready.poll().run();
        }
    }

    @Override
    public void close() {
        ready.clear();
        later.clear();
    }
}
