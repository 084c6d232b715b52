package io.tun2socks.tcpstack.tcp;

/** SRTT, RTTVAR and RTO (RFC 6298), with the least RTT seen for RACK. */
final class RttEstimator {
    /** RFC 6298 2.1: before the first sample. */
    static final long INITIAL_RTO_NANOS = 1_000_000_000L;

    private static final long RTO_AFTER_LOST_SYN_ACK_NANOS = 3_000_000_000L;

    /** As Linux has it; RFC 6298 2.4 asks for 1 s, which is far from any path here. */
    static final long MIN_RTO_NANOS = 200_000_000L;

    /** RFC 6298 2.5. */
    static final long MAX_RTO_NANOS = 60_000_000_000L;

    private static final int MAX_BACKOFF = 16;

    private long srtt;
    private long rttvar;
    private long minRtt = Long.MAX_VALUE;
    private long rto = INITIAL_RTO_NANOS;
    private int backoff;

    /**
     * Takes a sample of a segment that was sent only once (Karn's rule is the caller's).
     *
     * @param rttNanos the time from sending to acknowledgement
     */
    void onSample(long rttNanos) {
        long r = Math.max(rttNanos, 1);
        minRtt = Math.min(minRtt, r);
        if (srtt == 0) {
            srtt = r;
            rttvar = r / 2;
        } else {
            rttvar += (Math.abs(srtt - r) - rttvar) / 4;
            srtt += (r - srtt) / 8;
        }
        rto = Math.min(srtt + Math.max(4 * rttvar, MIN_RTO_NANOS), MAX_RTO_NANOS);
        backoff = 0;
    }

    /** The timer ran out: the next wait is twice as long (RFC 6298 5.5). */
    void onTimeout() {
        backoff = Math.min(backoff + 1, MAX_BACKOFF);
    }

    /** The timer has run out for the SYN-ACK: data begins with 3 s (RFC 6298 5.7). */
    void onLostSynAck() {
        rto = RTO_AFTER_LOST_SYN_ACK_NANOS;
        backoff = 0;
    }

    /** New data was acknowledged: the back-off ends even without a sample. */
    void onProgress() {
        backoff = 0;
    }

    /** Tells whether the timer has run out since something was acknowledged. */
    boolean isBackedOff() {
        return backoff > 0;
    }

    /** Returns the RTO with its back-off, in nanoseconds. */
    long rtoNanos() {
        return Math.min(rto << backoff, MAX_RTO_NANOS);
    }

    /** Returns SRTT in nanoseconds, 0 before the first sample. */
    long srttNanos() {
        return srtt;
    }

    /** Returns the least sample in nanoseconds, or {@link Long#MAX_VALUE}. */
    long minRttNanos() {
        return minRtt;
    }
}
