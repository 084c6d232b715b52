package io.tun2socks.tcpstack.tcp;

import java.util.Arrays;

/**
 * The contiguous ranges that lie behind a gap, and in which order they last grew: what the SACK option reports (RFC
 * 2018 4).
 */
final class ReceivedRanges {
    private static final int INITIAL_SIZE = 8;
    private static final long[] NONE = {};

    private long[] starts = NONE;
    private long[] ends = NONE;
    /** When a range last grew, as a count of {@link #add}. */
    private long[] grown = NONE;

    private int count;
    private long additions;

    /** Adds what has come; what it touches becomes one range with it, the most recent of all. */
    void add(long start, long end) {
        int from = 0;
        while (from < count && ends[from] < start) {
            from++;
        }
        int to = from;
        long newStart = start;
        long newEnd = end;
        while (to < count && starts[to] <= end) {
            newStart = Math.min(newStart, starts[to]);
            newEnd = Math.max(newEnd, ends[to]);
            to++;
        }
        replace(from, to);
        starts[from] = newStart;
        ends[from] = newEnd;
        grown[from] = ++additions;
    }

    /** Forgets what ends at or below a sequence number. */
    void removeBelow(long seq) {
        int gone = 0;
        while (gone < count && ends[gone] <= seq) {
            gone++;
        }
        if (gone > 0) {
            move(gone, 0);
        }
    }

    /**
     * Finds the ranges to report.
     *
     * @param blocks filled with start and end of each range, the most recent first
     * @param limit the most ranges wanted
     * @return the number of ranges
     */
    int mostRecent(long[] blocks, int limit) {
        int found = 0;
        long below = Long.MAX_VALUE;
        while (found < Math.min(limit, count)) {
            int best = -1;
            for (int i = 0; i < count; i++) {
                if (grown[i] < below && (best < 0 || grown[i] > grown[best])) {
                    best = i;
                }
            }
            below = grown[best];
            blocks[2 * found] = starts[best];
            blocks[2 * found + 1] = ends[best];
            found++;
        }
        return found;
    }

    void clear() {
        count = 0;
        starts = NONE;
        ends = NONE;
        grown = NONE;
    }

    /** Makes the ranges from {@code from} to below {@code to} one place. */
    private void replace(int from, int to) {
        if (from == to && count == starts.length) {
            int size = Math.max(INITIAL_SIZE, 2 * count);
            starts = Arrays.copyOf(starts, size);
            ends = Arrays.copyOf(ends, size);
            grown = Arrays.copyOf(grown, size);
        }
        move(to, from + 1);
    }

    private void move(int from, int to) {
        System.arraycopy(starts, from, starts, to, count - from);
        System.arraycopy(ends, from, ends, to, count - from);
        System.arraycopy(grown, from, grown, to, count - from);
        count += to - from;
    }
}
