package io.tun2socks.tcpstack.tcp;

/** A range of sequence numbers that was sent as one segment or super-segment and is not acknowledged. */
final class SentSegment {
    /** First sequence number. */
    long start;
    /** Sequence number behind the last; FIN counts as one. */
    long end;
    /** When it was last sent. */
    long xmitNanos;
    /** Sent more than once, or reported before: no RTT sample (Karn). */
    boolean retransmitted;
    /** Covered by a SACK block. */
    boolean sacked;
    /** Taken for lost and not yet sent again. */
    boolean lost;

    /** The neighbours in order of sequence numbers. */
    SentSegment previous;

    SentSegment next;
    /** The neighbours in the {@link SegmentList} of its kind: lost, or in flight; null if SACKed. */
    SentSegment listPrevious;

    SentSegment listNext;

    long length() {
        return end - start;
    }

    boolean inFlight() {
        return !sacked && !lost;
    }

    /** Whether it was sent after another (RFC 8985 6.2 step 2: RACK_sent_after). */
    static boolean isAfter(long time1, long seq1, long time2, long seq2) {
        return time1 > time2 || (time1 == time2 && seq1 > seq2);
    }
}
