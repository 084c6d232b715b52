package io.tun2socks.tcpstack.tcp.congestion;

/** Slow start, congestion avoidance and multiplicative decrease (RFC 5681), counting bytes (RFC 3465), IW10 (RFC 6928). */
public final class NewReno implements CongestionControl {
    private final int mss;
    private long cwnd;
    private long ssthresh = Long.MAX_VALUE;
    private long ackedInAvoidance;

    /**
     * Makes one in slow start.
     *
     * @param mss SMSS: the most payload of a segment
     */
    public NewReno(int mss) {
        this.mss = mss;
        this.cwnd = Math.min(10L * mss, Math.max(2L * mss, 14600));
    }

    @Override
    public long cwnd() {
        return cwnd;
    }

    /** Returns ssthresh. */
    public long ssthresh() {
        return ssthresh;
    }

    @Override
    public void onAck(long ackedBytes, boolean cwndLimited, long nowNanos) {
        if (!cwndLimited) {
            return;
        }
        long left = ackedBytes;
        if (cwnd < ssthresh) {
            // The whole of a stretch acknowledgement counts, as in Linux: one acknowledgement stands for up to 44
            // segments here, and slow start would crawl if it counted for one.
            long grown = Math.min(left, ssthresh - cwnd);
            cwnd += grown;
            left -= grown;
        }
        if (left > 0) {
            ackedInAvoidance += left;
            while (ackedInAvoidance >= cwnd) {
                ackedInAvoidance -= cwnd;
                cwnd += mss;
            }
        }
    }

    @Override
    public void onLoss(long flightSize, long nowNanos) {
        ssthresh = Math.max(flightSize / 2, 2L * mss);
        cwnd = ssthresh;
        ackedInAvoidance = 0;
    }

    @Override
    public void onTimeout(long flightSize, long nowNanos) {
        ssthresh = Math.max(flightSize / 2, 2L * mss);
        cwnd = mss;
        ackedInAvoidance = 0;
    }
}
