package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.TcpOptions;

/** The client's direction of a connection: order, reassembly, window and acknowledgements. */
final class Receiver {
    /** Payloads below this are copied, so that a few bytes do not pin a whole read buffer of 64 KiB. */
    private static final int COPY_THRESHOLD = 4096;

    /** The longest that an acknowledgement is delayed (RFC 9293 3.8.6.3 allows 500 ms; Linux has 40). */
    private static final long DELAYED_ACK_NANOS = 40_000_000L;

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

    /** The next flush sends an acknowledgement. */
    void ackNow() {
        ackNow = true;
        connection.markDirty();
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
        if (to > from) {
            take(s, from, (int) (from - seq), (int) (to - from));
        } else if (s.payloadLength > 0) {
            ackNow();
        }
        if (finSeq >= 0 && finSeq == nxt()) {
            window.onFin();
            ackNow();
            return true;
        }
        if (s.has(TcpHeader.FIN)) {
            ackNow();
        }
        return false;
    }

    private void take(Segment s, long from, int skip, int length) {
        ByteBuf data = slice(s.packet, s.payloadOffset + skip, length);
        if (from != nxt()) {
            context.stats.outOfOrder++;
            reassembly.insert(from, data);
            ackNow();
            return;
        }
        boolean filledGap = !reassembly.isEmpty();
        deliver(data);
        while (!reassembly.isEmpty() && reassembly.firstStart() <= nxt() && connection.isOpen()) {
            long start = reassembly.firstStart();
            ByteBuf next = reassembly.removeFirst();
            int known = (int) Math.min(nxt() - start, next.readableBytes());
            next.skipBytes(known);
            if (next.isReadable()) {
                deliver(next);
            } else {
                next.release();
            }
        }
        if (filledGap || s.has(TcpHeader.PSH) || unackedBytes >= 2 * fullSegment) {
            // A push ends a burst: the client waits for an answer, or for this acknowledgement.
            ackNow();
        } else if (!delayedAck.isScheduled()) {
            context.timers.schedule(delayedAck, context.nowNanos + DELAYED_ACK_NANOS);
        }
    }

    private void deliver(ByteBuf data) {
        int length = data.readableBytes();
        window.onDelivered(length);
        unackedBytes += length;
        connection.handler().onData(data);
    }

    private ByteBuf slice(ByteBuf packet, int offset, int length) {
        if (length < COPY_THRESHOLD) {
            return context.allocator.directBuffer(length).writeBytes(packet, offset, length);
        }
        return packet.retainedSlice(offset, length);
    }

    /** The user has no more use for bytes: the window may open. */
    void consumed(int bytes, long srttNanos) {
        window.onConsumed(bytes, context.nowNanos, srttNanos);
        if (finSeq < 0 && window.shouldUpdate(fullSegment)) {
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
        ackNow = ackNow && withPayload && !reassembly.isEmpty();
        lastAckSent = nxt();
        unackedBytes = 0;
        context.timers.cancel(delayedAck);
        return window.advertise();
    }

    /** Appends the SACK option if there is something ahead of a gap. */
    void writeSack(ByteBuf out, int limit) {
        if (reassembly.isEmpty()) {
            return;
        }
        int blocks = reassembly.sackBlocks(nxt(), context.ranges, limit);
        if (blocks > 0) {
            TcpOptions.writeSackHead(out, blocks);
            for (int i = 0; i < 2 * blocks; i++) {
                out.writeInt((int) context.ranges[i]);
            }
        }
    }

    /** Releases everything. */
    void close() {
        reassembly.close();
        context.timers.cancel(delayedAck);
    }
}
