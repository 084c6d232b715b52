package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.tcp.congestion.AckSample;
import io.tun2socks.tcpstack.tcp.congestion.CongestionControl;
import java.util.function.Consumer;

/**
 * Decides what is lost and when recovery begins and ends: RACK with SACK (RFC 8985), duplicate acknowledgements and
 * partial acknowledgements without (RFC 6582).
 */
final class LossRecovery implements Consumer<SentSegment> {
    private static final int DUP_THRESH = 3;

    private final RetransmissionQueue queue;
    private final RttEstimator rtt;
    private final CongestionControl congestion;
    private final RackLossDetector rack = new RackLossDetector();
    private int mss;
    private final boolean sack;
    private final AckSample sample;

    private boolean inRecovery;
    /** Recovery from a time-out: cwnd begins anew in slow start, so acknowledgements do make it grow. */
    private boolean afterTimeout;
    /** SND.NXT when recovery began: it ends when this is acknowledged. */
    private long recoveryPoint;

    private int dupAcks;
    /** Without SACK: what duplicate acknowledgements say has left the network (RFC 6582 3.2 inflates cwnd instead). */
    private long dupAckedBytes;
    /** The next repair is sent whatever is in flight (RFC 6675 5 (4.3), RFC 6582 3.2). */
    private boolean repairDue;

    private boolean repairDelivered;
    private long nowNanos;
    private long rttSample;

    LossRecovery(
            RetransmissionQueue queue,
            RttEstimator rtt,
            CongestionControl congestion,
            int mss,
            boolean sack,
            AckSample sample) {
        this.sample = sample;
        this.queue = queue;
        this.rtt = rtt;
        this.congestion = congestion;
        this.mss = mss;
        this.sack = sack;
    }

    /** Begins an acknowledgement: what is delivered by it is told to {@link #accept}. */
    void begin(long now) {
        nowNanos = now;
        rttSample = -1;
        repairDelivered = false;
    }

    /** Returns how much is in the network, as far as acknowledgements tell. */
    long pipe() {
        return queue.inFlight() - Math.min(dupAckedBytes, queue.inFlight());
    }

    /** Tells once whether a repair is to be sent even if cwnd has no room for it. */
    boolean takeRepairDue() {
        boolean due = repairDue;
        repairDue = false;
        return due;
    }

    @Override
    public void accept(SentSegment delivered) {
        rack.onDelivered(delivered, nowNanos, rtt);
        if (delivered.retransmitted) {
            // What is acknowledged with it may have waited behind it (Karn).
            repairDelivered = true;
        } else {
            // The last one told is the most recently sent: the sample that delays least.
            rttSample = nowNanos - delivered.xmitNanos;
        }
    }

    /**
     * Ends an acknowledgement.
     *
     * @param acked bytes newly acknowledged cumulatively
     * @param duplicate whether it was a duplicate acknowledgement (RFC 5681 2)
     * @param una SND.UNA after it
     * @param nxt SND.NXT
     * @param flightBefore bytes outstanding before it
     * @param cwndLimited whether the sender was held back by cwnd
     * @return how long to wait for a late segment, or 0; see {@link RackLossDetector#detect}
     */
    long end(long acked, boolean duplicate, long una, long nxt, long flightBefore, boolean cwndLimited) {
        if (rttSample >= 0 && !repairDelivered) {
            rtt.onSample(rttSample);
        } else if (acked > 0) {
            rtt.onProgress();
        }
        if (inRecovery && una >= recoveryPoint) {
            inRecovery = false;
            afterTimeout = false;
            dupAcks = 0;
            dupAckedBytes = 0;
        }
        long wait = 0;
        if (sack) {
            wait = rack.detect(queue, nowNanos, rtt, mss, inRecovery);
        } else {
            withoutSack(acked, duplicate);
        }
        if (!inRecovery && queue.hasLost()) {
            enter(nxt, flightBefore);
        } else if ((!inRecovery || afterTimeout) && acked > 0) {
            sample.nowNanos = nowNanos;
            sample.ackedBytes = acked;
            sample.flightSize = nxt - una;
            sample.cwndLimited = cwndLimited;
            sample.rttNanos = repairDelivered ? -1 : rttSample;
            sample.srttNanos = rtt.srttNanos();
            congestion.onAck(sample);
        }
        return wait;
    }

    private void withoutSack(long acked, boolean duplicate) {
        if (acked > 0) {
            dupAcks = 0;
            dupAckedBytes = inRecovery ? Math.max(dupAckedBytes - Math.max(acked - mss, 0), 0) : 0;
            if (inRecovery && !afterTimeout) {
                loseFirst();
                repairDue = true;
            }
        } else if (duplicate && !afterTimeout) {
            dupAckedBytes = Math.min(dupAckedBytes + mss, queue.inFlight());
            if (!inRecovery && ++dupAcks == DUP_THRESH) {
                loseFirst();
            }
        }
    }

    private void loseFirst() {
        SentSegment first = queue.first();
        if (first != null && first.inFlight()) {
            queue.split(first, mss);
            queue.setLost(first, true);
        }
    }

    /** The reordering timer fired: what is late now is lost (RFC 8985 6.3). */
    long onReorderingTimer(long now, long una, long nxt) {
        long wait = rack.detect(queue, now, rtt, mss, inRecovery);
        if (!inRecovery && queue.hasLost()) {
            nowNanos = now;
            enter(nxt, nxt - una);
        }
        return wait;
    }

    /** The retransmission timer fired. */
    void onTimeout(long now, long una, long nxt) {
        congestion.onTimeout(nxt - una, 0, !inRecovery, now);
        queue.clearSacks();
        queue.markAllLost();
        rtt.onTimeout();
        inRecovery = true;
        afterTimeout = true;
        recoveryPoint = nxt;
        dupAcks = 0;
        dupAckedBytes = 0;
    }

    /** Segments became shorter: what is in flight in longer ones is lost, through no fault of cwnd's. */
    void onMssReduced(int newMss, long nxt) {
        mss = newMss;
        queue.markLostOver(newMss);
        if (queue.hasLost() && !inRecovery) {
            inRecovery = true;
            afterTimeout = true;
            recoveryPoint = nxt;
            dupAcks = 0;
            dupAckedBytes = 0;
        }
        repairDue = queue.hasLost();
    }

    private void enter(long nxt, long flight) {
        inRecovery = true;
        recoveryPoint = nxt;
        repairDue = true;
        congestion.onLoss(flight, nowNanos);
    }
}
