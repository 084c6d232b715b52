package io.tun2socks.tcpstack.timer;

/**
 * A timer that can be scheduled on one {@link TimerWheel}, again and again, without allocation. Not thread-safe.
 */
public final class Timer {
    final TimerTask task;
    Timer previous;
    Timer next;
    long deadlineTick;
    int slot = TimerWheel.NO_SLOT;

    /**
     * Makes a timer that is not scheduled.
     *
     * @param task what to do when it fires
     */
    public Timer(TimerTask task) {
        this.task = task;
    }

    /** Tells whether the timer is scheduled. */
    public boolean isScheduled() {
        return slot != TimerWheel.NO_SLOT;
    }
}
