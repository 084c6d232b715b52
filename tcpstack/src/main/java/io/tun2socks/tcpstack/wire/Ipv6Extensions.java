package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** Walks the extension headers of IPv6 (RFC 8200 4). */
public final class Ipv6Extensions {
    /** The most extension headers that are walked; a longer chain is refused. */
    public static final int MAX_HEADERS = 8;
    /** The length of a fragment header (RFC 8200 4.5). */
    public static final int FRAGMENT_LENGTH = 8;

    private static final long MALFORMED = -1;

    private Ipv6Extensions() {}

    /**
     * Skips hop-by-hop, routing and destination options; stops at anything else, a fragment header included.
     *
     * @param b the packet
     * @param offset where the first header after the IPv6 header begins
     * @param end the end of the packet
     * @param nextHeader the type of that first header
     * @return {@link #protocol} and {@link #offset} of where the walk stopped, in one long; negative if the chain is
     *     malformed, truncated, too long, or a routing header still has segments to visit
     */
    public static long skip(ByteBuf b, int offset, int end, int nextHeader) {
        int at = offset;
        int type = nextHeader;
        for (int i = 0; i <= MAX_HEADERS; i++) {
            if (type != IpProtocol.HOP_BY_HOP && type != IpProtocol.ROUTING && type != IpProtocol.DESTINATION_OPTIONS) {
                return (long) type << 32 | at;
            }
            if (end - at < 8 || (type == IpProtocol.ROUTING && b.getByte(at + 3) != 0)) {
                return MALFORMED;
            }
            int length = (b.getUnsignedByte(at + 1) + 1) * 8;
            if (end - at < length) {
                return MALFORMED;
            }
            type = b.getUnsignedByte(at);
            at += length;
        }
        return MALFORMED;
    }

    /** Returns the protocol in a result of {@link #skip}. */
    public static int protocol(long walked) {
        return (int) (walked >>> 32);
    }

    /** Returns the offset in a result of {@link #skip}. */
    public static int offset(long walked) {
        return (int) walked;
    }
}
