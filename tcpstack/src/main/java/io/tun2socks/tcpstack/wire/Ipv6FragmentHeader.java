package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** The fragment header of IPv6 (RFC 8200 4.5). */
public final class Ipv6FragmentHeader {
    /** The length in bytes. */
    public static final int LENGTH = 8;

    private Ipv6FragmentHeader() {}

    /** Returns the type of the first header of the fragmentable part. */
    public static int nextHeader(ByteBuf b, int o) {
        return b.getUnsignedByte(o);
    }

    /** Returns where in the fragmentable part the fragment lies, in bytes: 0 to 65528, a multiple of 8. */
    public static int fragmentOffset(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 2) & ~7;
    }

    /** Tells whether more fragments follow. */
    public static boolean moreFragments(ByteBuf b, int o) {
        return (b.getByte(o + 3) & 1) != 0;
    }

    /** Returns the identification. */
    public static int identification(ByteBuf b, int o) {
        return b.getInt(o + 4);
    }

    /**
     * Appends a header.
     *
     * @param out the buffer appended to
     * @param nextHeader the type of the first header of the fragmentable part
     * @param fragmentOffset where in that part the fragment lies, in bytes: 0 to 65528, a multiple of 8
     * @param moreFragments whether more fragments follow
     * @param identification the identification
     */
    public static void write(
            ByteBuf out, int nextHeader, int fragmentOffset, boolean moreFragments, int identification) {
        out.writeByte(nextHeader)
                .writeByte(0)
                .writeShort(fragmentOffset | (moreFragments ? 1 : 0))
                .writeInt(identification);
    }
}
