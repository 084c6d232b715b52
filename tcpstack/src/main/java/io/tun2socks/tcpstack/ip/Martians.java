package io.tun2socks.tcpstack.ip;

/**
 * Addresses that no packet from the device may have (RFC 1122 3.2.1.3, RFC 6890, RFC 4291 2.5, RFC 4443 2.2).
 *
 * <p>Private, link-local and site-local addresses are as good as any here. A directed broadcast cannot be told from a
 * host's address: the stack does not know the prefixes of its clients.
 */
final class Martians {
    private static final int LOOPBACK = 127;
    private static final int BROADCAST = -1;

    private Martians() {}

    /**
     * Tells whether an IPv4 packet is one that nobody sends, or that nobody must answer.
     *
     * @param source any address
     * @param destination neither multicast nor broadcast
     * @return true for a source of this network (0/8), loopback, multicast, reserved (240/4, broadcast) or equal to the
     *     destination (the "land" attack), and for a destination of this network or loopback. A reserved destination is
     *     let through, as in Linux: pools of stand-in addresses lie there
     */
    static boolean isMartian(int source, int destination) {
        return isThisHostOrNetwork(source)
                || source >>> 28 >= 0xe
                || isThisHostOrNetwork(destination)
                || source == destination;
    }

    /**
     * Tells whether an IPv6 packet is one that nobody sends, or that nobody must answer.
     *
     * @return true for a source that is multicast or equal to the destination, and for a source or destination that is
     *     unspecified, loopback, IPv4-mapped or IPv4-compatible
     */
    static boolean isMartian(long srcHi, long srcLo, long dstHi, long dstLo) {
        return isMulticast(srcHi)
                || embedsIpv4(srcHi, srcLo)
                || embedsIpv4(dstHi, dstLo)
                || (srcHi == dstHi && srcLo == dstLo);
    }

    /** Tells whether an IPv4 destination is multicast (RFC 5771) or the limited broadcast. */
    static boolean isMulticastOrBroadcast(int destination) {
        return destination >>> 28 == 0xe || destination == BROADCAST;
    }

    /** Tells whether an IPv6 address with this upper half is multicast. */
    static boolean isMulticast(long hi) {
        return hi >>> 56 == 0xff;
    }

    private static boolean isThisHostOrNetwork(int address) {
        return address >>> 24 == 0 || address >>> 24 == LOOPBACK;
    }

    /** {@code ::/96}, with {@code ::} and {@code ::1} in it, and {@code ::ffff:0:0/96}. */
    private static boolean embedsIpv4(long hi, long lo) {
        return hi == 0 && (lo >>> 32 == 0 || IpAddress.isIpv4(hi, lo));
    }
}
