package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** Walks the extension headers of IPv6 (RFC 8200 4). */
public final class Ipv6Extensions {
    /** The most extension headers that are walked; a longer chain is refused (RFC 8504 5.3). */
    public static final int MAX_HEADERS = 8;

    /** The packet is to be dropped without a word. */
    public static final long MALFORMED = -1;

    private static final int PAD1 = 0;
    /** The bits of an option's type that say what to do if it is unknown; zero is to skip it. */
    private static final int MUST_BE_KNOWN = 0xc0;
    /** Of those bits, the one that asks for a parameter problem; the packet is dropped with or without it. */
    private static final int REPORT = 0x80;

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
     * @return {@link #protocol} and {@link #offset} of where the walk stopped, in one long. Negative if the packet is to be
     *     dropped: {@link #MALFORMED} if the chain is malformed, truncated or too long or has an option that asks to be
     *     dropped, or a {@link #isProblem problem} to be reported: hop-by-hop options elsewhere than at its head (RFC 8200
     *     4.1), an option that asks for it (4.2), a routing header with segments left to visit (4.4)
     */
    public static long skip(ByteBuf b, int offset, int end, int nextHeader) {
        int field = offset;
        int at = offset;
        int type = nextHeader;
        for (int i = 0; i <= MAX_HEADERS; i++) {
            if (!isSkipped(type)) {
                return (long) type << 32 | at;
            }
            if (type == IpProtocol.HOP_BY_HOP && i > 0) {
                return problem(IcmpHeader.V6_CODE_NEXT_HEADER, field);
            }
            int next = next(b, at, end);
            if (next < 0) {
                return MALFORMED;
            }
            if (type == IpProtocol.ROUTING) {
                if (b.getByte(at + 3) != 0) {
                    return problem(IcmpHeader.V6_CODE_FIELD, at + 2);
                }
            } else {
                long options = checkOptions(b, at + 2, next);
                if (options < 0) {
                    return options;
                }
            }
            field = at;
            type = b.getUnsignedByte(at);
            at = next;
        }
        return MALFORMED;
    }

    /** Checks that options are well-formed, and that each may be skipped by a node that does not know it. */
    private static long checkOptions(ByteBuf b, int offset, int end) {
        int at = offset;
        while (at < end) {
            int type = b.getUnsignedByte(at);
            if (type == PAD1) {
                at++;
                continue;
            }
            if ((type & MUST_BE_KNOWN) != 0) {
                return (type & REPORT) != 0 ? problem(IcmpHeader.V6_CODE_OPTION, at) : MALFORMED;
            }
            if (end - at < 2) {
                return MALFORMED;
            }
            at += 2 + b.getUnsignedByte(at + 1);
        }
        return at == end ? 0 : MALFORMED;
    }

    /**
     * Looks for the transport header behind any extension headers, a fragment header included, whatever is in them.
     *
     * @param b the packet
     * @param header where the IPv6 header begins
     * @param end the end of what there is of the packet, at least 40 bytes behind that
     * @return {@link #protocol} and {@link #offset}, which is the end if the packet is another than the first fragment or
     *     ends there; or {@link #MALFORMED} if it ends within a header or has too many
     */
    public static long findTransport(ByteBuf b, int header, int end) {
        int type = Ipv6Header.nextHeader(b, header);
        int at = header + Ipv6Header.LENGTH;
        for (int i = 0; i <= MAX_HEADERS; i++) {
            if (type == IpProtocol.FRAGMENT) {
                if (end - at < Ipv6FragmentHeader.LENGTH) {
                    return MALFORMED;
                }
                type = Ipv6FragmentHeader.nextHeader(b, at);
                if (Ipv6FragmentHeader.fragmentOffset(b, at) != 0) {
                    return (long) type << 32 | end;
                }
                at += Ipv6FragmentHeader.LENGTH;
                continue;
            }
            if (!isSkipped(type)) {
                return (long) type << 32 | at;
            }
            int next = next(b, at, end);
            if (next < 0) {
                return MALFORMED;
            }
            type = b.getUnsignedByte(at);
            at = next;
        }
        return MALFORMED;
    }

    /**
     * Finds the field that says what a header is.
     *
     * @param b the packet
     * @param header where the IPv6 header begins
     * @param target where a header begins to which {@link #skip} came
     * @return the absolute index of the field, in the header before it
     */
    public static int nextHeaderField(ByteBuf b, int header, int target) {
        int field = header + 6;
        int at = header + Ipv6Header.LENGTH;
        while (at < target) {
            field = at;
            at += (b.getUnsignedByte(at + 1) + 1) * 8;
        }
        return field;
    }

    private static boolean isSkipped(int type) {
        return type == IpProtocol.HOP_BY_HOP || type == IpProtocol.ROUTING || type == IpProtocol.DESTINATION_OPTIONS;
    }

    /** Returns where the header behind the one at an index begins, or -1 if that does not lie within the packet. */
    private static int next(ByteBuf b, int at, int end) {
        if (end - at < 8) {
            return -1;
        }
        int length = (b.getUnsignedByte(at + 1) + 1) * 8;
        return end - at < length ? -1 : at + length;
    }

    /** Returns the protocol in a result of {@link #skip}. */
    public static int protocol(long walked) {
        return (int) (walked >>> 32);
    }

    /** Returns the offset in a result of {@link #skip}, or where the problem lies. */
    public static int offset(long walked) {
        return (int) walked;
    }

    /**
     * Makes a result that asks for a parameter problem (RFC 4443 3.4).
     *
     * @param code the message's code
     * @param at the absolute index of what is wrong
     * @return a result of {@link #skip}
     */
    public static long problem(int code, int at) {
        return Long.MIN_VALUE | (long) code << 32 | at;
    }

    /** Tells whether a result of {@link #skip} asks for a parameter problem. */
    public static boolean isProblem(long walked) {
        return walked < 0 && walked != MALFORMED;
    }

    /** Returns the code of a problem. */
    public static int problemCode(long problem) {
        return (int) (problem >>> 32) & 0xff;
    }
}
