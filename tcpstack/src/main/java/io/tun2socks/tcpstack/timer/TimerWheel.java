package io.tun2socks.tcpstack.timer;

/**
 * A hierarchical timing wheel (Varghese and Lauck, 1987): scheduling and cancelling cost the same for one timer or a
 * million, and nothing is allocated.
 *
 * <p>Four levels of 64 slots, ticks of 2^20 ns (about 1 ms): deadlines up to about 4.8 hours; later ones are put off
 * and looked at again. A timer never fires early, and at most one tick late. Not thread-safe.
 */
public final class TimerWheel {
    /** The length of a tick in nanoseconds. */
    public static final long TICK_NANOS = 1L << 20;

    /** What {@link #nextDeadlineNanos} returns when nothing is scheduled. */
    public static final long NEVER = Long.MAX_VALUE;

    static final int NO_SLOT = -1;

    private static final int TICK_SHIFT = 20;
    private static final int LEVELS = 4;
    private static final int LEVEL_BITS = 6;
    private static final int SLOTS = 1 << LEVEL_BITS;
    private static final long HORIZON = 1L << (LEVELS * LEVEL_BITS);

    private final Timer[] heads = new Timer[LEVELS * SLOTS];
    private final long[] occupied = new long[LEVELS];
    private final long epochNanos;
    private long currentTick;

    /**
     * Makes an empty wheel.
     *
     * @param nowNanos the time now, on the clock of all later calls
     */
    public TimerWheel(long nowNanos) {
        this.epochNanos = nowNanos;
    }

    /**
     * Schedules a timer, or moves it if it is scheduled.
     *
     * @param timer the timer
     * @param deadlineNanos when it is to fire; a past deadline fires at the next tick
     */
    public void schedule(Timer timer, long deadlineNanos) {
        cancel(timer);
        timer.deadlineTick = (deadlineNanos - epochNanos + TICK_NANOS - 1) >> TICK_SHIFT;
        insert(timer, Math.max(timer.deadlineTick, currentTick + 1));
    }

    /**
     * Cancels a timer; nothing happens if it is not scheduled.
     *
     * @param timer the timer
     */
    public void cancel(Timer timer) {
        int slot = timer.slot;
        if (slot == NO_SLOT) {
            return;
        }
        if (timer.previous == null) {
            heads[slot] = timer.next;
            if (timer.next == null) {
                occupied[slot >> LEVEL_BITS] &= ~(1L << (slot & (SLOTS - 1)));
            }
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = NO_SLOT;
    }

    /**
     * Fires every timer that is due.
     *
     * @param nowNanos the time now; never less than at an earlier call
     */
    public void advance(long nowNanos) {
        long target = (nowNanos - epochNanos) >> TICK_SHIFT;
        while (currentTick < target) {
            long tick = earliestTick();
            if (tick > target) {
                currentTick = target;
                return;
            }
            currentTick = tick;
            cascade();
            fire(nowNanos);
        }
    }

    /**
     * Returns when {@link #advance} has something to do: at or before the earliest deadline.
     *
     * @return a time, or {@link #NEVER}
     */
    public long nextDeadlineNanos() {
        long tick = earliestTick();
        return tick == NEVER ? NEVER : epochNanos + (tick << TICK_SHIFT);
    }

    private void insert(Timer timer, long tick) {
        long within = Math.min(tick, currentTick + HORIZON - 1);
        long delta = within - currentTick;
        int level = 0;
        while (delta >= 1L << (LEVEL_BITS * (level + 1))) {
            level++;
        }
        int index = (int) (within >> (LEVEL_BITS * level)) & (SLOTS - 1);
        int slot = level * SLOTS + index;
        timer.slot = slot;
        timer.next = heads[slot];
        if (timer.next != null) {
            timer.next.previous = timer;
        }
        heads[slot] = timer;
        occupied[level] |= 1L << index;
    }

    /** The earliest tick at which a slot fires (level 0) or has to be spread over the level below. */
    private long earliestTick() {
        long earliest = NEVER;
        for (int level = 0; level < LEVELS; level++) {
            long bits = occupied[level];
            if (bits != 0) {
                long position = currentTick >> (LEVEL_BITS * level);
                int ahead = Long.numberOfTrailingZeros(Long.rotateRight(bits, (int) (position + 1) & (SLOTS - 1))) + 1;
                earliest = Math.min(earliest, (position + ahead) << (LEVEL_BITS * level));
            }
        }
        return earliest;
    }

    private void cascade() {
        for (int level = LEVELS - 1; level > 0; level--) {
            if ((currentTick & ((1L << (LEVEL_BITS * level)) - 1)) == 0) {
                int slot = level * SLOTS + ((int) (currentTick >> (LEVEL_BITS * level)) & (SLOTS - 1));
                for (Timer timer = heads[slot]; timer != null; timer = heads[slot]) {
                    cancel(timer);
                    insert(timer, Math.max(timer.deadlineTick, currentTick));
                }
            }
        }
    }

    private void fire(long nowNanos) {
        int slot = (int) currentTick & (SLOTS - 1);
        for (Timer timer = heads[slot]; timer != null; timer = heads[slot]) {
            cancel(timer);
            timer.task.onTimer(nowNanos);
        }
    }
}
