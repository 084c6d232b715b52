package io.tun2socks.tcpstack.tcp;

/**
 * RACK (RFC 8985 6.2): a segment is lost when one that was sent sufficiently later has been delivered. Needs SACK to
 * hear of deliveries behind a hole.
 */
final class RackLossDetector {
    private static final int DUP_THRESH = 3;

    /** RACK.xmit_ts: when the most recently sent of the delivered segments was sent. */
    private long xmitNanos;
    /** RACK.end_seq of that segment. */
    private long endSeq;
    /** RACK.rtt. */
    private long rttNanos;
    /** RACK.fack: the highest delivered sequence number. */
    private long fack;

    private boolean reorderingSeen;

    /** A segment was delivered (steps 1 to 3). */
    void onDelivered(SentSegment segment, long nowNanos, RttEstimator rtt) {
        if (segment.end > fack) {
            fack = segment.end;
        } else if (segment.end < fack && !segment.retransmitted) {
            reorderingSeen = true;
        }
        long sample = nowNanos - segment.xmitNanos;
        if (segment.retransmitted && sample < rtt.minRttNanos()) {
            // The acknowledgement is for the first transmission: it says nothing about when the second was sent.
            return;
        }
        if (rttNanos == 0 || isAfter(segment.xmitNanos, segment.end, xmitNanos, endSeq)) {
            xmitNanos = segment.xmitNanos;
            endSeq = segment.end;
            rttNanos = Math.max(sample, 1);
        }
    }

    /**
     * Marks what is lost (steps 4 and 5).
     *
     * @param queue what is outstanding
     * @param nowNanos the time
     * @param rtt the connection's estimator
     * @param mss SMSS
     * @param inRecovery whether losses are being repaired
     * @return how long to wait, in nanoseconds, until a segment that is late now counts as lost; 0 if there is none
     */
    long detect(RetransmissionQueue queue, long nowNanos, RttEstimator rtt, int mss, boolean inRecovery) {
        if (rttNanos == 0) {
            return 0;
        }
        long window = reorderingWindow(queue, rtt, mss, inRecovery);
        long wait = 0;
        for (SentSegment s = queue.first(); s != null; s = s.next) {
            boolean sentBefore = isAfter(xmitNanos, endSeq, s.xmitNanos, s.end);
            if (!sentBefore && !s.retransmitted && s.start >= fack) {
                // Nothing behind was delivered, and first transmissions are in the order of time.
                break;
            }
            if (sentBefore && s.inFlight()) {
                long remaining = s.xmitNanos + rttNanos + window - nowNanos;
                if (remaining <= 0) {
                    queue.setLost(s, true);
                } else {
                    wait = Math.max(wait, remaining);
                }
            }
        }
        return wait;
    }

    private long reorderingWindow(RetransmissionQueue queue, RttEstimator rtt, int mss, boolean inRecovery) {
        if (!reorderingSeen && (inRecovery || queue.sackedBytes() >= (long) DUP_THRESH * mss)) {
            return 0;
        }
        long quarter = rtt.minRttNanos() == Long.MAX_VALUE ? rttNanos / 4 : rtt.minRttNanos() / 4;
        return rtt.srttNanos() == 0 ? quarter : Math.min(quarter, rtt.srttNanos());
    }

    private static boolean isAfter(long time1, long seq1, long time2, long seq2) {
        return time1 > time2 || (time1 == time2 && seq1 > seq2);
    }
}
