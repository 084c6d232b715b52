package io.tun2socks.rules.set;

import static io.tun2socks.rules.set.CidrSet.flip;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Builds a {@link CidrSet} from blocks and ranges in any order. One thread. */
public final class CidrSetBuilder {
    /** First and last address in one, first in the upper half; the sign exchanged. */
    private long[] ranges4 = new long[16];

    private int count4;
    private int size;
    private final List<Range6> ranges6 = new ArrayList<>();

    /** An IPv6 range with the signs of the halves exchanged. */
    private record Range6(long firstHigh, long firstLow, long lastHigh, long lastLow) {
        private static final Comparator<Range6> ORDER =
                Comparator.comparingLong(Range6::firstHigh).thenComparingLong(Range6::firstLow);

        /** Whether the next range, which begins no earlier, overlaps or touches this one. */
        boolean meets(Range6 next) {
            if (next.firstHigh < lastHigh || (next.firstHigh == lastHigh && next.firstLow <= lastLow)) {
                return true;
            }
            return lastLow == Long.MAX_VALUE
                    ? lastHigh != Long.MAX_VALUE && next.firstHigh == lastHigh + 1 && next.firstLow == Long.MIN_VALUE
                    : next.firstHigh == lastHigh && next.firstLow == lastLow + 1;
        }

        Range6 with(Range6 next) {
            boolean longer = next.lastHigh > lastHigh || (next.lastHigh == lastHigh && next.lastLow > lastLow);
            return longer ? new Range6(firstHigh, firstLow, next.lastHigh, next.lastLow) : this;
        }
    }

    private static final long MAPPED_FIRST = 0x0000_ffff_0000_0000L;
    private static final long MAPPED_LAST = 0x0000_ffff_ffff_ffffL;

    /** Begins an empty set. */
    public CidrSetBuilder() {}

    /**
     * Adds a block.
     *
     * @param cidr the block
     */
    public void add(Cidr cidr) {
        Ip first = cidr.base();
        size++;
        int host = first.bits() - cidr.prefixLength();
        if (first.isV4()) {
            add4(first.low(), first.low() | ((1L << host) - 1));
            return;
        }
        long high = host <= 64 ? first.high() : first.high() | (host == 128 ? -1L : (1L << (host - 64)) - 1);
        long low = host >= 64 ? -1L : first.low() | ((1L << host) - 1);
        add6(first.high(), first.low(), high, low);
    }

    /**
     * Adds a range.
     *
     * @param first the first address
     * @param last the last address, itself in the range
     * @throws IllegalArgumentException if the families differ or the last address is before the first
     */
    public void addRange(Ip first, Ip last) {
        boolean ordered = first.isV4() == last.isV4()
                && (first.high() == last.high()
                        ? Long.compareUnsigned(first.low(), last.low()) <= 0
                        : Long.compareUnsigned(first.high(), last.high()) < 0);
        if (!ordered) {
            throw new IllegalArgumentException(first + " to " + last + " is no range of addresses");
        }
        size++;
        if (first.isV4()) {
            add4(first.low(), last.low());
        } else {
            add6(first.high(), first.low(), last.high(), last.low());
        }
    }

    /** Returns how many blocks and ranges have been added. */
    public int size() {
        return size;
    }

    /**
     * Ends the set.
     *
     * @return the set, whose size counts what was added, before ranges were merged
     */
    public CidrSet build() {
        long[] merged4 = merge4();
        int[] first4 = new int[merged4.length];
        int[] last4 = new int[merged4.length];
        for (int i = 0; i < merged4.length; i++) {
            first4[i] = (int) (merged4[i] >>> 32) ^ Integer.MIN_VALUE;
            last4[i] = (int) merged4[i] ^ Integer.MIN_VALUE;
        }
        List<Range6> merged6 = merge6();
        long[] first6 = new long[2 * merged6.size()];
        long[] last6 = new long[2 * merged6.size()];
        for (int i = 0; i < merged6.size(); i++) {
            Range6 range = merged6.get(i);
            first6[2 * i] = range.firstHigh();
            first6[2 * i + 1] = range.firstLow();
            last6[2 * i] = range.lastHigh();
            last6[2 * i + 1] = range.lastLow();
        }
        return new CidrSet(first4, last4, first6, last6, size);
    }

    private void add4(long first, long last) {
        if (count4 == ranges4.length) {
            ranges4 = Arrays.copyOf(ranges4, count4 * 2);
        }
        ranges4[count4++] = flip((first << 32) | last);
    }

    /** Leaves out the IPv4-mapped addresses: what is written so in a flow is an IPv4 address (see {@link Ip}). */
    private void add6(long firstHigh, long firstLow, long lastHigh, long lastLow) {
        boolean beginsBefore = firstHigh == 0 && Long.compareUnsigned(firstLow, MAPPED_FIRST) < 0;
        boolean endsBehind = lastHigh != 0 || Long.compareUnsigned(lastLow, MAPPED_FIRST) >= 0;
        if (!beginsBefore || !endsBehind) {
            keep6(firstHigh, firstLow, lastHigh, lastLow);
            return;
        }
        keep6(firstHigh, firstLow, 0, MAPPED_FIRST - 1);
        if (lastHigh != 0 || Long.compareUnsigned(lastLow, MAPPED_LAST) > 0) {
            keep6(0, MAPPED_LAST + 1, lastHigh, lastLow);
        }
    }

    private void keep6(long firstHigh, long firstLow, long lastHigh, long lastLow) {
        ranges6.add(new Range6(flip(firstHigh), flip(firstLow), flip(lastHigh), flip(lastLow)));
    }

    /** Returns merged ranges with their own signs. */
    private long[] merge4() {
        Arrays.sort(ranges4, 0, count4);
        long[] merged = new long[count4];
        int count = 0;
        for (int i = 0; i < count4; i++) {
            long range = flip(ranges4[i]);
            long last = range & 0xffff_ffffL;
            if (count > 0 && range >>> 32 <= (merged[count - 1] & 0xffff_ffffL) + 1) {
                long lastSoFar = merged[count - 1] & 0xffff_ffffL;
                merged[count - 1] = (merged[count - 1] & ~0xffff_ffffL) | Math.max(last, lastSoFar);
            } else {
                merged[count++] = range;
            }
        }
        return Arrays.copyOf(merged, count);
    }

    private List<Range6> merge6() {
        ranges6.sort(Range6.ORDER);
        List<Range6> merged = new ArrayList<>();
        for (Range6 range : ranges6) {
            int at = merged.size() - 1;
            if (at >= 0 && merged.get(at).meets(range)) {
                merged.set(at, merged.get(at).with(range));
            } else {
                merged.add(range);
            }
        }
        return merged;
    }
}
