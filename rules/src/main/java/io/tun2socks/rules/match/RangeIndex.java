package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ranges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Finds the ranges that a number is in: ports, user ids, code points. The ends of the ranges cut the numbers into segments,
 * which are the leaves of a segment tree; a range stands at the few nodes that make it up, so that even thousands of wide
 * ranges over each other take little space.
 */
final class RangeIndex {
    private static final long LAST = 0xffff_ffffL;

    private final long[] starts;
    private final int[] values;

    private RangeIndex(long[] starts, int[] values) {
        this.starts = starts;
        this.values = values;
    }

    /**
     * Returns the lowest rule in the bounds whose range holds a number, or the limit.
     *
     * @param number 0 to 2^32-1
     */
    int first(Postings postings, long number, FlowMetadata flow, int from, int limit) {
        int segment = Sorted.floor(starts, number);
        int best = limit;
        for (int node = segment < 0 ? 0 : starts.length + segment; node > 0; node >>>= 1) {
            best = postings.first(values[node], flow, from, best);
        }
        return best;
    }

    private record Entry(long first, long end, int number) {}

    /** Collects ranges. */
    static final class Builder extends IndexBuilder {
        private final List<Entry> entries = new ArrayList<>();

        /** Adds a set of numbers; all of them if it has no range. */
        void add(Ranges ranges, int number) {
            note(number);
            if (ranges.parts().isEmpty()) {
                entries.add(new Entry(0, LAST + 1, number));
            }
            for (Ranges.Range range : ranges.parts()) {
                long first = Math.max(range.first(), 0);
                long last = Math.min(range.last(), LAST);
                if (first <= last) {
                    entries.add(new Entry(first, last + 1, number));
                }
            }
        }

        /** Returns the index. */
        RangeIndex build(Postings.Builder lists) {
            long[] starts = entries.stream()
                    .flatMapToLong(entry -> LongStream.of(entry.first(), entry.end()))
                    .sorted()
                    .distinct()
                    .toArray();
            int[] values = new int[starts.length * 2];
            Arrays.fill(values, Postings.NONE);
            for (Entry entry : entries) {
                int left = starts.length + Sorted.floor(starts, entry.first());
                int right = starts.length + Sorted.floor(starts, entry.end());
                while (left < right) {
                    if ((left & 1) == 1) {
                        values[left] = lists.add(values[left], entry.number());
                        left++;
                    }
                    if ((right & 1) == 1) {
                        right--;
                        values[right] = lists.add(values[right], entry.number());
                    }
                    left >>>= 1;
                    right >>>= 1;
                }
            }
            return new RangeIndex(starts, values);
        }
    }
}
