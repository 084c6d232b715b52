package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.tcp.congestion.AckSample;
import io.tun2socks.tcpstack.tcp.congestion.CongestionControl;
import java.util.function.Consumer;

/**
 * Decides what is lost and when recovery begins and ends: RACK-TLP with SACK (RFC 8985), duplicate acknowledgements and
 * partial acknowledgements without (RFC 6582); and whether it was for nothing.
 */
final class LossRecovery implements Consumer<SentSegment> {
    private static final int DUP_THRESH = 3;
    /** TLP.max_ack_delay (RFC 8985 7.2): how long a client may hold back the acknowledgement of a single segment. */
    private static final long MAX_ACK_DELAY = 200_000_000L;
    /** What the probe waits beyond two round trips, for a timer of 1 ms and a client that is a little late; as Linux. */
    private static final long PROBE_MARGIN = 2_000_000L;

    private static final long NO_PROBE = -1;

    private enum Phase {
        OPEN,
        /** Fast recovery. */
        RECOVERY,
        /** Recovery from a time-out: cwnd begins anew in slow start, so acknowledgements do make it grow. */
        TIMEOUT,
        /** What did not fit the path is sent again; the network is not congested. */
        MTU
    }

    private final TcpContext context;
    private final RetransmissionQueue queue;
    private final RttEstimator rtt;
    private final CongestionControl congestion;
    private final RackLossDetector rack = new RackLossDetector();
    private final boolean sack;
    /** Null until something was sent again. */
    private SpuriousRecovery spurious;
    /** Null until something was lost. */
    private ProportionalRate rate;

    private int mss;

    private Phase phase = Phase.OPEN;
    /** SND.NXT when recovery began: it ends when this is acknowledged. */
    private long recoveryPoint;

    private int dupAcks;
    /** Without SACK: what duplicate acknowledgements say has left the network (RFC 6582 3.2 inflates cwnd instead). */
    private long dupAckedBytes;
    /** The next repair is sent whatever is in flight (RFC 6675 5 (4.3), RFC 6582 3.2). */
    private boolean repairDue;
    /** F-RTO: new data is to be sent before any repair (RFC 5682 2.1 step 2b). */
    private boolean newDataFirst;
    /** TLP.end_seq, or NO_PROBE. */
    private long probeEnd = NO_PROBE;
    /** TLP.is_retrans. */
    private boolean probeRepeats;

    LossRecovery(
            TcpContext context,
            RetransmissionQueue queue,
            RttEstimator rtt,
            CongestionControl congestion,
            int mss,
            boolean sack,
            long una) {
        this.context = context;
        this.queue = queue;
        this.rtt = rtt;
        this.congestion = congestion;
        this.mss = mss;
        this.sack = sack;
        this.recoveryPoint = una - 1;
    }

    /** Returns how much is in the network, as far as acknowledgements tell. */
    long pipe() {
        return queue.inFlight() - Math.min(dupAckedBytes, queue.inFlight());
    }

    /** Returns how much may be in the network. */
    long cwnd() {
        return phase == Phase.RECOVERY && sack ? rate.window() : congestion.cwnd();
    }

    /** Tells once whether a repair is to be sent even if cwnd has no room for it. */
    boolean takeRepairDue() {
        boolean due = repairDue;
        repairDue = false;
        return due;
    }

    /** Tells once whether new data goes before repairs now. */
    boolean takeNewDataFirst() {
        boolean first = newDataFirst;
        newDataFirst = false;
        return first;
    }

    /** There was no new data to try F-RTO with. */
    void withoutNewData() {
        stopFrto();
    }

    private SpuriousRecovery evidence() {
        if (spurious == null) {
            spurious = new SpuriousRecovery();
        }
        return spurious;
    }

    private void stopFrto() {
        if (spurious != null) {
            spurious.frto(false);
        }
    }

    // ---- acknowledgements: begin, any number of sack and dsack, the queue's acknowledge, end ----

    /**
     * Begins an acknowledgement: what is delivered by it is told to {@link #accept}.
     *
     * @param echoAge how many milliseconds ago the TSval was ours that the client echoes, or -1
     */
    void begin(long echoAge) {
        context.ack.begin(context.nowNanos, echoAge, rack, queue);
        queue.beginSacks();
    }

    @Override
    public void accept(SentSegment delivered) {
        AckState ack = context.ack;
        rack.onDelivered(delivered, ack, rtt);
        ack.delivered += delivered.length();
        if (delivered.retransmitted) {
            ack.repairDelivered = true;
        } else {
            long sample = ack.now - delivered.xmitNanos;
            ack.rttSample = ack.rttSample < 0 ? sample : Math.min(ack.rttSample, sample);
            ack.originalDelivered |= delivered.end <= recoveryPoint;
        }
    }

    /**
     * Applies the SACK blocks of a segment (RFC 2018), and recognises D-SACK (RFC 2883 4). Blocks that make no sense are
     * ignored.
     *
     * @param ack SEG.ACK, not below SND.UNA before it
     * @param nxt SND.NXT
     */
    void sack(Segment s, long ack, long nxt) {
        for (int i = 0; i < s.options.sackBlocks(); i++) {
            long start = Seq.unwrap(s.options.sackStart(i), ack);
            long end = Seq.unwrap(s.options.sackEnd(i), ack);
            if (start >= end || end > nxt) {
                continue;
            }
            if (i == 0 && isDuplicate(s, start, end, ack)) {
                onDsack(start, end, nxt);
            } else if (start >= ack) {
                queue.sack(start, end, this);
            }
        }
    }

    private static boolean isDuplicate(Segment s, long start, long end, long ack) {
        if (end <= ack) {
            return true;
        }
        return s.options.sackBlocks() > 1
                && start >= Seq.unwrap(s.options.sackStart(1), ack)
                && end <= Seq.unwrap(s.options.sackEnd(1), ack);
    }

    private void onDsack(long start, long end, long nxt) {
        context.stats.dsacks++;
        context.ack.dsack = true;
        context.ack.probeDsack = probeRepeats && end == probeEnd;
        evidence().onDsack(start, end);
        if (!context.ack.probeDsack) {
            rack.onDsack(nxt);
        }
    }

    /**
     * Ends an acknowledgement.
     *
     * @param acked bytes newly acknowledged cumulatively
     * @param duplicate whether it was a duplicate acknowledgement (RFC 5681 2)
     * @param una SND.UNA after it
     * @param nxt SND.NXT
     * @param cwndLimited whether the sender was held back by cwnd
     * @return how long to wait for a late segment, or 0; see {@link RackLossDetector#detect}
     */
    long end(long acked, boolean duplicate, long una, long nxt, boolean cwndLimited) {
        AckState ack = context.ack;
        long sample = sampleRtt(ack, acked);
        rack.onAcknowledged(una);
        if (probeEnd != NO_PROBE && una >= probeEnd) {
            endProbe(ack, acked, una, nxt);
        }
        if (spurious != null && spurious.isSpurious(ack, una)) {
            undo();
        } else if (phase == Phase.TIMEOUT && evidence().isFrto()) {
            tryFrto(ack, acked, duplicate, una, nxt);
        }
        if (phase != Phase.OPEN && una >= recoveryPoint) {
            leave();
        }
        long wait = 0;
        long flyingBefore = queue.inFlight();
        if (sack) {
            wait = rack.detect(queue, ack.now, rtt, mss, phase != Phase.OPEN);
        } else {
            withoutSack(acked, duplicate, una);
        }
        boolean newlyLost = queue.inFlight() < flyingBefore;
        if (phase == Phase.OPEN && queue.hasLost()) {
            enter(una, nxt, nxt - una + acked, ack.sackedBefore);
        } else if ((phase == Phase.OPEN || phase == Phase.TIMEOUT) && acked > 0) {
            // Not what was acknowledged: much of that has been delivered, and reported by SACK, before.
            grow(ack.delivered, nxt - una, cwndLimited || phase == Phase.TIMEOUT, sample);
        }
        if (phase == Phase.RECOVERY && sack && (ack.delivered > 0 || newlyLost)) {
            rate.onAck(ack.delivered, acked > 0 && !newlyLost, queue.inFlight(), mss);
        }
        return wait;
    }

    private long sampleRtt(AckState ack, long acked) {
        long sample = ack.repairDelivered ? -1 : ack.rttSample;
        if (sample < 0 && acked > 0 && ack.echoAge > 0) {
            // Timestamps tell which transmission was acknowledged (RFC 7323 4).
            sample = ack.echoAge * 1_000_000;
        }
        if (sample >= 0) {
            rtt.onSample(sample);
        } else if (acked > 0) {
            rtt.onProgress();
        }
        return sample;
    }

    private void grow(long delivered, long flight, boolean cwndLimited, long rttNanos) {
        AckSample sample = context.ackSample;
        sample.nowNanos = context.nowNanos;
        sample.ackedBytes = delivered;
        sample.flightSize = flight;
        sample.cwndLimited = cwndLimited;
        sample.rttNanos = rttNanos;
        sample.srttNanos = rtt.srttNanos();
        congestion.onAck(sample);
    }

    private void withoutSack(long acked, boolean duplicate, long una) {
        if (acked > 0) {
            dupAcks = 0;
            boolean recovering = phase == Phase.RECOVERY;
            dupAckedBytes = recovering ? Math.max(dupAckedBytes - Math.max(acked - mss, 0), 0) : 0;
            if (recovering) {
                loseFirst();
                repairDue = true;
            }
        } else if (duplicate && phase != Phase.TIMEOUT) {
            dupAckedBytes = Math.min(dupAckedBytes + mss, queue.inFlight());
            // What repairs of an earlier recovery caused shows no loss (RFC 6582 3.2 step 2).
            if (phase == Phase.OPEN && ++dupAcks == DUP_THRESH && una > recoveryPoint) {
                loseFirst();
            }
        }
    }

    private void loseFirst() {
        SentSegment first = queue.first();
        if (first != null && first.inFlight()) {
            queue.split(first, mss);
            queue.markLost(first);
        }
    }

    /** Handles an acknowledgement after a time-out, as Linux does: RFC 5682 3.1, and without SACK 2.1. */
    private void tryFrto(AckState ack, long acked, boolean duplicate, long una, long nxt) {
        if (ack.originalDelivered && (sack || !ack.repairDelivered)) {
            // Without SACK what is acknowledged together with the repair may have waited behind it.
            undo();
        } else if (nxt > recoveryPoint) {
            // Step 3a: new data was sent, and the first unacknowledged is missing still.
            if (duplicate || ack.delivered > acked) {
                stopFrto();
                repairDue = true;
            }
        } else if (acked > 0 && una < recoveryPoint) {
            recoveryPoint = nxt;
            newDataFirst = true;
        }
    }

    private void undo() {
        context.stats.undone++;
        congestion.undo();
        evidence().end();
        queue.loseNothing();
        rack.onUndone();
        rtt.onProgress();
        newDataFirst = false;
        repairDue = false;
        if (phase != Phase.OPEN) {
            leave();
        }
    }

    private void leave() {
        phase = Phase.OPEN;
        dupAcks = 0;
        dupAckedBytes = 0;
        stopFrto();
        rack.onRecoveryEnd();
    }

    private void enter(long una, long nxt, long flight, long sackedBefore) {
        congestion.onLoss(flight, context.nowNanos);
        beginRepair(Phase.RECOVERY, nxt);
        evidence().begin(una, false);
        if (sack) {
            if (rate == null) {
                rate = new ProportionalRate();
            }
            rate.begin(flight - sackedBefore, congestion.ssthresh());
        }
    }

    private void beginRepair(Phase newPhase, long nxt) {
        phase = newPhase;
        recoveryPoint = nxt;
        repairDue = true;
        probeEnd = NO_PROBE;
    }

    // ---- timers ----

    /** The reordering timer fired: what is late now is lost (RFC 8985 6.3). */
    long onReorderingTimer(long una, long nxt) {
        long flyingBefore = queue.inFlight();
        long wait = rack.detect(queue, context.nowNanos, rtt, mss, phase != Phase.OPEN);
        if (phase == Phase.OPEN && queue.hasLost()) {
            enter(una, nxt, nxt - una, queue.sackedBytes());
        }
        if (phase == Phase.RECOVERY && queue.inFlight() < flyingBefore) {
            rate.onAck(0, false, queue.inFlight(), mss);
        }
        return wait;
    }

    /**
     * The retransmission timer fired.
     *
     * @param timeouts how often since something was acknowledged, this time included
     */
    void onTimeout(int timeouts, long una, long nxt) {
        boolean fresh = phase == Phase.OPEN || phase == Phase.MTU;
        boolean reduce = timeouts == 1 && phase != Phase.RECOVERY;
        if (!sack || queue.first().sacked) {
            // SACKed and not acknowledged, though it is the first: the receiver has reneged (RFC 2018 8).
            queue.loseEverything();
        } else {
            rack.onTimeout(queue, context.nowNanos, rtt, mss);
        }
        congestion.onTimeout(nxt - una, queue.inFlight(), reduce, context.nowNanos);
        rtt.onTimeout();
        if (reduce) {
            evidence().begin(una, true);
        }
        // In a recovery it would be guesswork what an acknowledgement means (RFC 5682 2.1 step 1).
        evidence().frto(fresh || timeouts > 1);
        beginRepair(Phase.TIMEOUT, nxt);
        newDataFirst = false;
        dupAcks = 0;
        dupAckedBytes = 0;
    }

    /**
     * Returns when a tail loss probe is due (RFC 8985 7.2).
     *
     * @return nanoseconds from now, or -1 if none is to be sent
     */
    long probeDelay(boolean single) {
        if (!sack || phase != Phase.OPEN || probeEnd != NO_PROBE || queue.sackedBytes() > 0 || queue.isEmpty()) {
            return -1;
        }
        if (rtt.srttNanos() == 0) {
            return RttEstimator.INITIAL_RTO_NANOS;
        }
        return 2 * rtt.srttNanos() + (single ? MAX_ACK_DELAY : PROBE_MARGIN);
    }

    /** A tail loss probe was sent (RFC 8985 7.3). */
    void onProbe(boolean repeats, long nxt) {
        probeEnd = nxt;
        probeRepeats = repeats;
    }

    /** The probe, or what it repeated, is acknowledged (RFC 8985 7.4.2). */
    private void endProbe(AckState ack, long acked, long una, long nxt) {
        if (!probeRepeats || ack.probeDsack) {
            probeEnd = NO_PROBE;
        } else if (una > probeEnd) {
            // No duplicate was reported: the probe has repaired a loss, which must not pass without a reduction.
            probeEnd = NO_PROBE;
            if (phase == Phase.OPEN) {
                congestion.onLoss(nxt - una + acked, ack.now);
                // What is told of an earlier recovery must not undo this.
                evidence().end();
            }
        } else if (acked == 0 && ack.delivered == 0) {
            // A duplicate acknowledgement: both have arrived.
            probeEnd = NO_PROBE;
        }
    }

    // ---- what is sent ----

    /** Counts a repair. */
    void onRetransmit(SentSegment segment) {
        evidence().onRepair(segment);
        onSent(segment.length());
    }

    /** Counts what is sent, repairs or not. */
    void onSent(long bytes) {
        if (phase == Phase.RECOVERY && sack) {
            rate.onSent(bytes);
        }
    }

    /**
     * The path takes no segments as large as those in flight: they are lost, and say nothing of congestion (RFC 1191
     * 6.4, RFC 8201 5.4).
     *
     * @param newMss SMSS from now on
     */
    void onMssReduced(int newMss, long nxt) {
        mss = newMss;
        congestion.onMssReduced(newMss);
        queue.onMssReduced(newMss);
        if (phase == Phase.OPEN && queue.hasLost()) {
            beginRepair(Phase.MTU, nxt);
            evidence().end();
            dupAcks = 0;
            dupAckedBytes = 0;
        }
        repairDue = queue.hasLost();
    }
}
