package io.tun2socks.rules.model;

import java.util.Optional;

/**
 * A block of addresses.
 *
 * @param base the first address of the block; other bits of what was written are dropped
 * @param prefixLength 0 to 32, or 0 to 128
 */
public record Cidr(Ip base, int prefixLength) {
    /** Clears the bits behind the prefix. */
    public Cidr {
        if (prefixLength < 0 || prefixLength > base.bits()) {
            throw new IllegalArgumentException(
                    "a prefix length of " + prefixLength + " is not within 0 to " + base.bits());
        }
        base = masked(base, prefixLength);
    }

    /**
     * Reads {@code 10.0.0.0/8} or {@code 2001:db8::/32}.
     *
     * @param text the text
     * @return the block, or nothing if the text is none; a bare address is none either
     */
    public static Optional<Cidr> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || text.length() - slash < 2 || text.length() - slash > 4 || text.indexOf('%') >= 0) {
            return Optional.empty();
        }
        int length = 0;
        for (int i = slash + 1; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            boolean leadingZero = i == slash + 2 && length == 0;
            if (digit < 0 || digit > 9 || leadingZero) {
                return Optional.empty();
            }
            length = length * 10 + digit;
        }
        int prefix = length;
        boolean mapped = text.indexOf(':') >= 0;
        return Ip.parse(text.substring(0, slash)).flatMap(ip -> {
            // A prefix written for the IPv4-mapped form counts the 96 bits before the address.
            int bits = mapped && ip.isV4() ? prefix - 96 : prefix;
            return bits < 0 || bits > ip.bits() ? Optional.empty() : Optional.of(new Cidr(ip, bits));
        });
    }

    /**
     * Tells whether an address is in the block.
     *
     * @param ip the address
     * @return whether it is of the same family and has the prefix
     */
    public boolean contains(Ip ip) {
        if (ip.isV4() != base.isV4()) {
            return false;
        }
        int host = base.bits() - prefixLength;
        if (host >= 64) {
            return host == 128 || (ip.high() ^ base.high()) >>> (host - 64) == 0;
        }
        return ip.high() == base.high() && (ip.low() ^ base.low()) >>> host == 0;
    }

    /** Returns {@code 10.0.0.0/8}. */
    @Override
    public String toString() {
        return base + "/" + prefixLength;
    }

    private static Ip masked(Ip ip, int prefixLength) {
        int host = ip.bits() - prefixLength;
        if (ip.isV4()) {
            return Ip.v4((int) (ip.low() >>> host << host));
        }
        long high = host >= 128 ? 0 : host > 64 ? ip.high() >>> (host - 64) << (host - 64) : ip.high();
        long low = host >= 64 ? 0 : ip.low() >>> host << host;
        return Ip.of(high, low);
    }
}
