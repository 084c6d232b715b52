package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.tcp.congestion.CongestionControl;
import io.tun2socks.tcpstack.wire.TcpHeader;

/**
 * Our direction of a connection: what is sent when, and again (RFC 9293 3.8, RFC 6298, RFC 5681).
 *
 * <p>Nothing is paced: a burst is at most what one acknowledgement allows, or the initial window; the client is behind
 * a device of this host, whose queue takes that, and super-segments are what makes it fast.
 */
final class Sender {
    /** Time-outs in a row after which the client counts as gone (RFC 9293 3.8.3: R2; Linux has 15). */
    private static final int MAX_TIMEOUTS = 15;

    /** How long after an acknowledgement the receiver may at least take to show that it has not reneged; as Linux. */
    private static final long MIN_RENEGING_DELAY = 10_000_000L;

    /** An older TSecr is nonsense: no segment is that long under way. In milliseconds. */
    private static final int MAX_ECHO_AGE = 120_000;

    private final TcpConnection connection;
    private final TcpContext context;
    private final SendBuffer buffer;
    private final RetransmissionQueue queue;
    private final LossRecovery recovery;
    private final RttEstimator rtt;
    private final CongestionControl congestion;
    private final SendTimer timer;
    private int mss;
    private int maxPayload;

    private final long firstSeq;
    private long una;
    private long nxt;
    /** SND.WND, scaled. */
    private long wnd;

    private long maxWnd;
    private long wl1;
    private long wl2;
    private boolean finQueued;
    private boolean writable = true;
    private boolean persisting;
    /** The next segment may be small. */
    private boolean sillyOverride;

    private int timeouts;
    /** When something was sent last that takes sequence numbers. */
    private long lastSent;

    private final CwndUsage usage = new CwndUsage();

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
        this.firstSeq = iss + 1;
        this.una = iss + 1;
        this.nxt = iss + 1;
        this.buffer = new SendBuffer(nxt, context.memory, context.ringPool);
        this.queue = new RetransmissionQueue(context.segmentPool, mss);
        this.congestion = context.config.tcp().congestion().create(mss);
        this.recovery = new LossRecovery(
                context, queue, rtt, congestion, mss, connection.peer().sackPermitted(), una);
        this.timer = new SendTimer(this, context.timers);
    }

    private int maxPayload() {
        return context.output.maxPayload(
                connection.isIpv4(), mss, connection.peer().timestamps() ? TcpOutput.TIMESTAMPS_LENGTH : 0);
    }

    long una() {
        return una;
    }

    long nxt() {
        return nxt;
    }

    /** Tells whether nothing waits for the client's answer. */
    boolean isIdle() {
        return una == nxt && !persisting;
    }

    RetransmissionQueue queue() {
        return queue;
    }

    LossRecovery recovery() {
        return recovery;
    }

    CongestionControl congestion() {
        return congestion;
    }

    int mss() {
        return mss;
    }

    /** Whether the retransmission or persist timer runs. */
    boolean isTimerArmed() {
        return timer.isRetransmissionSet();
    }

    long queuedBytes() {
        return buffer.size();
    }

    boolean isWritable() {
        writable = buffer.size() < bufferLimit();
        return writable;
    }

    private int bufferLimit() {
        int limit = context.config.tcp().sendBufferLimit();
        return context.memory.isFull() ? Math.min(limit, TcpConfig.CROWDED_BUFFER) : limit;
    }

    boolean isFinQueued() {
        return finQueued;
    }

    /** Whether our FIN has been sent and acknowledged. */
    boolean isFinAcked() {
        return finQueued && una > buffer.endSeq();
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
        if (rtt.isBackedOff()) {
            // A lost SYN or SYN-ACK: one segment to begin with (RFC 5681 3.1).
            congestion.onHandshakeTimeout();
        }
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
        long window = connection.peer().scaled(s.window);
        boolean windowChanged = updateWindow(s, ack, window);
        boolean outstanding = nxt > una;
        long acked = Math.max(ack - una, 0);
        boolean duplicate = ack == una && outstanding && !windowChanged && s.length() == 0;
        if (outstanding || s.options.sackBlocks() > 0) {
            takeAck(s, ack, acked, duplicate);
        }
        if (acked == 0 && (persisting || wnd == 0)) {
            // The client is there and takes nothing (RFC 9293 3.8.6.1); it may even have taken its window back.
            timeouts = 0;
        }
        if (!writable && connection.isOpen() && buffer.size() <= bufferLimit() / 2) {
            writable = true;
            connection.handler().onWritable();
        }
        return true;
    }

    private void takeAck(Segment s, long ack, long acked, boolean duplicate) {
        recovery.begin(echoAge(s));
        if (acked > 0) {
            queue.acknowledge(ack, recovery);
            una = ack;
            buffer.release(Math.min(ack, buffer.endSeq()));
            timeouts = 0;
        }
        if (ack == una && connection.peer().sackPermitted()) {
            recovery.sack(s, ack, nxt);
        }
        reorderingIn(recovery.end(acked, duplicate, una, nxt, usage.isLimited(congestion)));
        if (acked > 0) {
            rearm(context.nowNanos);
        }
    }

    /** How many milliseconds ago TSecr was our TSval; -1 if there is none. */
    private long echoAge(Segment s) {
        if (!connection.peer().timestamps() || !s.options.timestamps() || s.options.tsEcr() == 0) {
            return -1;
        }
        int age = connection.tsVal() - s.options.tsEcr();
        return age < 0 || age > MAX_ECHO_AGE ? -1 : age;
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
            // The back-off was that of the probes.
            rtt.onProgress();
            rearm(context.nowNanos);
        }
        return changed;
    }

    /** Sends what may be sent: first what was lost, then new data, then FIN. */
    void output() {
        long now = context.nowNanos;
        if (recovery.takeNewDataFirst()) {
            if (sendNewData(now)) {
                // F-RTO: repairs wait for what the next acknowledgement tells (RFC 5682 2.1 step 2b).
                return;
            }
            recovery.withoutNewData();
        }
        boolean repairDue = recovery.takeRepairDue();
        while (queue.hasLost() && (repairDue || recovery.pipe() < recovery.cwnd())) {
            repairDue = false;
            SentSegment lost = queue.firstLost();
            long room = Math.max(recovery.cwnd() - recovery.pipe(), mss);
            splitPayload(lost, Math.min(wholeSegments(Math.min(room, payload(lost))), maxPayload));
            context.stats.retransmits++;
            transmit(lost, now);
        }
        if (queue.hasLost()) {
            usage.note(true, una, nxt);
            return;
        }
        sendNewData(now);
        if (queue.isEmpty() && hasUnsent() && !persisting) {
            persisting = true;
            rearm(now);
        }
    }

    /** Sends as much new data as the windows allow; returns whether something was sent. */
    private boolean sendNewData(long now) {
        if (!hasUnsent()) {
            return false;
        }
        if (queue.isEmpty() && lastSent != 0 && now - lastSent > rtt.rtoNanos()) {
            congestion.onIdle();
        }
        long before = nxt;
        boolean more = true;
        while (more) {
            more = sendNew(now, recovery.cwnd() - recovery.pipe(), maxPayload);
        }
        boolean sent = nxt > before;
        boolean limited = recovery.cwnd() - recovery.pipe() < mss;
        if (sent || limited) {
            usage.note(limited, una, nxt);
        }
        if (sent) {
            probeIn(now);
        }
        return sent;
    }

    private boolean hasUnsent() {
        return nxt < buffer.endSeq() || (finQueued && nxt == buffer.endSeq());
    }

    private boolean sendNew(long now, long cwndRoom, int most) {
        long available = buffer.endSeq() - nxt;
        if (available < 0 || (available == 0 && !finQueued)) {
            return false;
        }
        long windowRoom = una + wnd - nxt;
        if (available == 0) {
            // FIN alone: it takes a sequence number, so it needs the window, but not cwnd.
            if (windowRoom < 1) {
                return false;
            }
            context.output.payload();
            emitNew(0, now);
            return true;
        }
        long room = Math.min(windowRoom, una == firstSeq ? cwndRoom : roundedUp(cwndRoom));
        long length = Math.min(Math.min(available, room), most);
        if (length < available) {
            // Sender's silly-window avoidance (RFC 9293 3.8.6.2.1): whole segments, unless this is all there is, or
            // the window never was large enough for one, or has been small for long.
            if (length >= mss) {
                length = wholeSegments(length);
            } else if (cwndRoom < Math.min(windowRoom, mss) || length <= 0 || (length < maxWnd / 2 && !sillyOverride)) {
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

    /** As if cwnd counted segments: or the remainder of a window of small segments would cost a round trip. */
    private long roundedUp(long cwndRoom) {
        return cwndRoom <= 0 ? 0 : (cwndRoom + mss - 1) / mss * mss;
    }

    private void emitNew(int payload, long now) {
        boolean last = nxt + payload == buffer.endSeq();
        boolean fin = last && finQueued && una + wnd > nxt + payload;
        int flags = (last ? TcpHeader.PSH : 0) | (fin ? TcpHeader.FIN : 0);
        long end = nxt + payload + (fin ? 1 : 0);
        queue.add(nxt, end, now);
        recovery.onSent(end - nxt);
        context.output.segment(connection, nxt, flags, mss);
        nxt = end;
        lastSent = now;
        persisting = false;
        sillyOverride = false;
        if (!timer.isRetransmissionSet()) {
            rearm(now);
        }
    }

    private void transmit(SentSegment segment, long now) {
        int payload = (int) payload(segment);
        int gathered = payload == 0 ? 0 : buffer.gather(segment.start, payload, context.output.payload());
        if (payload == 0) {
            context.output.payload();
        } else if (gathered < payload) {
            queue.split(segment, gathered);
        }
        boolean fin = segment.end > buffer.endSeq();
        int flags = (segment.end >= buffer.endSeq() ? TcpHeader.PSH : 0) | (fin ? TcpHeader.FIN : 0);
        queue.onRetransmitted(segment, now);
        recovery.onRetransmit(segment);
        context.output.segment(connection, segment.start, flags, mss);
        lastSent = now;
        if (segment == queue.first() || !timer.isRetransmissionSet()) {
            rearm(now);
        }
    }

    /** The bytes of a segment: its length without FIN. */
    private long payload(SentSegment segment) {
        return Math.min(segment.end, buffer.endSeq()) - segment.start;
    }

    /** Cuts off what is more than some bytes; FIN stays with the last of them. */
    private void splitPayload(SentSegment segment, long length) {
        if (payload(segment) > length) {
            queue.split(segment, length);
        }
    }

    /** Rounds down to whole segments, where there is at least one. */
    private long wholeSegments(long length) {
        return length <= mss ? length : length / mss * mss;
    }

    // ---- timers ----

    private void rearm(long now) {
        if (queue.isEmpty() && !persisting) {
            timer.retransmission(SendTimer.NEVER);
            timer.probe(SendTimer.NEVER);
            return;
        }
        long wait = rtt.rtoNanos();
        if (!queue.isEmpty() && queue.first().sacked) {
            // A sign of reneging: it is given a moment to acknowledge what it has (as Linux).
            wait = Math.min(wait, Math.max(rtt.srttNanos() / 2, MIN_RENEGING_DELAY));
        }
        timer.retransmission(now + wait);
        probeIn(now);
    }

    private void probeIn(long now) {
        long delay = recovery.probeDelay(nxt - una <= mss);
        timer.probe(delay < 0 ? SendTimer.NEVER : Math.min(now + delay, timer.retransmission()));
    }

    private void reorderingIn(long wait) {
        timer.reordering(wait > 0 ? context.nowNanos + wait : SendTimer.NEVER);
    }

    /** What is late counts as lost now. */
    void onReorderingTimeout(long now) {
        reorderingIn(recovery.onReorderingTimer(una, nxt));
        connection.markDirty();
    }

    /** Sends a tail loss probe: new data if there is some that may be sent, else the last segment (RFC 8985 7.3). */
    void onProbeTimeout(long now) {
        if (recovery.probeDelay(false) < 0) {
            return;
        }
        context.stats.tailProbes++;
        boolean fresh = hasUnsent() && sendNew(now, mss, mss);
        if (!fresh) {
            SentSegment last = queue.last();
            if (payload(last) > mss) {
                splitPayload(last, wholeSegments(payload(last) - 1));
                last = queue.last();
            }
            transmit(last, now);
        }
        recovery.onProbe(!fresh, nxt);
        rearm(now);
    }

    /** The retransmission timer, or the persist timer, has run out. */
    void onRetransmissionTimeout(long now) {
        if (++timeouts > MAX_TIMEOUTS) {
            connection.onTimedOut();
            return;
        }
        if (queue.isEmpty() && una + wnd > nxt && nxt < buffer.endSeq()) {
            // A window that stays small is used as it is (RFC 9293 3.8.6.2.1).
            sillyOverride = true;
        } else if (queue.isEmpty()) {
            // Zero-window probe (RFC 9293 3.8.6.1): an old number without data, as Linux sends it, which the client
            // answers with its window. A new byte would have to be taken into account if the window shrinks.
            rtt.onTimeout();
            context.output.payload();
            context.output.segment(connection, una - 1, 0, mss);
        } else {
            context.stats.timeouts++;
            recovery.onTimeout(timeouts, una, nxt);
        }
        rearm(now);
        connection.markDirty();
    }

    /** Releases everything. */
    void close() {
        buffer.close();
        queue.clear();
        timer.cancel();
    }
}
