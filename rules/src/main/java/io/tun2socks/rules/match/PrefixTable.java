package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the blocks of one family that an address is in. Blocks nest or are apart, so they cut the addresses into segments,
 * each with an innermost block, and each block knows the next one around it: a binary search, then some steps outwards.
 */
final class PrefixTable {
    private static final int NOTHING = -1;

    /** The upper halves of the first addresses of the segments, with the sign bit turned so that they sort; rising. */
    private final long[] high;

    /** Their lower halves in the same form; null if all are 0. */
    private final long[] low;

    private final int[] innermost;
    private final int[] around;
    private final int[] values;

    private PrefixTable(Sweep sweep) {
        high = Arrays.copyOf(sweep.high, sweep.segments);
        low = sweep.isLowUsed() ? Arrays.copyOf(sweep.low, sweep.segments) : null;
        innermost = Arrays.copyOf(sweep.innermost, sweep.segments);
        around = Arrays.copyOf(sweep.around, sweep.blocks);
        values = Arrays.copyOf(sweep.values, sweep.blocks);
    }

    /** Returns the lowest rule in the bounds whose block an address is in and that holds for the flow, or the limit. */
    int first(Postings postings, Ip ip, FlowMetadata flow, int from, int limit) {
        int segment = low == null ? Sorted.floor(high, sortable(upper(ip))) : segment(ip);
        int best = limit;
        for (int block = segment < 0 ? NOTHING : innermost[segment]; block != NOTHING; block = around[block]) {
            best = postings.first(values[block], flow, from, best);
        }
        return best;
    }

    private int segment(Ip ip) {
        long upper = sortable(upper(ip));
        long lower = sortable(lower(ip));
        int start = 0;
        int end = high.length;
        while (start < end) {
            int middle = (start + end) >>> 1;
            if (high[middle] < upper || (high[middle] == upper && low[middle] <= lower)) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        return start - 1;
    }

    /** IPv4 addresses stand in the upper bits, so that both families have prefixes there. */
    private static long upper(Ip ip) {
        return ip.isV4() ? ip.low() << 32 : ip.high();
    }

    private static long lower(Ip ip) {
        return ip.isV4() ? 0 : ip.low();
    }

    private static long sortable(long unsigned) {
        return unsigned ^ Long.MIN_VALUE;
    }

    private record Entry(long high, long low, int length, int number) {
        private static final Comparator<Entry> OUTER_FIRST = Comparator.comparingLong(Entry::high)
                .thenComparingLong(Entry::low)
                .thenComparingInt(Entry::length)
                .thenComparingInt(Entry::number);

        boolean isSameBlock(Entry other) {
            return high == other.high && low == other.low && length == other.length;
        }
    }

    /** Collects blocks of one family. */
    static final class Builder {
        private final List<Entry> entries = new ArrayList<>();

        /** Adds a block. */
        void add(Cidr cidr, int number) {
            Ip base = cidr.base();
            entries.add(new Entry(sortable(upper(base)), sortable(lower(base)), cidr.prefixLength(), number));
        }

        /** Returns the table, or null if there is no block. */
        PrefixTable build(Postings.Builder lists) {
            if (entries.isEmpty()) {
                return null;
            }
            entries.sort(Entry.OUTER_FIRST);
            return new PrefixTable(new Sweep(entries, lists));
        }
    }

    /** Goes over the blocks from the lowest address to the highest, with those that are open on a stack. */
    private static final class Sweep {
        private final long[] high;
        private final long[] low;
        private final int[] innermost;
        private final int[] around;
        private final int[] values;
        private int segments;
        private int blocks;

        private final long[] lastHigh = new long[130];
        private final long[] lastLow = new long[130];
        private final int[] open = new int[130];
        private int depth;

        Sweep(List<Entry> entries, Postings.Builder lists) {
            int count = entries.size();
            high = new long[count * 2];
            low = new long[count * 2];
            innermost = new int[count * 2];
            around = new int[count];
            values = new int[count];
            Entry previous = null;
            for (Entry entry : entries) {
                if (previous == null || !entry.isSameBlock(previous)) {
                    closeBefore(entry);
                    open(entry);
                }
                values[blocks - 1] = lists.add(values[blocks - 1], entry.number());
                previous = entry;
            }
            while (depth > 0) {
                close();
            }
        }

        boolean isLowUsed() {
            for (int i = 0; i < segments; i++) {
                if (low[i] != sortable(0)) {
                    return true;
                }
            }
            return false;
        }

        private void closeBefore(Entry entry) {
            while (depth > 0
                    && (lastHigh[depth - 1] < entry.high()
                            || (lastHigh[depth - 1] == entry.high() && lastLow[depth - 1] < entry.low()))) {
                close();
            }
        }

        private void open(Entry entry) {
            int block = blocks++;
            values[block] = Postings.NONE;
            around[block] = depth == 0 ? NOTHING : open[depth - 1];
            segment(entry.high(), entry.low(), block);
            int length = entry.length();
            long hostHigh = length >= 64 ? 0 : -1L >>> length;
            long hostLow = length <= 64 ? -1L : length == 128 ? 0 : -1L >>> (length - 64);
            lastHigh[depth] = sortable(sortable(entry.high()) | hostHigh);
            lastLow[depth] = sortable(sortable(entry.low()) | hostLow);
            open[depth++] = block;
        }

        private void close() {
            depth--;
            long nextLow = lastLow[depth] + 1;
            boolean carry = nextLow == sortable(0);
            long nextHigh = carry ? lastHigh[depth] + 1 : lastHigh[depth];
            boolean behindLast = carry && nextHigh == sortable(0);
            if (!behindLast) {
                segment(nextHigh, nextLow, depth == 0 ? NOTHING : open[depth - 1]);
            }
        }

        private void segment(long startHigh, long startLow, int block) {
            boolean same = segments > 0 && high[segments - 1] == startHigh && low[segments - 1] == startLow;
            int segment = same ? segments - 1 : segments++;
            high[segment] = startHigh;
            low[segment] = startLow;
            innermost[segment] = block;
        }
    }
}
