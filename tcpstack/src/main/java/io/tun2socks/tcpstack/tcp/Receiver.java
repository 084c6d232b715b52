package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.TcpOptions;

/** The client's direction of a connection: order, reassembly, window and acknowledgements. */
final class Receiver {
    /** Payloads below this are copied, so that a few bytes do not pin a whole read buffer of 64 KiB. */
    private static final int COPY_THRESHOLD = 4096;

    /** The same for what will be held for long: it costs a copy, and leaves at most half of a buffer unused. */
    private static final int STALLED_COPY_THRESHOLD = 32 << 10;

    /** With more than this unconsumed, a connection counts as one whose user takes nothing. */
    private static final int MAX_PINNING_UNCONSUMED = 32 << 10;

    /** The bytes of a read buffer that a byte of a slice may keep in memory: 64 KiB for the least slice. */
    private static final int MAX_PINNED = (64 << 10) / COPY_THRESHOLD;

    /** The longest that an acknowledgement is delayed (RFC 9293 3.8.6.3 allows 500 ms; Linux has 40). */
    private static final long DELAYED_ACK_NANOS = 40_000_000L;

    /** RFC 5961 7: answers to segments that should not have come, in each span of time. */
    private static final int MAX_CHALLENGES = 10;

    private static final long CHALLENGE_SPAN_NANOS = 5_000_000_000L;

    private final TcpConnection connection;
    private final TcpContext context;
    private final ReceiveWindow window;
    private final ReassemblyQueue reassembly = new ReassemblyQueue();
    private final Timer delayedAck;
    private final int fullSegment;

    private boolean ackNow;
    private int unackedBytes;
    /** Last.ACK.sent (RFC 7323 4.3). */
    private long lastAckSent;

    /** The sequence number of the client's FIN, or -1. */
    private long finSeq = -1;

    /** What has come twice and is to be reported (RFC 2883); nothing if both are equal. */
    private long duplicateStart;

    private long duplicateEnd;

    /** Bytes that are kept in memory only because slices beside them are held. */
    private long pinned;

    private long challengeSpanNanos;
    private int challenges;

    Receiver(TcpConnection connection, TcpContext context, ReceiveWindow window, int fullSegment) {
        this.connection = connection;
        this.context = context;
        this.window = window;
        this.fullSegment = fullSegment;
        this.lastAckSent = window.nxt();
        this.delayedAck = new Timer(now -> {
            ackNow = true;
            connection.markDirty();
        });
    }

    long nxt() {
        return window.nxt();
    }

    /** Returns the acknowledgement number that was sent last (RFC 7323 4.3). */
    long lastAckSent() {
        return lastAckSent;
    }

    ReceiveWindow window() {
        return window;
    }

    ReassemblyQueue reassembly() {
        return reassembly;
    }

    /** The next flush sends an acknowledgement. */
    void ackNow() {
        ackNow = true;
        connection.markDirty();
    }

    /**
     * The next flush sends a challenge acknowledgement (RFC 5961), unless this connection has sent too many. Each has
     * its own count: from a common one an attacker could learn what others do (CVE-2016-5696).
     */
    void challenge() {
        if (mayChallenge()) {
            ackNow();
        }
    }

    /** Counts a challenge; tells whether it may be sent. */
    boolean mayChallenge() {
        if (challenges == 0 || context.nowNanos - challengeSpanNanos >= CHALLENGE_SPAN_NANOS) {
            challengeSpanNanos = context.nowNanos;
            challenges = 0;
        }
        return ++challenges <= MAX_CHALLENGES;
    }

    /**
     * Tells whether a segment outside of the window is to be answered: one with data always, since its sender waits for
     * the acknowledgement; an empty one within limits, or two ends out of step would answer each other for ever.
     */
    boolean mayAnswerInvalid(Segment s) {
        return (s.payloadLength > 0 && !s.has(TcpHeader.SYN)) || mayChallenge();
    }

    /** The next flush answers a segment that is not acceptable (RFC 9293 3.10.7.4, first step). */
    void answerInvalid(Segment s) {
        if (!mayAnswerInvalid(s)) {
            return;
        }
        long seq = Seq.unwrap(s.seq, nxt());
        if (s.payloadLength > 0 && seq < nxt()) {
            onDuplicate(seq, Math.min(seq + s.payloadLength, nxt()));
        }
        ackNow();
    }

    /** Data has come twice: the next acknowledgement says so (RFC 2883), and each says so of one range only. */
    private void onDuplicate(long start, long end) {
        if (duplicateEnd > duplicateStart) {
            sendAck();
        }
        duplicateStart = start;
        duplicateEnd = end;
    }

    /** Acknowledges at once. */
    private void sendAck() {
        context.output.payload();
        context.output.segment(connection, connection.sender().nxt(), 0, 1);
    }

    boolean isAckDue() {
        return ackNow;
    }

    /**
     * Tests acceptability (RFC 9293 3.10.7.4, first step). An empty segment may stand at the window's right edge, not
     * only before it: a client that has filled the window acknowledges with that number.
     *
     * @param s the segment
     * @return whether some of it lies within the window
     */
    boolean isAcceptable(Segment s) {
        long seq = Seq.unwrap(s.seq, nxt());
        int length = s.length();
        long edge = window.edge();
        if (length == 0) {
            return seq >= nxt() && seq <= Math.max(edge, nxt());
        }
        if (edge <= nxt() && seq == nxt()) {
            // A probe of the closed window: its data is not taken, but its acknowledgement is.
            return true;
        }
        return seq + length > nxt() && seq < edge;
    }

    /**
     * Takes the payload and FIN of an acceptable segment.
     *
     * @param s the segment
     * @return whether the client's FIN has now come in order
     */
    boolean input(Segment s) {
        long seq = Seq.unwrap(s.seq, nxt()) + (s.has(TcpHeader.SYN) ? 1 : 0);
        long end = seq + s.payloadLength;
        if (s.has(TcpHeader.FIN) && finSeq < 0 && end <= window.edge()) {
            finSeq = end;
        }
        long from = Math.max(seq, nxt());
        long to = Math.min(end, finSeq >= 0 ? Math.min(finSeq, window.edge()) : window.edge());
        if (seq < from && s.payloadLength > 0 && end > seq) {
            onDuplicate(seq, Math.min(end, from));
            ackNow();
        }
        if (to > from) {
            take(s, from, (int) (from - seq), (int) (to - from));
        } else if (s.payloadLength > 0) {
            ackNow();
        }
        if (finSeq >= 0 && finSeq == nxt()) {
            window.onFin();
            // What a broken client has sent behind its FIN would lie here, and be reported, until the end.
            reassembly.close();
            ackNow();
            return true;
        }
        if (s.has(TcpHeader.FIN)) {
            ackNow();
        }
        if (from > nxt() && to > from) {
            // RFC 5681 4.2: at once. One for several segments would hide how many have come.
            sendAck();
        }
        return false;
    }

    private void take(Segment s, long from, int skip, int length) {
        ByteBuf data = slice(s.packet, s.payloadOffset + skip, length);
        if (from != nxt()) {
            context.stats.outOfOrder++;
            if (context.memory.isFull()) {
                // Not yet acknowledged nor reported by SACK: the client sends it again.
                data.release();
                return;
            }
            long before = reassembly.bytes();
            reassembly.insert(from, data);
            context.memory.take(reassembly.bytes() - before);
            if (reassembly.duplicateEnd() > reassembly.duplicateStart()) {
                onDuplicate(reassembly.duplicateStart(), reassembly.duplicateEnd());
            }
            return;
        }
        boolean filledGap = !reassembly.isEmpty();
        deliver(data);
        while (!reassembly.isEmpty() && reassembly.firstStart() <= nxt() && connection.isOpen()) {
            long start = reassembly.firstStart();
            ByteBuf next = reassembly.removeFirst();
            context.memory.give(next.readableBytes());
            int known = (int) Math.min(nxt() - start, next.readableBytes());
            if (known > 0 && duplicateEnd <= duplicateStart) {
                duplicateStart = start;
                duplicateEnd = start + known;
            }
            next.skipBytes(known);
            if (next.isReadable()) {
                deliver(next);
            } else {
                next.release();
            }
        }
        if (unackedBytes >= 2 * fullSegment && s.payloadLength <= fullSegment) {
            // RFC 5681 4.2: for every second one, also within a batch. A super-segment has one coming anyway.
            sendAck();
        } else if (filledGap || s.has(TcpHeader.PSH) || unackedBytes >= 2 * fullSegment) {
            // A push ends a burst: the client waits for an answer, or for this acknowledgement.
            ackNow();
        } else if (!delayedAck.isScheduled()) {
            context.timers.schedule(delayedAck, context.nowNanos + DELAYED_ACK_NANOS);
        }
    }

    private void deliver(ByteBuf data) {
        int length = data.readableBytes();
        window.onDelivered(length);
        context.memory.take(length);
        unackedBytes += length;
        connection.handler().onData(data);
    }

    private ByteBuf slice(ByteBuf packet, int offset, int length) {
        boolean stalled = window.unconsumed() > MAX_PINNING_UNCONSUMED || context.memory.isTight();
        if (length < (stalled ? STALLED_COPY_THRESHOLD : COPY_THRESHOLD)) {
            return context.allocator.directBuffer(length).writeBytes(packet, offset, length);
        }
        int more = packet.capacity() - length;
        pinned += more;
        context.memory.take(more);
        return packet.retainedSlice(offset, length);
    }

    /** Memory beside the bytes held goes with them: each held byte keeps at most so many others. */
    private void unpin() {
        long most = (window.unconsumed() + reassembly.bytes()) * MAX_PINNED;
        if (pinned > most) {
            context.memory.give(pinned - most);
            pinned = most;
        }
    }

    /** The user has no more use for bytes: the window may open. */
    void consumed(int bytes, long srttNanos) {
        context.memory.give(bytes);
        window.onConsumed(bytes, context.nowNanos, srttNanos, !context.memory.isTight());
        unpin();
        if (finSeq < 0 && window.shouldUpdate(fullSegment, budgetLimit())) {
            ackNow();
        }
    }

    /**
     * An acknowledgement goes out with the segment being built.
     *
     * @param withPayload whether the segment has payload: then it is no duplicate acknowledgement (RFC 5681 2) and has
     *     no SACK blocks here, so that a gap is still to be reported
     * @return the window field
     */
    int onAckSent(boolean withPayload) {
        ackNow = ackNow && withPayload && (!reassembly.isEmpty() || duplicateEnd > duplicateStart);
        lastAckSent = nxt();
        unackedBytes = 0;
        context.timers.cancel(delayedAck);
        return window.advertise(fullSegment, budgetLimit());
    }

    private int budgetLimit() {
        return context.memory.isFull() ? TcpConfig.CROWDED_BUFFER : Integer.MAX_VALUE;
    }

    /** Appends the SACK option if something has come twice or ahead of a gap (RFC 2018 4, RFC 2883 4). */
    void writeSack(ByteBuf out, int limit) {
        int duplicates = duplicateEnd > duplicateStart ? 1 : 0;
        int blocks = reassembly.isEmpty() ? 0 : reassembly.sackBlocks(nxt(), context.ranges, limit - duplicates);
        if (duplicates + blocks == 0) {
            return;
        }
        TcpOptions.writeSackHead(out, duplicates + blocks);
        if (duplicates > 0) {
            out.writeInt((int) duplicateStart).writeInt((int) duplicateEnd);
            duplicateEnd = duplicateStart;
        }
        for (int i = 0; i < 2 * blocks; i++) {
            out.writeInt((int) context.ranges[i]);
        }
    }

    /** Releases everything. */
    void close() {
        // What lies with the user is the user's from now on.
        context.memory.give(reassembly.bytes() + window.close());
        reassembly.close();
        unpin();
        context.timers.cancel(delayedAck);
    }
}
