package io.tun2socks.tcpstack.tcp;

/**
 * RACK (RFC 8985 6.2): a segment is lost when one that was sent sufficiently later has been delivered. Needs SACK to
 * hear of deliveries behind a hole.
 */
final class RackLossDetector {
    private static final int DUP_THRESH = 3;
    private static final int PERSIST_RECOVERIES = 16;
    private static final int MAX_MULTIPLIER = 255;
    private static final long NO_ROUND = -1;

    /** RACK.xmit_ts: when the most recently sent of the delivered segments was sent. */
    private long xmitNanos;
    /** RACK.end_seq of that segment. */
    private long endSeq;
    /** RACK.rtt. */
    private long rttNanos;
    /** RACK.fack: the highest delivered sequence number. */
    private long fack;
    /** RACK.dsack_round. */
    private long dsackRound = NO_ROUND;
    /** RACK.reo_wnd_mult. */
    private int windowMultiplier = 1;
    /** RACK.reo_wnd_persist. */
    private int persist = PERSIST_RECOVERIES;

    private boolean reorderingSeen;

    long fack() {
        return fack;
    }

    /** A segment was delivered (steps 1 to 3). */
    void onDelivered(SentSegment segment, AckState ack, RttEstimator rtt) {
        if (segment.end > fack) {
            fack = segment.end;
        }
        if (segment.end < ack.fackBefore && !segment.retransmitted) {
            reorderingSeen = true;
        }
        long sample = ack.now - segment.xmitNanos;
        if (segment.retransmitted && (sample < rtt.minRttNanos() || ack.echoesBefore(segment.xmitNanos))) {
            // The acknowledgement is for an earlier transmission: it says nothing about when the last was sent.
            return;
        }
        if (rttNanos == 0 || SentSegment.isAfter(segment.xmitNanos, segment.end, xmitNanos, endSeq)) {
            xmitNanos = segment.xmitNanos;
            endSeq = segment.end;
            rttNanos = Math.max(sample, 1);
        }
    }

    /** A D-SACK says that a repair was needless: the window was too small. It grows once in a round trip (step 4). */
    void onDsack(long nxt) {
        if (dsackRound == NO_ROUND) {
            dsackRound = nxt;
            windowMultiplier = Math.min(windowMultiplier + 1, MAX_MULTIPLIER);
            persist = PERSIST_RECOVERIES;
        }
    }

    /** Ends the round trip of a D-SACK. */
    void onAcknowledged(long una) {
        if (dsackRound != NO_ROUND && una >= dsackRound) {
            dsackRound = NO_ROUND;
        }
    }

    /**
     * A recovery was for nothing: what was taken for the delivery of a repair was that of the original, sent earlier.
     * Compared with the time of the repair all others would be late; the next delivery tells a better one.
     */
    void onUndone() {
        rttNanos = 0;
    }

    /** A recovery is over; after some without D-SACK the window is small again. */
    void onRecoveryEnd() {
        if (--persist <= 0) {
            windowMultiplier = 1;
            persist = PERSIST_RECOVERIES;
        }
    }

    /**
     * Marks what is lost (step 5). Looks only at what is marked, and at one more.
     *
     * @param queue what is outstanding
     * @param nowNanos the time
     * @param rtt the connection's estimator
     * @param mss SMSS
     * @param inRecovery whether losses are being repaired
     * @return how long to wait, in nanoseconds, until the next segment that is late counts as lost; 0 if there is none
     */
    long detect(RetransmissionQueue queue, long nowNanos, RttEstimator rtt, int mss, boolean inRecovery) {
        if (rttNanos == 0) {
            return 0;
        }
        long patience = rttNanos + reorderingWindow(queue, rtt, mss, inRecovery);
        for (SentSegment s = queue.oldest(); s != null; s = queue.oldest()) {
            if (!SentSegment.isAfter(xmitNanos, endSeq, s.xmitNanos, s.end)) {
                return 0;
            }
            long remaining = s.xmitNanos + patience - nowNanos;
            if (remaining > 0) {
                return remaining;
            }
            queue.markLost(s);
        }
        return 0;
    }

    /** Marks what is lost at a retransmission time-out: the first, and what was sent long ago (6.3). */
    void onTimeout(RetransmissionQueue queue, long nowNanos, RttEstimator rtt, int mss) {
        queue.markLost(queue.first());
        long patience = rttNanos + reorderingWindow(queue, rtt, mss, true);
        SentSegment s = queue.oldest();
        while (s != null && s.xmitNanos + patience <= nowNanos) {
            queue.markLost(s);
            s = queue.oldest();
        }
    }

    private long reorderingWindow(RetransmissionQueue queue, RttEstimator rtt, int mss, boolean inRecovery) {
        if (!reorderingSeen && (inRecovery || queue.sackedBytes() >= (long) DUP_THRESH * mss)) {
            return 0;
        }
        long least = rtt.minRttNanos() == Long.MAX_VALUE ? rttNanos : rtt.minRttNanos();
        long window = windowMultiplier * (least / 4);
        return rtt.srttNanos() == 0 ? window : Math.min(window, rtt.srttNanos());
    }
}
