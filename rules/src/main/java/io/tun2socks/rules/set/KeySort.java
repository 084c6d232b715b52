package io.tun2socks.rules.set;

import java.util.Arrays;

/**
 * Sorts the keys of a {@link KeyArena} by an array of their places: most significant byte first, and by comparison
 * where few are left. Takes five bytes a key besides.
 */
final class KeySort {
    private static final int FEW = 24;

    private final byte[] arena;
    private final int[] index;
    private final int[] spareIndex;
    private final byte[] bytes;

    /** For each depth where the bucket of each byte begins; made when the depth is reached. */
    private final int[][] starts = new int[KeyArena.MAX_KEY + 1][];

    private KeySort(byte[] arena, int[] index, int count) {
        this.arena = arena;
        this.index = index;
        this.spareIndex = new int[count];
        this.bytes = new byte[count];
    }

    static void sort(byte[] arena, int[] index, int count) {
        new KeySort(arena, index, count).sort(0, count, 0);
    }

    private void sort(int from, int to, int depthOfRange) {
        int depth = depthOfRange;
        while (to - from > FEW) {
            if (starts[depth] == null) {
                starts[depth] = new int[257];
            }
            int[] bucket = starts[depth];
            Arrays.fill(bucket, 0);
            for (int i = from; i < to; i++) {
                byte b = byteAt(index[i], depth);
                bytes[i] = b;
                bucket[(b & 0xff) + 1]++;
            }
            int first = bytes[from] & 0xff;
            if (bucket[first + 1] == to - from) {
                if (first == 0) {
                    // All of them end here: they are equal.
                    return;
                }
                depth++;
                continue;
            }
            distribute(from, to, bucket);
            // Bucket 0 holds keys that end here, which are equal.
            for (int b = 1; b < 256; b++) {
                int start = from + bucket[b - 1];
                int end = from + bucket[b];
                if (end - start > 1) {
                    sort(start, end, depth + 1);
                }
            }
            return;
        }
        insertionSort(from, to, depth);
    }

    /** Afterwards {@code bucket[b]} is where the bucket of b ends, counted from the range's beginning. */
    private void distribute(int from, int to, int[] bucket) {
        for (int b = 1; b < bucket.length; b++) {
            bucket[b] += bucket[b - 1];
        }
        for (int i = from; i < to; i++) {
            spareIndex[from + bucket[bytes[i] & 0xff]++] = index[i];
        }
        System.arraycopy(spareIndex, from, index, from, to - from);
    }

    private void insertionSort(int from, int to, int depth) {
        for (int i = from + 1; i < to; i++) {
            int key = index[i];
            int at = i;
            while (at > from && compare(index[at - 1], key, depth) > 0) {
                index[at] = index[at - 1];
                at--;
            }
            index[at] = key;
        }
    }

    private int compare(int a, int b, int depth) {
        return Arrays.compareUnsigned(
                arena,
                a + KeyArena.HEADER + depth,
                a + KeyArena.HEADER + (arena[a] & 0xff),
                arena,
                b + KeyArena.HEADER + depth,
                b + KeyArena.HEADER + (arena[b] & 0xff));
    }

    /** Returns 0 behind the end: no key holds such a byte. */
    private byte byteAt(int key, int depth) {
        return depth >= (arena[key] & 0xff) ? 0 : arena[key + KeyArena.HEADER + depth];
    }
}
