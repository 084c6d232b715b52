package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** The IPv6 header (RFC 8200 3). */
public final class Ipv6Header {
    /** The length in bytes. */
    public static final int LENGTH = 40;

    private Ipv6Header() {}

    /** Returns the traffic class (DSCP and ECN). */
    public static int trafficClass(ByteBuf b, int o) {
        return b.getInt(o) >>> 20 & 0xff;
    }

    /** Returns the length of what follows the header, 0 to 65535. */
    public static int payloadLength(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 4);
    }

    /** Returns the type of the next header. */
    public static int nextHeader(ByteBuf b, int o) {
        return b.getUnsignedByte(o + 6);
    }

    /** Returns the hop limit. */
    public static int hopLimit(ByteBuf b, int o) {
        return b.getUnsignedByte(o + 7);
    }

    /** Returns the upper half of the source address. */
    public static long sourceHi(ByteBuf b, int o) {
        return b.getLong(o + 8);
    }

    /** Returns the lower half of the source address. */
    public static long sourceLo(ByteBuf b, int o) {
        return b.getLong(o + 16);
    }

    /** Returns the upper half of the destination address. */
    public static long destinationHi(ByteBuf b, int o) {
        return b.getLong(o + 24);
    }

    /** Returns the lower half of the destination address. */
    public static long destinationLo(ByteBuf b, int o) {
        return b.getLong(o + 32);
    }

    /**
     * Appends a header.
     *
     * @param out the buffer appended to
     * @param trafficClass DSCP and ECN
     * @param payloadLength the bytes that follow, at most 65535
     * @param nextHeader the type of what follows
     * @param hopLimit the hop limit
     * @param srcHi source address, upper half
     * @param srcLo source address, lower half
     * @param dstHi destination address, upper half
     * @param dstLo destination address, lower half
     */
    public static void write(
            ByteBuf out,
            int trafficClass,
            int payloadLength,
            int nextHeader,
            int hopLimit,
            long srcHi,
            long srcLo,
            long dstHi,
            long dstLo) {
        out.writeInt(6 << 28 | trafficClass << 20)
                .writeShort(payloadLength)
                .writeByte(nextHeader)
                .writeByte(hopLimit)
                .writeLong(srcHi)
                .writeLong(srcLo)
                .writeLong(dstHi)
                .writeLong(dstLo);
    }
}
