package io.tun2socks.tcpstack.tcp;

/** A list of the segments of one kind, linked through themselves, in an order that its user keeps. */
final class SegmentList {
    SentSegment first;
    SentSegment last;
    /** Where the last insertion was: the next one is likely to be near. */
    private SentSegment hint;

    void append(SentSegment segment) {
        insertAfter(segment, last);
    }

    /** Links a segment behind another, or, behind null, in front. */
    void insertAfter(SentSegment segment, SentSegment before) {
        SentSegment after = before == null ? first : before.listNext;
        segment.listPrevious = before;
        segment.listNext = after;
        if (before == null) {
            first = segment;
        } else {
            before.listNext = segment;
        }
        if (after == null) {
            last = segment;
        } else {
            after.listPrevious = segment;
        }
        hint = segment;
    }

    void remove(SentSegment segment) {
        if (segment.listPrevious == null) {
            first = segment.listNext;
        } else {
            segment.listPrevious.listNext = segment.listNext;
        }
        if (segment.listNext == null) {
            last = segment.listPrevious;
        } else {
            segment.listNext.listPrevious = segment.listPrevious;
        }
        if (hint == segment) {
            hint = segment.listPrevious;
        }
        segment.listPrevious = null;
        segment.listNext = null;
    }

    /** Inserts in order of sequence numbers. What is inserted one after the other lies mostly one after the other. */
    void insertBySequence(SentSegment segment) {
        if (last == null || segment.start > last.start) {
            append(segment);
            return;
        }
        SentSegment before = hint != null && hint.start < segment.start ? hint : null;
        SentSegment after = before == null ? first : before.listNext;
        while (after.start < segment.start) {
            before = after;
            after = after.listNext;
        }
        insertAfter(segment, before);
    }

    /** Inserts in the order of time sent. */
    void insertByTime(SentSegment segment) {
        if (last == null || isAfter(segment, last)) {
            append(segment);
            return;
        }
        SentSegment before = hint != null && isAfter(segment, hint) ? hint : null;
        SentSegment after = before == null ? first : before.listNext;
        while (isAfter(segment, after)) {
            before = after;
            after = after.listNext;
        }
        insertAfter(segment, before);
    }

    private static boolean isAfter(SentSegment a, SentSegment b) {
        return SentSegment.isAfter(a.xmitNanos, a.end, b.xmitNanos, b.end);
    }
}
