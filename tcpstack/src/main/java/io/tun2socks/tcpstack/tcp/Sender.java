package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.tcp.congestion.CongestionControl;
import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.wire.TcpHeader;

/** Our direction of a connection: what is sent when, and again (RFC 9293 3.8, RFC 6298, RFC 5681). */
final class Sender {
    /** Time-outs in a row after which the client counts as gone (RFC 9293 3.8.3: R2; Linux has 15). */
    private static final int MAX_TIMEOUTS = 15;

    private static final long NEVER = Long.MAX_VALUE;

    private final TcpConnection connection;
    private final TcpContext context;
    private final SendBuffer buffer;
    private final RetransmissionQueue queue;
    private final LossRecovery recovery;
    private final RttEstimator rtt;
    private final CongestionControl congestion;
    private final Timer retransmissionTimer;
    private final Timer reorderingTimer;
    private int mss;
    private int maxPayload;

    private long una;
    private long nxt;
    /** SND.WND, scaled. */
    private long wnd;

    private long maxWnd;
    private long wl1;
    private long wl2;
    private boolean finQueued;
    private boolean cwndLimited;
    private boolean writable = true;
    /** When the retransmission or persist timer is to fire; the wheel may hold an earlier time. */
    private long rtoDeadline = NEVER;

    private long timerDeadline;
    private boolean persisting;
    /** The next segment may be small. */
    private boolean sillyOverride;

    private int timeouts;

    /**
     * Makes the sender of a connection whose handshake is complete.
     *
     * @param iss our ISN; SYN is acknowledged
     * @param mss SMSS, options subtracted
     */
    Sender(TcpConnection connection, TcpContext context, RttEstimator rtt, long iss, int mss) {
        this.connection = connection;
        this.context = context;
        this.rtt = rtt;
        this.mss = mss;
        this.maxPayload = maxPayload();
        this.una = iss + 1;
        this.nxt = iss + 1;
        this.buffer = new SendBuffer(nxt);
        this.queue = new RetransmissionQueue(context.segmentPool);
        this.congestion = context.config.tcp().congestion().create(mss);
        this.recovery =
                new LossRecovery(queue, rtt, congestion, mss, connection.peer().sackPermitted(), context.ackSample);
        this.retransmissionTimer = new Timer(this::onRetransmissionTimer);
        this.reorderingTimer = new Timer(now -> {
            armReorderingTimer(recovery.onReorderingTimer(now, una, nxt));
            connection.markDirty();
        });
    }

    long nxt() {
        return nxt;
    }

    /** Tells whether nothing waits for the client's answer. */
    boolean isIdle() {
        return una == nxt && !persisting;
    }

    long queuedBytes() {
        return buffer.size();
    }

    boolean isWritable() {
        writable = buffer.size() < context.config.tcp().sendBufferLimit();
        return writable;
    }

    boolean isFinQueued() {
        return finQueued;
    }

    /** Whether our FIN has been sent and acknowledged. */
    boolean isFinAcked() {
        return finQueued && una > buffer.endSeq();
    }

    /** Whether our FIN has been sent at least once. */
    boolean isFinSent() {
        return finQueued && nxt > buffer.endSeq();
    }

    void write(ByteBuf data) {
        buffer.append(data);
    }

    void queueFin() {
        finQueued = true;
    }

    /** Takes SND.WND from the segment that completed the handshake. */
    void initialWindow(long window, long seq) {
        wnd = window;
        maxWnd = window;
        wl1 = seq;
        wl2 = una;
    }

    /**
     * Takes the acknowledgement of a segment (RFC 9293 3.10.7.4, fifth step).
     *
     * @param s an acceptable segment with ACK
     * @return false if it acknowledges something that was never sent, or is too old to be believed: the segment is to
     *     be dropped (RFC 5961 5.2)
     */
    boolean onAck(Segment s) {
        long ack = Seq.unwrap(s.ack, una);
        if (ack > nxt || ack < una - Math.max(maxWnd, 1)) {
            return false;
        }
        long now = context.nowNanos;
        long window = connection.scaledWindow(s.window);
        boolean windowChanged = updateWindow(s, ack, window);
        long flightBefore = nxt - una;
        long acked = Math.max(ack - una, 0);
        boolean duplicate = acked == 0
                && ack == una
                && flightBefore > 0
                && s.payloadLength == 0
                && !windowChanged
                && s.length() == 0;
        recovery.begin(now);
        for (int i = 0; i < s.options.sackBlocks(); i++) {
            long start = Seq.unwrap(s.options.sackStart(i), una);
            long end = Seq.unwrap(s.options.sackEnd(i), una);
            if (connection.peer().sackPermitted() && start >= ack && start < end && end <= nxt) {
                queue.sack(start, end, recovery);
            }
        }
        if (acked > 0) {
            queue.acknowledge(ack, recovery);
            una = ack;
            buffer.release(Math.min(ack, buffer.endSeq()));
            timeouts = 0;
        }
        if (flightBefore > 0) {
            armReorderingTimer(recovery.end(acked, duplicate, una, nxt, flightBefore, cwndLimited));
        }
        if (acked > 0) {
            rearm(now);
        } else if (persisting || wnd == 0) {
            // The client is there and takes nothing (RFC 9293 3.8.6.1); it may even have taken its window back.
            timeouts = 0;
        }
        if (!writable
                && connection.isOpen()
                && buffer.size() <= context.config.tcp().sendBufferLimit() / 2) {
            writable = true;
            connection.handler().onWritable();
        }
        return true;
    }

    /** Tells whether a sequence number is one of those sent and not acknowledged. */
    boolean isInFlight(int seq) {
        long unwrapped = Seq.unwrap(seq, una);
        return unwrapped >= una && unwrapped < nxt;
    }

    /**
     * Sends shorter segments from now on. What is in flight in longer ones did not get through and is sent again, which
     * says nothing of congestion (RFC 1191 6.4, RFC 8201 5.4).
     *
     * @param newMss SMSS, options subtracted; not less than before changes nothing
     */
    void onMssReduced(int newMss) {
        if (newMss < mss) {
            mss = newMss;
            maxPayload = maxPayload();
            recovery.onMssReduced(newMss, nxt);
        }
    }

    private int maxPayload() {
        return context.output.maxPayload(
                connection.isIpv4(), mss, connection.peer().timestamps() ? TcpOutput.TIMESTAMPS_LENGTH : 0);
    }

    private boolean updateWindow(Segment s, long ack, long window) {
        long seq = Seq.unwrap(s.seq, wl1);
        // An acknowledgement of new data counts even when it fills a gap and its SEG.SEQ is old: kept, the old window
        // would move its right edge beyond what the client offers now. Linux has it so.
        if (ack < una || !(wl2 < ack || wl1 < seq || (wl1 == seq && wl2 <= ack))) {
            return false;
        }
        boolean changed = window != wnd;
        wnd = window;
        maxWnd = Math.max(maxWnd, window);
        wl1 = seq;
        wl2 = ack;
        if (persisting && window > 0) {
            persisting = false;
            rearm(context.nowNanos);
        }
        return changed;
    }

    /** Sends what may be sent: first what was lost, then new data, then FIN. */
    void output() {
        long now = context.nowNanos;
        boolean repairDue = recovery.takeRepairDue();
        while (queue.hasLost() && (repairDue || recovery.pipe() < congestion.cwnd())) {
            repairDue = false;
            SentSegment lost = queue.firstLost();
            long room = Math.max(congestion.cwnd() - recovery.pipe(), mss);
            queue.split(lost, Math.min(wholeSegments(Math.min(room, lost.length())), maxPayload));
            context.stats.retransmits++;
            transmit(lost, now);
        }
        cwndLimited = queue.hasLost();
        if (cwndLimited) {
            return;
        }
        boolean more = true;
        while (more) {
            more = sendNew(now);
        }
        if (queue.isEmpty() && hasUnsent() && !persisting) {
            persisting = true;
            rearm(now);
        }
    }

    private boolean hasUnsent() {
        return nxt < buffer.endSeq() || (finQueued && nxt == buffer.endSeq());
    }

    private boolean sendNew(long now) {
        long available = buffer.endSeq() - nxt;
        if (available < 0 || (available == 0 && !finQueued)) {
            return false;
        }
        long windowRoom = una + wnd - nxt;
        long cwndRoom = congestion.cwnd() - recovery.pipe();
        if (available == 0) {
            // FIN alone: it takes a sequence number, so it needs the window, but not cwnd.
            if (windowRoom < 1) {
                return false;
            }
            context.output.payload();
            emitNew(0, now);
            return true;
        }
        long room = Math.min(windowRoom, cwndRoom);
        long length = Math.min(Math.min(available, room), maxPayload);
        if (length < available) {
            // Sender's silly-window avoidance (RFC 9293 3.8.6.2.1): whole segments, unless this is all there is, or
            // the window never was large enough for one, or has been small for long.
            if (length >= mss) {
                length = wholeSegments(length);
            } else if (cwndRoom < Math.min(windowRoom, mss) || length <= 0 || (length < maxWnd / 2 && !sillyOverride)) {
                cwndLimited |= cwndRoom < windowRoom;
                return false;
            }
        }
        int gathered = buffer.gather(nxt, (int) length, context.output.payload());
        if (gathered < length && gathered > mss) {
            // The slices ran out within a segment: what is cut off goes into the next one.
            gathered = (int) wholeSegments(gathered);
            buffer.gather(nxt, gathered, context.output.payload());
        }
        emitNew(gathered, now);
        return true;
    }

    private void emitNew(int payload, long now) {
        boolean last = nxt + payload == buffer.endSeq();
        boolean fin = last && finQueued && una + wnd > nxt + payload;
        int flags = (last ? TcpHeader.PSH : 0) | (fin ? TcpHeader.FIN : 0);
        long end = nxt + payload + (fin ? 1 : 0);
        queue.add(nxt, end, now);
        context.output.segment(connection, nxt, flags, mss);
        nxt = end;
        persisting = false;
        sillyOverride = false;
        if (rtoDeadline == NEVER) {
            rearm(now);
        }
    }

    private void transmit(SentSegment segment, long now) {
        long dataEnd = Math.min(segment.end, buffer.endSeq());
        int payload = (int) (dataEnd - segment.start);
        int gathered = payload == 0 ? 0 : buffer.gather(segment.start, payload, context.output.payload());
        if (payload == 0) {
            context.output.payload();
        } else if (gathered < payload) {
            queue.split(segment, gathered);
        }
        boolean fin = segment.end > buffer.endSeq();
        int flags = (segment.end >= buffer.endSeq() ? TcpHeader.PSH : 0) | (fin ? TcpHeader.FIN : 0);
        queue.onRetransmitted(segment, now);
        context.output.segment(connection, segment.start, flags, mss);
        if (rtoDeadline == NEVER) {
            rearm(now);
        }
    }

    /** Rounds down to whole segments, where there is at least one. */
    private long wholeSegments(long length) {
        return length <= mss ? length : length / mss * mss;
    }

    private void rearm(long now) {
        if (queue.isEmpty() && !persisting) {
            rtoDeadline = NEVER;
            return;
        }
        rtoDeadline = now + rtt.rtoNanos();
        if (!retransmissionTimer.isScheduled() || rtoDeadline < timerDeadline) {
            scheduleRetransmissionTimer();
        }
    }

    private void scheduleRetransmissionTimer() {
        timerDeadline = rtoDeadline;
        context.timers.schedule(retransmissionTimer, timerDeadline);
    }

    private void armReorderingTimer(long wait) {
        if (wait > 0) {
            context.timers.schedule(reorderingTimer, context.nowNanos + wait);
        } else {
            context.timers.cancel(reorderingTimer);
        }
    }

    private void onRetransmissionTimer(long now) {
        if (rtoDeadline == NEVER) {
            return;
        }
        if (now < rtoDeadline) {
            // Acknowledgements have moved the deadline since; moving the timer for each would cost more than this.
            scheduleRetransmissionTimer();
            return;
        }
        if (++timeouts > MAX_TIMEOUTS) {
            connection.onTimedOut();
            return;
        }
        if (queue.isEmpty() && una + wnd > nxt && nxt < buffer.endSeq()) {
            // A window that stays small is used as it is (RFC 9293 3.8.6.2.1).
            sillyOverride = true;
        } else if (queue.isEmpty()) {
            // Zero-window probe (RFC 9293 3.8.6.1): an old byte, which the client answers with its window.
            rtt.onTimeout();
            context.output.payload();
            context.output.segment(connection, una - 1, 0, mss);
        } else {
            context.stats.timeouts++;
            recovery.onTimeout(now, una, nxt);
        }
        rearm(now);
        connection.markDirty();
    }

    /** Releases everything. */
    void close() {
        buffer.close();
        queue.clear();
        context.timers.cancel(retransmissionTimer);
        context.timers.cancel(reorderingTimer);
    }
}
