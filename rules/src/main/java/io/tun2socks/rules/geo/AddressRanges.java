package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.AddressMatcher;
import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Address blocks, merged into sorted ranges that are searched by halving. 8 bytes per IPv4 range, 32 per IPv6 one. */
final class AddressRanges implements AddressMatcher {
    private final int size;
    /** First and last address of each IPv4 range, in turn, so that one search finds the range. */
    private final int[] v4;
    /** First and last address of each IPv6 range, in turn, each as upper and lower half. */
    private final long[] v6;

    private AddressRanges(int size, int[] v4, long[] v6) {
        this.size = size;
        this.v4 = v4;
        this.v6 = v6;
    }

    @Override
    public boolean matches(Ip ip) {
        return ip.isV4() ? matchesV4((int) ip.low()) : matchesV6(ip.high(), ip.low());
    }

    @Override
    public int size() {
        return size;
    }

    /** Returns how many ranges are left after merging. */
    int ranges() {
        return v4.length / 2 + v6.length / 4;
    }

    private boolean matchesV4(int address) {
        int from = 0;
        int to = v4.length / 2;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (Integer.compareUnsigned(v4[2 * middle + 1], address) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from < v4.length / 2 && Integer.compareUnsigned(v4[2 * from], address) <= 0;
    }

    private boolean matchesV6(long high, long low) {
        int from = 0;
        int to = v6.length / 4;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (compare(v6[4 * middle + 2], v6[4 * middle + 3], high, low) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from < v6.length / 4 && compare(v6[4 * from], v6[4 * from + 1], high, low) <= 0;
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        int upper = Long.compareUnsigned(high, otherHigh);
        return upper != 0 ? upper : Long.compareUnsigned(low, otherLow);
    }

    /** Collects blocks. Not thread-safe. */
    static final class Builder {
        private final List<Cidr> v4 = new ArrayList<>();
        private final List<Cidr> v6 = new ArrayList<>();

        void add(Cidr block) {
            (block.base().isV4() ? v4 : v6).add(block);
        }

        AddressRanges build() {
            return new AddressRanges(v4.size() + v6.size(), mergedV4(), mergedV6());
        }

        private int[] mergedV4() {
            v4.sort(Comparator.comparingLong(block -> block.base().low()));
            int[] merged = new int[2 * v4.size()];
            int length = 0;
            for (Cidr block : v4) {
                long first = block.base().low();
                long last = first | (0xffff_ffffL >>> block.prefixLength());
                long end = length == 0 ? -2 : merged[length - 1] & 0xffff_ffffL;
                if (first > end + 1) {
                    merged[length] = (int) first;
                    merged[length + 1] = (int) last;
                    length += 2;
                } else if (last > end) {
                    merged[length - 1] = (int) last;
                }
            }
            return Arrays.copyOf(merged, length);
        }

        private long[] mergedV6() {
            v6.sort((a, b) -> compare(
                    a.base().high(), a.base().low(), b.base().high(), b.base().low()));
            long[] merged = new long[4 * v6.size()];
            int length = 0;
            for (Cidr block : v6) {
                long high = block.base().high();
                long low = block.base().low();
                int prefix = block.prefixLength();
                long lastHigh = prefix >= 64 ? high : high | (-1L >>> prefix);
                long lastLow = prefix <= 64 ? -1L : prefix == 128 ? low : low | (-1L >>> (prefix - 64));
                if (length == 0 || !touches(merged, length, high, low)) {
                    merged[length] = high;
                    merged[length + 1] = low;
                    merged[length + 2] = lastHigh;
                    merged[length + 3] = lastLow;
                    length += 4;
                } else if (compare(lastHigh, lastLow, merged[length - 2], merged[length - 1]) > 0) {
                    merged[length - 2] = lastHigh;
                    merged[length - 1] = lastLow;
                }
            }
            return Arrays.copyOf(merged, length);
        }

        /** Tells whether an address lies in the last range or directly behind it. */
        private static boolean touches(long[] merged, int length, long high, long low) {
            long endHigh = merged[length - 2];
            long endLow = merged[length - 1];
            long nextHigh = endLow == -1L ? endHigh + 1 : endHigh;
            // Behind the highest address there is none, and everything is before it.
            return compare(high, low, endHigh, endLow) <= 0 || compare(high, low, nextHigh, endLow + 1) == 0;
        }
    }
}
