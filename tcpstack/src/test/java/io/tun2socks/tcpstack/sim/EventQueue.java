package io.tun2socks.tcpstack.sim;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** What is to happen when; events of one time run in the order in which they were added. */
public final class EventQueue {
    private record Event(long at, long order, Runnable action) {}

    private final SimClock clock;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private long order;
    private Runnable afterEach = () -> {};

    /** Makes an empty queue that moves a clock. */
    public EventQueue(SimClock clock) {
        this.clock = clock;
    }

    /** Returns the time. */
    public long now() {
        return clock.now();
    }

    /** Sets what is to be done after each event. */
    public void afterEach(Runnable check) {
        afterEach = check;
    }

    /** Adds an event at an absolute time, now at the earliest. */
    public void at(long nanos, Runnable action) {
        events.add(new Event(Math.max(nanos, clock.now()), order++, action));
    }

    /** Adds an event after a delay. */
    public void after(long nanos, Runnable action) {
        at(clock.now() + nanos, action);
    }

    /**
     * Runs events until a condition holds, the queue is empty, or a time is reached.
     *
     * @return whether the condition holds
     */
    public boolean runUntil(BooleanSupplier condition, long limitNanos) {
        while (!condition.getAsBoolean()) {
            Event next = events.peek();
            if (next == null || next.at() > limitNanos) {
                return false;
            }
            events.poll();
            clock.set(next.at());
            next.action().run();
            afterEach.run();
        }
        return true;
    }

    /** Runs all events up to a time and leaves the clock there. */
    public void runTo(long nanos) {
        runUntil(() -> false, nanos);
        clock.set(Math.max(nanos, clock.now()));
    }
}
