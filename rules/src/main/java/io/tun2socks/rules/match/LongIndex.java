package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.Map;
import java.util.TreeMap;

/** Finds the rules for a number: autonomous systems, hardware addresses. */
final class LongIndex {
    private final long[] keys;
    private final int[] values;

    private LongIndex(long[] keys, int[] values) {
        this.keys = keys;
        this.values = values;
    }

    /** Returns the lowest rule in the bounds under a key, or the limit. */
    int first(Postings postings, long key, FlowMetadata flow, int from, int limit) {
        int at = Sorted.floor(keys, key);
        return at >= 0 && keys[at] == key ? postings.first(values[at], flow, from, limit) : limit;
    }

    /** Collects keys. */
    static final class Builder extends IndexBuilder {
        private final Map<Long, Integer> entries = new TreeMap<>();

        /** Adds a rule under a key. */
        void add(Postings.Builder lists, long key, int number) {
            note(number);
            entries.put(key, lists.add(entries.getOrDefault(key, Postings.NONE), number));
        }

        /** Returns the index. */
        LongIndex build() {
            long[] keys = entries.keySet().stream().mapToLong(Long::longValue).toArray();
            int[] values = entries.values().stream().mapToInt(Integer::intValue).toArray();
            return new LongIndex(keys, values);
        }
    }
}
