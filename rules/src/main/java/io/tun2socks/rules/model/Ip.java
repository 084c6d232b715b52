package io.tun2socks.rules.model;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address as the rules see it: two longs and the family. An IPv4-mapped IPv6 address (RFC 4291 2.5.5.2)
 * is the IPv4 address that it holds; a zone is not kept. Immutable; any thread.
 */
public final class Ip {
    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    private final long high;
    private final long low;
    private final boolean v4;

    private Ip(long high, long low, boolean v4) {
        this.high = high;
        this.low = low;
        this.v4 = v4;
    }

    /**
     * Returns an IPv4 address.
     *
     * @param bits the 32 bits in network order
     * @return the address
     */
    public static Ip v4(int bits) {
        return new Ip(0, bits & 0xffff_ffffL, true);
    }

    /**
     * Returns the address made of 128 bits.
     *
     * @param high the upper 64 bits
     * @param low the lower 64 bits
     * @return the IPv6 address, or the IPv4 address if it is IPv4-mapped
     */
    public static Ip of(long high, long low) {
        return high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED ? v4((int) low) : new Ip(high, low, false);
    }

    /**
     * Returns the address in raw form.
     *
     * @param bytes 4 or 16 bytes in network order
     * @return the address
     * @throws IllegalArgumentException if there are not 4 or 16 bytes
     */
    public static Ip of(byte[] bytes) {
        if (bytes.length == 4) {
            return v4((int) bigEndian(bytes, 0, 4));
        }
        if (bytes.length == 16) {
            return of(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
        }
        throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length);
    }

    /**
     * Reads a literal.
     *
     * @param text dotted decimal, or an IPv6 literal as in RFC 4291 2.2, without brackets; a zone is dropped
     * @return the address, or nothing if the text is no literal
     */
    public static Optional<Ip> parse(String text) {
        return Optional.ofNullable(IpText.parse(text));
    }

    /**
     * Reads a literal that is known to be one.
     *
     * @param text as for {@link #parse}
     * @return the address
     * @throws IllegalArgumentException if it is none
     */
    public static Ip literal(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not an IP address"));
    }

    /** Returns whether this is an IPv4 address. */
    public boolean isV4() {
        return v4;
    }

    /** Returns the upper 64 bits; 0 for IPv4. */
    public long high() {
        return high;
    }

    /** Returns the lower 64 bits; for IPv4 the address in the lower 32 of them. */
    public long low() {
        return low;
    }

    /** Returns 32 or 128. */
    public int bits() {
        return v4 ? 32 : 128;
    }

    /** Returns the 4 or 16 bytes in network order. */
    public byte[] toBytes() {
        byte[] bytes = new byte[v4 ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) ((fromEnd < 8 ? low : high) >>> ((fromEnd & 7) * 8));
        }
        return bytes;
    }

    /** Returns the JDK's object of this address. */
    public InetAddress toInetAddress() {
        try {
            return v4 ? InetAddress.getByAddress(toBytes()) : Inet6Address.getByAddress(null, toBytes(), -1);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are always accepted", e);
        }
    }

    /**
     * Tells whether the address is what GEOIP,LAN stands for: private (RFC 1918, RFC 4193), unspecified, loopback,
     * multicast or link-local.
     *
     * @return whether it is local
     */
    public boolean isLan() {
        if (!v4) {
            return (high == 0 && (low == 0 || low == 1))
                    || high >>> 56 == 0xff
                    || high >>> 54 == 0xfe80 >>> 6
                    || high >>> 57 == 0xfc >>> 1;
        }
        int first = (int) (low >>> 24);
        int second = (int) (low >>> 16) & 0xff;
        return low == 0
                || first == 10
                || first == 127
                || first >>> 4 == 0xe
                || (first == 172 && second >>> 4 == 1)
                || (first == 192 && second == 168)
                || (first == 169 && second == 254);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ip ip && ip.high == high && ip.low == low && ip.v4 == v4;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high * 31 + low) + (v4 ? 1 : 0);
    }

    /** Returns dotted decimal, or the form of RFC 5952. */
    @Override
    public String toString() {
        return IpText.format(this);
    }

    private static long bigEndian(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return value;
    }
}
