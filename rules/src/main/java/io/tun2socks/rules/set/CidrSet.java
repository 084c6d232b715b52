package io.tun2socks.rules.set;

import io.tun2socks.rules.model.AddressMatcher;
import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.util.function.Consumer;

/**
 * A set of addresses as ranges that neither overlap nor touch: 8 bytes for each of IPv4, 32 for each of IPv6. Immutable;
 * any thread; a question is one binary search.
 */
public final class CidrSet implements AddressMatcher {
    /** Sees the ranges of a set. */
    @FunctionalInterface
    public interface RangeVisitor {
        /**
         * Sees one range.
         *
         * @param first the first address
         * @param last the last address, itself in the range, of the same family
         */
        void range(Ip first, Ip last);
    }

    /** IPv4, with the sign exchanged so that the order of ints is that of addresses. */
    private final int[] first4;

    private final int[] last4;

    /** IPv6: upper and lower half of each address in turn, with the sign exchanged. */
    private final long[] first6;

    private final long[] last6;
    private final int size;

    CidrSet(int[] first4, int[] last4, long[] first6, long[] last6, int size) {
        this.first4 = first4;
        this.last4 = last4;
        this.first6 = first6;
        this.last6 = last6;
        this.size = size;
    }

    @Override
    public boolean matches(Ip ip) {
        return ip.isV4() ? matches4((int) ip.low() ^ Integer.MIN_VALUE) : matches6(flip(ip.high()), flip(ip.low()));
    }

    @Override
    public int size() {
        return size;
    }

    /** Returns how many ranges the entries have been merged to. */
    public int ranges() {
        return first4.length + first6.length / 2;
    }

    /** Returns how many bytes of heap the set takes, about a hundred for headers not counted. */
    public int bytes() {
        return 8 * first4.length + 16 * first6.length;
    }

    /**
     * Shows the ranges in ascending order, IPv4 first.
     *
     * @param visitor sees each once
     */
    public void visit(RangeVisitor visitor) {
        for (int i = 0; i < first4.length; i++) {
            visitor.range(Ip.v4(first4[i] ^ Integer.MIN_VALUE), Ip.v4(last4[i] ^ Integer.MIN_VALUE));
        }
        for (int i = 0; i < first6.length; i += 2) {
            visitor.range(Ip.of(flip(first6[i]), flip(first6[i + 1])), Ip.of(flip(last6[i]), flip(last6[i + 1])));
        }
    }

    /**
     * Shows the set as the fewest blocks, in ascending order, IPv4 first.
     *
     * @param consumer gets each once
     */
    public void forEach(Consumer<Cidr> consumer) {
        visit((first, last) -> Blocks.of(first, last, consumer));
    }

    private boolean matches4(int address) {
        int low = 0;
        int high = first4.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (first4[middle] <= address) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high >= 0 && address <= last4[high];
    }

    private boolean matches6(long upper, long lower) {
        int low = 0;
        int high = first6.length / 2 - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long first = first6[2 * middle];
            if (first < upper || (first == upper && first6[2 * middle + 1] <= lower)) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high >= 0 && (upper < last6[2 * high] || (upper == last6[2 * high] && lower <= last6[2 * high + 1]));
    }

    static long flip(long half) {
        return half ^ Long.MIN_VALUE;
    }
}
