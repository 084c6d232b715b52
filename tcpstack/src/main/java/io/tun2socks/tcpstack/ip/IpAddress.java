package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address held as two longs; an IPv4 address is held in its IPv4-mapped form (RFC 4291 2.5.5.2).
 *
 * <p>Because IPv4-mapped addresses never appear on the wire in IPv6 packets that the stack lets in, the two families
 * cannot be confused. Immutable; any thread.
 */
public final class IpAddress {
    private static final long V4_MAPPED_PREFIX = 0x0000_ffff_0000_0000L;

    private final long hi;
    private final long lo;

    private IpAddress(long hi, long lo) {
        this.hi = hi;
        this.lo = lo;
    }

    /**
     * Returns the address made of two halves.
     *
     * @param hi the upper 64 bits
     * @param lo the lower 64 bits
     * @return the address
     */
    public static IpAddress of(long hi, long lo) {
        return new IpAddress(hi, lo);
    }

    /**
     * Returns an IPv4 address.
     *
     * @param bits the 32 bits of the address in network order
     * @return the address
     */
    public static IpAddress ofIpv4(int bits) {
        return new IpAddress(0, lowHalfOfIpv4(bits));
    }

    /**
     * Returns the address in raw form.
     *
     * @param bytes 4 or 16 bytes in network order
     * @return the address
     * @throws IllegalArgumentException if there are not 4 or 16 bytes
     */
    public static IpAddress of(byte[] bytes) {
        if (bytes.length == 4) {
            return ofIpv4((int) bigEndian(bytes, 0, 4));
        }
        if (bytes.length == 16) {
            return new IpAddress(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
        }
        throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length);
    }

    /**
     * Returns the address of a JDK object.
     *
     * @param address an IPv4 or IPv6 address
     * @return the same address
     */
    public static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    /**
     * Parses a literal; never asks a resolver.
     *
     * @param text {@code 192.0.2.1}, {@code 2001:db8::1} or {@code [2001:db8::1]}
     * @return the address, or empty if the text is no IP literal
     */
    public static Optional<IpAddress> parse(String text) {
        return IpLiteral.parse(text);
    }

    /**
     * The lower half of the IPv4-mapped form.
     *
     * @param bits the 32 bits of an IPv4 address
     * @return the value of {@link #lo()} for it; {@link #hi()} is 0
     */
    public static long lowHalfOfIpv4(int bits) {
        return V4_MAPPED_PREFIX | (bits & 0xffff_ffffL);
    }

    /** Returns the upper 64 bits. */
    public long hi() {
        return hi;
    }

    /** Returns the lower 64 bits. */
    public long lo() {
        return lo;
    }

    /** Tells whether this is an IPv4 address. */
    public boolean isIpv4() {
        return isIpv4(hi, lo);
    }

    /**
     * Tells whether two halves are an IPv4 address.
     *
     * @param hi the upper 64 bits
     * @param lo the lower 64 bits
     * @return whether they are the IPv4-mapped form
     */
    public static boolean isIpv4(long hi, long lo) {
        return hi == 0 && (lo & 0xffff_ffff_0000_0000L) == V4_MAPPED_PREFIX;
    }

    /** Returns 4 or 16 bytes in network order. */
    public byte[] toBytes() {
        byte[] bytes = new byte[isIpv4() ? 4 : 16];
        if (bytes.length == 4) {
            putBigEndian(bytes, 0, 4, lo);
        } else {
            putBigEndian(bytes, 0, 8, hi);
            putBigEndian(bytes, 8, 8, lo);
        }
        return bytes;
    }

    /**
     * Appends the 4 or 16 bytes of the address in network order.
     *
     * @param out the buffer written to
     */
    public void writeTo(ByteBuf out) {
        if (isIpv4()) {
            out.writeInt((int) lo);
        } else {
            out.writeLong(hi).writeLong(lo);
        }
    }

    /** Returns the JDK's form of the address. */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are always accepted", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress address && address.hi == hi && address.lo == lo;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hi * 31 + lo);
    }

    /** Returns the address as text; IPv6 in the form of RFC 5952. */
    @Override
    public String toString() {
        return IpLiteral.format(this);
    }

    private static long bigEndian(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | (bytes[offset + i] & 0xff);
        }
        return value;
    }

    private static void putBigEndian(byte[] bytes, int offset, int length, long value) {
        for (int i = 0; i < length; i++) {
            bytes[offset + i] = (byte) (value >>> (8 * (length - 1 - i)));
        }
    }
}
