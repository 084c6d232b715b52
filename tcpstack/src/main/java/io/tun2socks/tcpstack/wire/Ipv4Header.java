package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** The IPv4 header (RFC 791 3.1). */
public final class Ipv4Header {
    /** The length without options. */
    public static final int LENGTH = 20;
    /** Flag: don't fragment. */
    public static final int DF = 0x4000;
    /** Flag: more fragments. */
    public static final int MF = 0x2000;

    private Ipv4Header() {}

    /** Returns the header's length in bytes, 0 to 60. */
    public static int headerLength(ByteBuf b, int o) {
        return (b.getByte(o) & 0xf) * 4;
    }

    /** Returns the DSCP and ECN bits. */
    public static int trafficClass(ByteBuf b, int o) {
        return b.getUnsignedByte(o + 1);
    }

    /** Returns the length of header and payload. */
    public static int totalLength(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 2);
    }

    /** Returns the identification. */
    public static int identification(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 4);
    }

    /** Returns the flags and the fragment offset in units of 8 bytes, as they lie in the header. */
    public static int flagsAndOffset(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 6);
    }

    /** Tells whether the packet is a fragment, the first included. */
    public static boolean isFragment(ByteBuf b, int o) {
        return (flagsAndOffset(b, o) & 0x3fff) != 0;
    }

    /** Tells whether the packet is the first fragment, or no fragment at all. */
    public static boolean isFirst(ByteBuf b, int o) {
        return (flagsAndOffset(b, o) & 0x1fff) == 0;
    }

    /** Returns the time to live. */
    public static int ttl(ByteBuf b, int o) {
        return b.getUnsignedByte(o + 8);
    }

    /** Returns the protocol number. */
    public static int protocol(ByteBuf b, int o) {
        return b.getUnsignedByte(o + 9);
    }

    /** Returns the source address. */
    public static int source(ByteBuf b, int o) {
        return b.getInt(o + 12);
    }

    /** Returns the destination address. */
    public static int destination(ByteBuf b, int o) {
        return b.getInt(o + 16);
    }

    /** Tells whether the header checksum is right. */
    public static boolean checksumValid(ByteBuf b, int o) {
        return InternetChecksum.fold(InternetChecksum.sum(b, o, headerLength(b, o))) == 0xffff;
    }

    /**
     * Appends a header without options, its checksum computed.
     *
     * @param out the buffer appended to
     * @param trafficClass DSCP and ECN
     * @param totalLength header and payload in bytes, at most 65535
     * @param identification the identification
     * @param flagsAndOffset {@link #DF}, {@link #MF} and the fragment offset in units of 8 bytes
     * @param ttl time to live
     * @param protocol the protocol number
     * @param source source address
     * @param destination destination address
     */
    public static void write(
            ByteBuf out,
            int trafficClass,
            int totalLength,
            int identification,
            int flagsAndOffset,
            int ttl,
            int protocol,
            int source,
            int destination) {
        int o = out.writerIndex();
        out.writeByte(0x45)
                .writeByte(trafficClass)
                .writeShort(totalLength)
                .writeShort(identification)
                .writeShort(flagsAndOffset)
                .writeByte(ttl)
                .writeByte(protocol)
                .writeShort(0)
                .writeInt(source)
                .writeInt(destination);
        out.setShort(o + 10, InternetChecksum.finish(InternetChecksum.sum(out, o, LENGTH)));
    }
}
