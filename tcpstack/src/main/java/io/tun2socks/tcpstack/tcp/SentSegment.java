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

    SentSegment previous;
    SentSegment next;

    long length() {
        return end - start;
    }

    boolean inFlight() {
        return !sacked && !lost;
    }
}
