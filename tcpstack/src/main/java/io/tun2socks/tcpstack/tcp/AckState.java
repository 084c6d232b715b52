package io.tun2socks.tcpstack.tcp;

/** What is found out while one acknowledgement is handled. One object for all connections of a stack. */
final class AckState {
    /** The time in nanoseconds. */
    long now;
    /** How many milliseconds ago the client's TSecr was our TSval, or -1 if it sends none. */
    long echoAge;
    /** RACK.fack before it. */
    long fackBefore;
    /** Bytes SACKed before it. */
    long sackedBefore;

    /** Bytes newly known to have arrived, by acknowledgement or SACK. */
    long delivered;
    /** The least round trip of what was sent once and is newly known to have arrived, or -1. */
    long rttSample;
    /** Something that was sent more than once is acknowledged: what comes with it may have waited behind it (Karn). */
    boolean repairDelivered;
    /** Something sent once, before recovery began, has arrived. */
    boolean originalDelivered;
    /** A D-SACK block came (RFC 2883). */
    boolean dsack;
    /** It is about a tail loss probe. */
    boolean probeDsack;

    void begin(long nowNanos, long echo, RackLossDetector rack, RetransmissionQueue queue) {
        now = nowNanos;
        echoAge = echo;
        fackBefore = rack.fack();
        sackedBefore = queue.sackedBytes();
        delivered = 0;
        rttSample = -1;
        repairDelivered = false;
        originalDelivered = false;
        dsack = false;
        probeDsack = false;
    }

    /** Whether what the client echoes was sent before a time: an earlier transmission caused this acknowledgement. */
    boolean echoesBefore(long nanos) {
        return echoAge > now / 1_000_000 - nanos / 1_000_000;
    }
}
