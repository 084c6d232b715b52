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
    /** ICMP destination unreachable, code: the protocol is not spoken. */
    public static final int V4_CODE_PROTOCOL = 2;
    /** ICMP destination unreachable, code: fragmentation needed (RFC 1191 4). */
    public static final int V4_CODE_FRAGMENTATION_NEEDED = 4;
    /** ICMP source quench; obsolete (RFC 6633). */
    public static final int V4_SOURCE_QUENCH = 4;
    /** ICMP redirect. */
    public static final int V4_REDIRECT = 5;
    /** ICMP echo request. */
    public static final int V4_ECHO_REQUEST = 8;
    /** ICMP time exceeded. */
    public static final int V4_TIME_EXCEEDED = 11;
    /** ICMP parameter problem. */
    public static final int V4_PARAMETER_PROBLEM = 12;
    /** ICMPv6 destination unreachable. */
    public static final int V6_UNREACHABLE = 1;
    /** ICMPv6 packet too big. */
    public static final int V6_PACKET_TOO_BIG = 2;
    /** ICMPv6 time exceeded. */
    public static final int V6_TIME_EXCEEDED = 3;
    /** ICMPv6 parameter problem. */
    public static final int V6_PARAMETER_PROBLEM = 4;
    /** ICMPv6 parameter problem, code: an erroneous header field. */
    public static final int V6_CODE_FIELD = 0;
    /** ICMPv6 parameter problem, code: an unrecognised next header. */
    public static final int V6_CODE_NEXT_HEADER = 1;
    /** ICMPv6 parameter problem, code: an unrecognised option. */
    public static final int V6_CODE_OPTION = 2;
    /** ICMPv6 parameter problem, code: the first fragment lacks headers (RFC 7112 5). */
    public static final int V6_CODE_FIRST_FRAGMENT = 3;
    /** Time exceeded of either family, code: fragments were missing for too long. */
    public static final int CODE_REASSEMBLY = 1;
    /** ICMPv6 echo request. */
    public static final int V6_ECHO_REQUEST = 128;
    /** ICMPv6 echo reply. */
    public static final int V6_ECHO_REPLY = 129;

    private IcmpHeader() {}

    /** Returns the type. */
    public static int type(ByteBuf b, int o) {
        return b.getUnsignedByte(o);
    }

    /**
     * Tells whether a message is an error, which must never be answered with another (RFC 1122 3.2.2, RFC 4443 2.4).
     *
     * @param ipv4 the family
     * @param type the message's type
     * @return whether it is one
     */
    public static boolean isError(boolean ipv4, int type) {
        if (!ipv4) {
            return type < V6_ECHO_REQUEST;
        }
        return type == V4_UNREACHABLE
                || type == V4_SOURCE_QUENCH
                || type == V4_REDIRECT
                || type == V4_TIME_EXCEEDED
                || type == V4_PARAMETER_PROBLEM;
    }

    /** Returns the last four bytes of the header. */
    public static int rest(ByteBuf b, int o) {
        return b.getInt(o + 4);
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
