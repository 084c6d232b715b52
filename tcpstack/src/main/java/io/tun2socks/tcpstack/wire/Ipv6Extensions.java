package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** Walks the extension headers of IPv6 (RFC 8200 4). */
public final class Ipv6Extensions {
    /** The most extension headers that are walked; a longer chain is refused. */
    public static final int MAX_HEADERS = 8;

    private static final long MALFORMED = -1;
    private static final int PAD1 = 0;
    /** The bits of an option's type that say what to do if it is unknown; zero is to skip it. */
    private static final int MUST_BE_KNOWN = 0xc0;

    private Ipv6Extensions() {}

    /**
     * Skips hop-by-hop, routing and destination options; stops at anything else, a fragment header included.
     *
     * <p>No option is acted on, so that one whose type asks for it makes the packet one to discard (RFC 8200 4.2).
     *
     * @param b the packet
     * @param offset where the first header after the IPv6 header begins
     * @param end the end of the packet
     * @param nextHeader the type of that first header
     * @return {@link #protocol} and {@link #offset} of where the walk stopped, in one long; negative if the chain is
     *     malformed, truncated, too long or to be discarded, has hop-by-hop options elsewhere than at its head
     *     (RFC 8200 4.1), or a routing header with segments left to visit
     */
    public static long skip(ByteBuf b, int offset, int end, int nextHeader) {
        int at = offset;
        int type = nextHeader;
        for (int i = 0; i <= MAX_HEADERS; i++) {
            if (type != IpProtocol.HOP_BY_HOP && type != IpProtocol.ROUTING && type != IpProtocol.DESTINATION_OPTIONS) {
                return (long) type << 32 | at;
            }
            if (end - at < 8 || (type == IpProtocol.HOP_BY_HOP && i > 0)) {
                return MALFORMED;
            }
            int length = (b.getUnsignedByte(at + 1) + 1) * 8;
            if (end - at < length) {
                return MALFORMED;
            }
            boolean passable =
                    type == IpProtocol.ROUTING ? b.getByte(at + 3) == 0 : optionsPassable(b, at + 2, at + length);
            if (!passable) {
                return MALFORMED;
            }
            type = b.getUnsignedByte(at);
            at += length;
        }
        return MALFORMED;
    }

    /** Tells whether options are well-formed, and each may be skipped by a node that does not know it. */
    private static boolean optionsPassable(ByteBuf b, int offset, int end) {
        int at = offset;
        while (at < end) {
            int type = b.getUnsignedByte(at);
            if (type == PAD1) {
                at++;
                continue;
            }
            if ((type & MUST_BE_KNOWN) != 0 || end - at < 2) {
                return false;
            }
            at += 2 + b.getUnsignedByte(at + 1);
        }
        return at == end;
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
