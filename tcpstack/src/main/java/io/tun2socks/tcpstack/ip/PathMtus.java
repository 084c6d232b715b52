package io.tun2socks.tcpstack.ip;

import java.util.random.RandomGenerator;

/**
 * What routers between the device and clients said of the packets that fit (RFC 1191, RFC 8201), by client address.
 *
 * <p>A table of fixed size in which a client may displace another; what is forgotten is learnt again. Confined to the
 * stack's thread.
 */
public final class PathMtus {
    /** The least that is used for IPv4, as in Linux; where less was reported, routers are let to fragment. */
    public static final int MIN_IPV4 = 552;
    /** The least MTU that IPv6 knows; a report of less is not to be believed (RFC 8201 4). */
    public static final int MIN_IPV6 = 1280;
    /** RFC 791 3.1: every module forwards this much; a report of less is nonsense. */
    private static final int MIN_FORWARDED_IPV4 = 68;

    /** After this long a larger packet is tried again (RFC 1191 6.3, RFC 8201 4: 10 minutes). */
    public static final long LIFETIME_NANOS = 600_000_000_000L;

    private static final int SLOTS = 512;
    /** RFC 1191 7.1, table 7-1. */
    private static final int[] PLATEAUS = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

    private final int deviceMtu;
    private final long seed;
    /** Two longs of address, and the MTU reported; made when first needed. */
    private long[] addresses;

    private int[] mtus;
    private long[] since;
    private long nowNanos;

    /**
     * Makes an empty table.
     *
     * @param deviceMtu the MTU where nothing else is known, and the most
     * @param random for the hash seed
     */
    public PathMtus(int deviceMtu, RandomGenerator random) {
        this.deviceMtu = deviceMtu;
        this.seed = random.nextLong();
    }

    /** Sets the time of the event that is being handled. */
    public void now(long now) {
        nowNanos = now;
    }

    /**
     * Returns the longest packet to send to a client.
     *
     * @return bytes, IP header included
     */
    public int mtu(long clientHi, long clientLo) {
        int reported = reported(clientHi, clientLo);
        return reported == 0 ? deviceMtu : Math.max(reported, minimum(clientHi, clientLo));
    }

    /**
     * Tells whether routers must be let to fragment an IPv4 packet, because we make none that small.
     *
     * @param length the packet's length
     * @return whether DF is not to be set
     */
    public boolean exceedsLeast(long clientHi, long clientLo, int length) {
        int reported = reported(clientHi, clientLo);
        return reported != 0 && reported < MIN_IPV4 && length > reported;
    }

    /**
     * Makes sense of a report.
     *
     * @param ipv4 the family
     * @param mtu what the router said; 0 in a message of before RFC 1191
     * @param length the length of the packet that did not fit
     * @return the path's MTU, or 0 if the report is not to be believed
     */
    public static int plausible(boolean ipv4, long mtu, int length) {
        if (!ipv4) {
            return mtu < MIN_IPV6 || mtu > 65535 ? 0 : (int) mtu;
        }
        if (mtu == 0) {
            for (int plateau : PLATEAUS) {
                if (plateau < length) {
                    return plateau;
                }
            }
        }
        return mtu < MIN_FORWARDED_IPV4 || mtu > 65535 ? 0 : (int) mtu;
    }

    /**
     * Takes a report that has been found genuine; one that does not lower what is known changes nothing.
     *
     * @param mtu of {@link #plausible}, not 0
     */
    public void reduce(long clientHi, long clientLo, int mtu) {
        if (mtu >= mtu(clientHi, clientLo)) {
            return;
        }
        if (addresses == null) {
            addresses = new long[2 * SLOTS];
            mtus = new int[SLOTS];
            since = new long[SLOTS];
        }
        int slot = slot(clientHi, clientLo);
        addresses[2 * slot] = clientHi;
        addresses[2 * slot + 1] = clientLo;
        mtus[slot] = mtu;
        since[slot] = nowNanos;
    }

    private int reported(long hi, long lo) {
        if (addresses == null) {
            return 0;
        }
        int slot = slot(hi, lo);
        boolean known = mtus[slot] != 0 && addresses[2 * slot] == hi && addresses[2 * slot + 1] == lo;
        return known && nowNanos - since[slot] < LIFETIME_NANOS ? mtus[slot] : 0;
    }

    private int slot(long hi, long lo) {
        long h = (seed ^ hi) * 0x9e3779b97f4a7c15L;
        h = (h ^ h >>> 32 ^ lo) * 0xff51afd7ed558ccdL;
        return (int) (h >>> 32) & (SLOTS - 1);
    }

    private static int minimum(long hi, long lo) {
        return IpAddress.isIpv4(hi, lo) ? MIN_IPV4 : MIN_IPV6;
    }
}
