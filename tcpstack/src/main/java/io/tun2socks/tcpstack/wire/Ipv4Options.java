package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** Walks the options of IPv4 (RFC 791 3.1); none is acted on. */
public final class Ipv4Options {
    /** All options may be skipped. */
    public static final int PASSABLE = 0;
    /** There is a loose or strict source route. */
    public static final int SOURCE_ROUTED = -1;

    private static final int END = 0;
    private static final int NOP = 1;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int STRICT_SOURCE_ROUTE = 137;

    private Ipv4Options() {}

    /**
     * Checks the options.
     *
     * @param b the packet
     * @param header where the IPv4 header begins
     * @param headerLength its length, options included
     * @return {@link #PASSABLE}, {@link #SOURCE_ROUTED}, or else where in the header a malformed option begins
     */
    public static int check(ByteBuf b, int header, int headerLength) {
        int at = Ipv4Header.LENGTH;
        while (at < headerLength) {
            int type = b.getUnsignedByte(header + at);
            if (type == END) {
                return PASSABLE;
            }
            if (type == NOP) {
                at++;
                continue;
            }
            if (headerLength - at < 2) {
                return at;
            }
            int length = b.getUnsignedByte(header + at + 1);
            if (length < 2 || length > headerLength - at) {
                return at;
            }
            if (type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE) {
                return SOURCE_ROUTED;
            }
            at += length;
        }
        return PASSABLE;
    }
}
