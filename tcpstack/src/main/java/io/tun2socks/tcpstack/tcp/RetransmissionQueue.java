package io.tun2socks.tcpstack.tcp;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * What is sent and not acknowledged, in order of sequence numbers, with the SACK scoreboard's marks (RFC 6675 3) and
 * the count of bytes in flight ({@code pipe}). Ranges are split where a mark or an acknowledgement ends within them.
 */
final class RetransmissionQueue {
    private static final int POOL_LIMIT = 256;

    /** Free segments, shared by all connections of a stack. */
    private final ArrayDeque<SentSegment> pool;

    private SentSegment first;
    private SentSegment last;
    private long inFlight;
    private long sackedBytes;
    private long lostBytes;

    RetransmissionQueue(ArrayDeque<SentSegment> pool) {
        this.pool = pool;
    }

    boolean isEmpty() {
        return first == null;
    }

    SentSegment first() {
        return first;
    }

    /** Returns {@code pipe}: bytes sent, not SACKed and not taken for lost. */
    long inFlight() {
        return inFlight;
    }

    /** Returns the bytes covered by SACK blocks. */
    long sackedBytes() {
        return sackedBytes;
    }

    /** Tells whether something is to be sent again. */
    boolean hasLost() {
        return lostBytes > 0;
    }

    /** Adds what was just sent for the first time. */
    void add(long start, long end, long nowNanos) {
        SentSegment segment = obtain();
        segment.start = start;
        segment.end = end;
        segment.xmitNanos = nowNanos;
        segment.previous = last;
        if (last == null) {
            first = segment;
        } else {
            last.next = segment;
        }
        last = segment;
        inFlight += end - start;
    }

    /** Returns the first range taken for lost; there is one. */
    SentSegment firstLost() {
        SentSegment segment = first;
        while (!segment.lost) {
            segment = segment.next;
        }
        return segment;
    }

    /** Marks a range as sent again. */
    void onRetransmitted(SentSegment segment, long nowNanos) {
        setLost(segment, false);
        segment.retransmitted = true;
        segment.xmitNanos = nowNanos;
    }

    /** Takes a range for lost, or takes that back. */
    void setLost(SentSegment segment, boolean lost) {
        if (segment.lost != lost && !segment.sacked) {
            segment.lost = lost;
            lostBytes += lost ? segment.length() : -segment.length();
            inFlight -= lost ? segment.length() : -segment.length();
        }
    }

    /** After a time-out everything not SACKed counts as lost (RFC 5681 3.1, RFC 6675 5.1). */
    void markAllLost() {
        for (SentSegment segment = first; segment != null; segment = segment.next) {
            setLost(segment, true);
        }
    }

    /** Takes the ranges longer than {@code length} for lost: the path does not let them through. */
    void markLostOver(int length) {
        for (SentSegment segment = first; segment != null; segment = segment.next) {
            if (segment.length() > length) {
                setLost(segment, true);
            }
        }
    }

    /**
     * Forgets the SACK marks: the receiver may have reneged (RFC 2018 8). Their acknowledgement will say nothing of the
     * round trip any more.
     */
    void clearSacks() {
        for (SentSegment segment = first; segment != null; segment = segment.next) {
            if (segment.sacked) {
                segment.sacked = false;
                segment.retransmitted = true;
                sackedBytes -= segment.length();
                inFlight += segment.length();
            }
        }
    }

    /**
     * Shortens a range to at most {@code length}; what is cut off follows as a range of its own.
     *
     * @param segment the range
     * @param length the most it may keep, at least 1
     */
    void split(SentSegment segment, long length) {
        if (segment.length() <= length) {
            return;
        }
        SentSegment rest = obtain();
        rest.start = segment.start + length;
        rest.end = segment.end;
        rest.xmitNanos = segment.xmitNanos;
        rest.retransmitted = segment.retransmitted;
        rest.sacked = segment.sacked;
        rest.lost = segment.lost;
        segment.end = rest.start;
        rest.previous = segment;
        rest.next = segment.next;
        if (segment.next == null) {
            last = rest;
        } else {
            segment.next.previous = rest;
        }
        segment.next = rest;
    }

    /**
     * Marks what a SACK block covers.
     *
     * @param start the block's first sequence number
     * @param end the number behind it
     * @param delivered is told each range that was not known to have arrived
     */
    void sack(long start, long end, Consumer<SentSegment> delivered) {
        for (SentSegment segment = first; segment != null && segment.start < end; segment = segment.next) {
            if (segment.end <= start || segment.sacked) {
                continue;
            }
            if (segment.start < start) {
                split(segment, start - segment.start);
                continue;
            }
            if (segment.end > end) {
                split(segment, end - segment.start);
            }
            setLost(segment, false);
            segment.sacked = true;
            sackedBytes += segment.length();
            inFlight -= segment.length();
            delivered.accept(segment);
        }
    }

    /**
     * Removes what a cumulative acknowledgement covers.
     *
     * @param ack the acknowledgement number
     * @param delivered is told each range that was not known to have arrived, before it is removed
     */
    void acknowledge(long ack, Consumer<SentSegment> delivered) {
        while (first != null && first.start < ack) {
            SentSegment segment = first;
            if (segment.end > ack) {
                split(segment, ack - segment.start);
            }
            if (segment.sacked) {
                sackedBytes -= segment.length();
            } else {
                setLost(segment, false);
                inFlight -= segment.length();
                delivered.accept(segment);
            }
            removeFirst();
        }
    }

    /** Forgets everything. */
    void clear() {
        while (first != null) {
            removeFirst();
        }
        inFlight = 0;
        sackedBytes = 0;
        lostBytes = 0;
    }

    private void removeFirst() {
        SentSegment segment = first;
        first = segment.next;
        if (first == null) {
            last = null;
        } else {
            first.previous = null;
        }
        segment.next = null;
        segment.previous = null;
        if (pool.size() < POOL_LIMIT) {
            pool.push(segment);
        }
    }

    private SentSegment obtain() {
        SentSegment segment = pool.poll();
        if (segment == null) {
            return new SentSegment();
        }
        segment.retransmitted = false;
        segment.sacked = false;
        segment.lost = false;
        return segment;
    }
}
