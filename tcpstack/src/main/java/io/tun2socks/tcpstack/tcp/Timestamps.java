package io.tun2socks.tcpstack.tcp;

/** The timestamps of one connection (RFC 7323): what is echoed, what is too old, and our own clock. */
final class Timestamps {
    /** RFC 7323 5.5: after so long a silence TS.Recent says nothing any more, as the client's clock may have wrapped. */
    private static final long OUTDATED_NANOS = 24L * 24 * 3600 * 1_000_000_000L;

    private int recent;
    private long recentNanos;
    private int offset;

    /**
     * Begins with the SYN's.
     *
     * @param tsVal the SYN's TSval
     * @param nowNanos the time
     */
    Timestamps(int tsVal, long nowNanos) {
        recent = tsVal;
        recentNanos = nowNanos;
    }

    /** Sets what is added to our clock: another value for each connection (RFC 7323 5.4, 7.1). */
    void offset(int value) {
        offset = value;
    }

    /** TS.Recent: what goes out as TSecr. */
    int recent() {
        return recent;
    }

    /** The clock of milliseconds that all connections share, each with its own offset. */
    static int clock(long nowNanos) {
        return (int) (nowNanos / 1_000_000);
    }

    /** TSval of what is sent now. */
    int value(long nowNanos) {
        return clock(nowNanos) + offset;
    }

    /**
     * PAWS (RFC 7323 5.3 R1): whether a segment, no RST, is older than what has come before it.
     *
     * @param tsVal SEG.TSval
     * @param nowNanos the time
     */
    boolean isTooOld(int tsVal, long nowNanos) {
        return tsVal - recent < 0 && nowNanos - recentNanos < OUTDATED_NANOS;
    }

    /** Takes over the TSval of a segment at the left edge of the window (RFC 7323 4.3 (2)). */
    void onEdge(int tsVal, long nowNanos) {
        recent = tsVal;
        recentNanos = nowNanos;
    }
}
