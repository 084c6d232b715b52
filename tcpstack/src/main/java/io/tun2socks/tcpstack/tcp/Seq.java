package io.tun2socks.tcpstack.tcp;

/**
 * Sequence numbers (RFC 9293 3.4). Inside a connection they are held unwrapped, as longs whose low 32 bits are what
 * stands on the wire, so that ordinary comparison is right.
 */
final class Seq {
    private Seq() {}

    /**
     * Unwraps a number read from the wire.
     *
     * @param wire the 32 bits
     * @param reference an unwrapped number less than 2^31 away
     * @return the unwrapped number nearest to the reference
     */
    static long unwrap(int wire, long reference) {
        return reference + (wire - (int) reference);
    }

    /**
     * Unwraps the first number of a direction.
     *
     * @param wire the 32 bits
     * @return an unwrapped number that leaves room below
     */
    static long initial(int wire) {
        return (1L << 32) + (wire & 0xffff_ffffL);
    }
}
