package io.tun2socks.rules.set;

import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** Lays the keys of a set out level by level. */
final class LoudsWriter {
    private final KeyArena keys;
    private final Bits leaves = new Bits();
    private final Bits degrees = new Bits();
    private byte[] labels = new byte[1024];
    private int labelCount;
    private int node;
    private int bit;

    LoudsWriter(DomainSet set) {
        if (set.isEmpty()) {
            throw new IllegalArgumentException("an empty set of names cannot be written");
        }
        keys = new KeyArena(set.bytes());
        set.visit((key, length, exact, below) -> {
            if (exact) {
                add(key, length, false);
            }
            if (below) {
                add(key, length, true);
            }
        });
        keys.sort();
        layOut();
    }

    void write(DataOutput out) throws IOException {
        leaves.write(out);
        degrees.write(out);
        out.writeLong(labelCount);
        out.write(labels, 0, labelCount);
    }

    private void add(byte[] key, int length, boolean below) {
        int more = below ? length == 0 ? 1 : 2 : 0;
        keys.begin(length + more, 0);
        for (int i = 0; i < length; i++) {
            keys.append(key[i]);
        }
        if (more == 2) {
            keys.append(DomainKeys.DOT);
        }
        if (more > 0) {
            keys.append(DomainKeys.PLUS);
        }
    }

    /** A node is a range of keys that agree as far as its depth; the nodes of one level all have the same depth. */
    private void layOut() {
        int[] starts = {0};
        int[] ends = {keys.count};
        for (int depth = 0; starts.length > 0; depth++) {
            int[] nextStarts = new int[Math.max(starts.length, 16)];
            int[] nextEnds = new int[nextStarts.length];
            int next = 0;
            for (int i = 0; i < starts.length; i++) {
                int at = starts[i];
                if (keys.length(at) == depth) {
                    leaves.set(node);
                    at++;
                }
                while (at < ends[i]) {
                    int end = endOfGroup(at, ends[i], depth);
                    if (next == nextStarts.length) {
                        nextStarts = Arrays.copyOf(nextStarts, next * 2);
                        nextEnds = Arrays.copyOf(nextEnds, next * 2);
                    }
                    nextStarts[next] = at;
                    nextEnds[next++] = end;
                    label(keys.bytes[keys.at(at) + depth]);
                    at = end;
                }
                degrees.set(bit++);
                node++;
            }
            starts = Arrays.copyOf(nextStarts, next);
            ends = Arrays.copyOf(nextEnds, next);
        }
    }

    private int endOfGroup(int from, int to, int depth) {
        byte label = keys.bytes[keys.at(from) + depth];
        int end = from + 1;
        while (end < to && keys.bytes[keys.at(end) + depth] == label) {
            end++;
        }
        return end;
    }

    private void label(byte value) {
        if (labelCount == labels.length) {
            labels = Arrays.copyOf(labels, labelCount * 2);
        }
        labels[labelCount++] = value;
        bit++;
    }
}
