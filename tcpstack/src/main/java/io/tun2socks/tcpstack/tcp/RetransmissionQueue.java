package io.tun2socks.tcpstack.tcp;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * What is sent and not acknowledged, in order of sequence numbers, with the SACK scoreboard's marks (RFC 6675 3) and
 * the count of bytes in flight ({@code pipe}). Ranges are split where a mark or an acknowledgement ends within them.
 *
 * <p>What is in flight is also linked in the order in which it was sent, what is lost in the order in which it is to be
 * repaired, and ranges that are SACKed grow together; so nothing here looks at more than what changes. A peer cannot
 * make it: SACK blocks count in whole segments only, ranges are bounded, and so is the search for a block's place.
 */
final class RetransmissionQueue {
    private static final int POOL_LIMIT = 256;
    /** Blocks split no more ranges when there are so many. */
    static final int MAX_RANGES = 4096;
    /** Ranges that the blocks of one acknowledgement are searched in. */
    private static final int MAX_STEPS = 1024;

    /** Free segments, shared by all connections of a stack. */
    private final ArrayDeque<SentSegment> pool;

    private final SegmentList flying = new SegmentList();
    private final SegmentList lost = new SegmentList();
    private int mss;
    private SentSegment first;
    private SentSegment last;
    /** Where the last SACK block ended. */
    private SentSegment hint;

    private int ranges;
    private int stepsLeft;
    private long inFlight;
    private long sackedBytes;

    /**
     * Makes an empty queue.
     *
     * @param mss SMSS: super-segments are lost and SACKed in pieces of it
     */
    RetransmissionQueue(ArrayDeque<SentSegment> pool, int mss) {
        this.pool = pool;
        this.mss = mss;
    }

    /** Sets SMSS; what is in flight in longer segments is lost: the path does not let them through. */
    void onMssReduced(int newMss) {
        mss = newMss;
        for (SentSegment segment = first; segment != null; segment = segment.next) {
            if (segment.length() > newMss) {
                markLost(segment);
            }
        }
    }

    boolean isEmpty() {
        return first == null;
    }

    SentSegment first() {
        return first;
    }

    SentSegment last() {
        return last;
    }

    /** Returns what is in flight and was sent first; the others follow as {@code listNext}. */
    SentSegment oldest() {
        return flying.first;
    }

    /** Returns {@code pipe}: bytes sent, not SACKed and not taken for lost. */
    long inFlight() {
        return inFlight;
    }

    /** Returns the bytes covered by SACK blocks. */
    long sackedBytes() {
        return sackedBytes;
    }

    /** Returns the number of ranges. */
    int ranges() {
        return ranges;
    }

    /** Tells whether something is to be sent again. */
    boolean hasLost() {
        return lost.first != null;
    }

    /** Returns the first range taken for lost, or null. */
    SentSegment firstLost() {
        return lost.first;
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
        flying.append(segment);
        inFlight += end - start;
    }

    /** Marks a range, lost or in flight, as sent again. */
    void onRetransmitted(SentSegment segment, long nowNanos) {
        if (segment.lost) {
            segment.lost = false;
            lost.remove(segment);
            inFlight += segment.length();
        } else {
            flying.remove(segment);
        }
        segment.retransmitted = true;
        segment.xmitNanos = nowNanos;
        flying.append(segment);
    }

    /** Takes a range that is in flight for lost. */
    void markLost(SentSegment segment) {
        if (segment.inFlight()) {
            flying.remove(segment);
            segment.lost = true;
            lost.insertBySequence(segment);
            inFlight -= segment.length();
        }
    }

    /** Takes everything for lost. The receiver may have dropped what it had SACKed (RFC 2018 8). */
    void loseEverything() {
        for (SentSegment segment = first; segment != null; segment = segment.next) {
            if (segment.sacked) {
                segment.sacked = false;
                // Its acknowledgement will say nothing of the round trip any more.
                segment.retransmitted = true;
                segment.lost = true;
                lost.insertBySequence(segment);
            } else {
                markLost(segment);
            }
        }
        sackedBytes = 0;
    }

    /** Takes back that anything was lost: it is in flight. */
    void loseNothing() {
        for (SentSegment segment = lost.first; segment != null; segment = lost.first) {
            lost.remove(segment);
            segment.lost = false;
            flying.insertByTime(segment);
            inFlight += segment.length();
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
        if (!rest.sacked) {
            listOf(rest).insertAfter(rest, segment);
        }
    }

    private SegmentList listOf(SentSegment segment) {
        return segment.lost ? lost : flying;
    }

    /** Begins an acknowledgement. */
    void beginSacks() {
        stepsLeft = MAX_STEPS;
    }

    /**
     * Marks what a SACK block covers, in whole segments.
     *
     * @param start the block's first sequence number
     * @param end the number behind it
     * @param delivered is told each range that was not known to have arrived
     */
    void sack(long start, long end, Consumer<SentSegment> delivered) {
        SentSegment segment = find(start);
        while (segment != null && segment.start < end) {
            hint = segment;
            if (!segment.sacked) {
                segment = sackPart(segment, start, end, delivered);
            }
            segment = segment.next;
        }
    }

    private SentSegment sackPart(SentSegment whole, long start, long end, Consumer<SentSegment> delivered) {
        SentSegment segment = whole;
        long from = segment.start;
        if (start > from) {
            from += (start - from + mss - 1) / mss * mss;
        }
        long to = end >= segment.end ? segment.end : segment.start + (end - segment.start) / mss * mss;
        boolean part = from > segment.start || to < segment.end;
        if (from >= to || (part && ranges >= MAX_RANGES)) {
            return segment;
        }
        if (from > segment.start) {
            split(segment, from - segment.start);
            segment = segment.next;
        }
        split(segment, to - segment.start);
        listOf(segment).remove(segment);
        if (segment.lost) {
            segment.lost = false;
        } else {
            inFlight -= segment.length();
        }
        segment.sacked = true;
        sackedBytes += segment.length();
        delivered.accept(segment);
        if (segment.next != null && segment.next.sacked) {
            absorbNext(segment);
        }
        if (segment.previous != null && segment.previous.sacked) {
            segment = segment.previous;
            absorbNext(segment);
        }
        hint = segment;
        return segment;
    }

    /** Makes one of two neighbours that are both SACKed. */
    private void absorbNext(SentSegment segment) {
        SentSegment gone = segment.next;
        segment.end = gone.end;
        segment.next = gone.next;
        if (gone.next == null) {
            last = segment;
        } else {
            gone.next.previous = segment;
        }
        if (hint == gone) {
            hint = segment;
        }
        recycle(gone);
    }

    /** Returns the range that holds a number, searched from the nearest known place; null if that is far. */
    private SentSegment find(long seq) {
        if (first == null || seq < first.start || seq >= last.end) {
            return null;
        }
        SentSegment segment = seq - first.start < last.end - seq ? first : last;
        if (hint != null && Math.abs(hint.start - seq) < Math.abs(segment.start - seq)) {
            segment = hint;
        }
        while (segment.end <= seq && --stepsLeft >= 0) {
            segment = segment.next;
        }
        while (segment.start > seq && --stepsLeft >= 0) {
            segment = segment.previous;
        }
        return stepsLeft < 0 ? null : segment;
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
                listOf(segment).remove(segment);
                inFlight -= segment.lost ? 0 : segment.length();
                segment.lost = false;
                delivered.accept(segment);
            }
            removeFirst();
        }
    }

    /** Forgets everything. */
    void clear() {
        while (first != null) {
            if (!first.sacked) {
                listOf(first).remove(first);
            }
            removeFirst();
        }
        inFlight = 0;
        sackedBytes = 0;
    }

    private void removeFirst() {
        SentSegment segment = first;
        first = segment.next;
        if (first == null) {
            last = null;
        } else {
            first.previous = null;
        }
        if (hint == segment) {
            hint = null;
        }
        recycle(segment);
    }

    private void recycle(SentSegment segment) {
        ranges--;
        segment.previous = null;
        segment.next = null;
        if (pool.size() < POOL_LIMIT) {
            pool.push(segment);
        }
    }

    private SentSegment obtain() {
        ranges++;
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
