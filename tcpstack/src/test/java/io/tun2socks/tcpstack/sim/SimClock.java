package io.tun2socks.tcpstack.sim;

/** Virtual time in nanoseconds; moved by {@link EventQueue} only. */
public final class SimClock {
    /** A millisecond. */
    public static final long MS = 1_000_000L;

    private long nowNanos;

    /**
     * Makes a clock.
     *
     * @param startNanos the time to begin with
     */
    public SimClock(long startNanos) {
        nowNanos = startNanos;
    }

    /** Returns the time. */
    public long now() {
        return nowNanos;
    }

    void set(long nanos) {
        if (nanos < nowNanos) {
            throw new IllegalStateException("time would go back from " + nowNanos + " to " + nanos);
        }
        nowNanos = nanos;
    }
}
