package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** The common header of ICMP (RFC 792) and ICMPv6 (RFC 4443). */
public final class IcmpHeader {
    /** Type, code, checksum and four bytes that depend on the type. */
    public static final int LENGTH = 8;
    /** Where the checksum field lies. */
    public static final int CHECKSUM_OFFSET = 2;

    /** ICMP echo reply. */
    public static final int V4_ECHO_REPLY = 0;
    /** ICMP destination unreachable. */
    public static final int V4_UNREACHABLE = 3;
    /** ICMP echo request. */
    public static final int V4_ECHO_REQUEST = 8;
    /** ICMPv6 destination unreachable. */
    public static final int V6_UNREACHABLE = 1;
    /** ICMPv6 packet too big. */
    public static final int V6_PACKET_TOO_BIG = 2;
    /** ICMPv6 echo request. */
    public static final int V6_ECHO_REQUEST = 128;
    /** ICMPv6 echo reply. */
    public static final int V6_ECHO_REPLY = 129;

    private IcmpHeader() {}

    /** Returns the type. */
    public static int type(ByteBuf b, int o) {
        return b.getUnsignedByte(o);
    }

    /** Returns the code. */
    public static int code(ByteBuf b, int o) {
        return b.getUnsignedByte(o + 1);
    }

    /**
     * Appends a header with a zero checksum.
     *
     * @param out the buffer appended to
     * @param type the type
     * @param code the code
     * @param rest the last four bytes: identifier and sequence number, or zero, or an MTU
     */
    public static void write(ByteBuf out, int type, int code, int rest) {
        out.writeByte(type).writeByte(code).writeShort(0).writeInt(rest);
    }
}
