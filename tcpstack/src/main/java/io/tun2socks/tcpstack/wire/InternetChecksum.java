package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071). Sums are carried as longs that hold unfolded 16-bit words in network order; they
 * may be added freely, and are folded at the end.
 */
public final class InternetChecksum {
    /**
     * From here on the sum is taken from the NIO buffer: the accessors of a ByteBuf are virtual, and where several classes
     * of buffers pass they cost several times what the sum does.
     */
    private static final int NIO_LENGTH = 64;

    private InternetChecksum() {}

    /**
     * Sums a region that begins at an even position of the checksummed whole.
     *
     * @param b the buffer; no other thread may use it, or another view of its memory, at the same time
     * @param offset the absolute index of the first byte
     * @param length the number of bytes, at most 2^24; an odd last byte is padded with zero
     * @return the unfolded sum
     */
    public static long sum(ByteBuf b, int offset, int length) {
        return length >= NIO_LENGTH && b.nioBufferCount() == 1
                ? sumNio(b.internalNioBuffer(offset, length), length)
                : sumByAccessors(b, offset, length);
    }

    private static long sumByAccessors(ByteBuf b, int offset, int length) {
        long sum = 0;
        int at = offset;
        int end = offset + (length & ~7);
        for (; at < end; at += 8) {
            sum += halves(b.getLong(at));
        }
        int rest = length & 7;
        if ((rest & 4) != 0) {
            sum += b.getUnsignedInt(at);
            at += 4;
        }
        if ((rest & 2) != 0) {
            sum += b.getUnsignedShort(at);
            at += 2;
        }
        if ((rest & 1) != 0) {
            sum += (long) b.getUnsignedByte(at) << 8;
        }
        return sum;
    }

    /** Sums words of swapped bytes, and swaps the sum instead (RFC 1071 2 (B)): the loop is loads and additions only. */
    private static long sumNio(ByteBuffer n, int length) {
        // Netty lends its own object here, so it gets it back as it was.
        ByteOrder order = n.order();
        n.order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        int at = n.position();
        int end = at + (length & ~7);
        for (; at < end; at += 8) {
            sum += halves(n.getLong(at));
        }
        int rest = length & 7;
        if ((rest & 4) != 0) {
            sum += Integer.toUnsignedLong(n.getInt(at));
            at += 4;
        }
        if ((rest & 2) != 0) {
            sum += Short.toUnsignedLong(n.getShort(at));
            at += 2;
        }
        if ((rest & 1) != 0) {
            sum += Byte.toUnsignedLong(n.get(at));
        }
        n.order(order);
        return swapped(sum);
    }

    /**
     * Sums a region that may begin at an odd position of the checksummed whole.
     *
     * @param b the buffer
     * @param offset the absolute index of the first byte
     * @param length the number of bytes
     * @param position where in the whole the region begins; only its parity counts
     * @return the unfolded sum
     */
    public static long sumAt(ByteBuf b, int offset, int length, int position) {
        long sum = sum(b, offset, length);
        return (position & 1) == 0 ? sum : swapped(sum);
    }

    private static long swapped(long sum) {
        return Short.toUnsignedLong(Short.reverseBytes((short) fold(sum)));
    }

    /**
     * Folds a sum to 16 bits, without complementing it.
     *
     * @param sum an unfolded sum
     * @return 0 to 0xffff
     */
    public static int fold(long sum) {
        long s = (sum >>> 32) + (sum & 0xffff_ffffL);
        s = (s >>> 32) + (s & 0xffff_ffffL);
        s = (s >>> 16) + (s & 0xffff);
        s = (s >>> 16) + (s & 0xffff);
        s = (s >>> 16) + (s & 0xffff);
        return (int) s;
    }

    /**
     * Finishes a checksum of IP, TCP or ICMP; see {@link #finishUdp} for UDP.
     *
     * @param sum an unfolded sum
     * @return the value for the checksum field
     */
    public static int finish(long sum) {
        return ~fold(sum) & 0xffff;
    }

    /**
     * Finishes a checksum of UDP, where zero would mean that there is none (RFC 768, RFC 8200 8.1).
     *
     * @param sum an unfolded sum
     * @return the value for the checksum field, 1 to 0xffff
     */
    public static int finishUdp(long sum) {
        int checksum = finish(sum);
        return checksum == 0 ? 0xffff : checksum;
    }

    /**
     * Sums the pseudo-header of a transport checksum (RFC 9293 3.1, RFC 8200 8.1).
     *
     * @param srcHi source address, upper half (0 for IPv4)
     * @param srcLo source address, lower half (IPv4-mapped for IPv4)
     * @param dstHi destination address, upper half
     * @param dstLo destination address, lower half
     * @param protocol the protocol number
     * @param length transport header and payload in bytes
     * @return the unfolded sum
     */
    public static long pseudoHeader(long srcHi, long srcLo, long dstHi, long dstLo, int protocol, int length) {
        // The IPv4-mapped form differs from the bare address by 0xffff, which is zero in one's complement.
        return halves(srcHi) + halves(srcLo) + halves(dstHi) + halves(dstLo) + protocol + length;
    }

    /** Two halves of 32 bits cannot overflow a long within 2^24 bytes, so that carries need no handling. */
    private static long halves(long value) {
        return (value >>> 32) + (value & 0xffff_ffffL);
    }
}
