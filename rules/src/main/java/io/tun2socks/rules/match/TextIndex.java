package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Finds the rules for a whole text: names and paths of programs, users, listeners, countries. */
final class TextIndex {
    private final String[] keys;
    private final int[] values;
    private final boolean ignoreCase;

    private TextIndex(Map<String, Integer> entries, boolean ignoreCase) {
        // A power of two, at most half full.
        int size = Integer.highestOneBit(Math.max(1, entries.size() * 2 - 1)) * 2;
        this.ignoreCase = ignoreCase;
        keys = new String[size];
        values = new int[size];
        Arrays.fill(values, Postings.NONE);
        entries.forEach((text, value) -> {
            int slot = slot(text);
            keys[slot] = text;
            values[slot] = value;
        });
    }

    /** Returns the lowest rule in the bounds under a text, or the limit. */
    int first(Postings postings, String text, FlowMetadata flow, int from, int limit) {
        return postings.first(values[slot(text)], flow, from, limit);
    }

    /** Returns the slot of a text, or the free one where it belongs. */
    private int slot(String text) {
        int hash = ignoreCase ? Letters.foldedHash(text) : text.hashCode();
        int slot = (hash ^ (hash >>> 16)) & (keys.length - 1);
        while (keys[slot] != null && !isSame(keys[slot], text)) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private boolean isSame(String key, String text) {
        return ignoreCase ? key.equalsIgnoreCase(text) : key.equals(text);
    }

    /** Collects texts. */
    static final class Builder extends IndexBuilder {
        private final boolean ignoreCase;
        private final Map<String, Integer> entries;

        Builder(boolean ignoreCase) {
            this.ignoreCase = ignoreCase;
            entries = ignoreCase ? new TreeMap<>(String.CASE_INSENSITIVE_ORDER) : new HashMap<>();
        }

        /** Adds a rule under a text. */
        void add(Postings.Builder lists, String text, int number) {
            note(number);
            entries.put(text, lists.add(entries.getOrDefault(text, Postings.NONE), number));
        }

        /** Returns the index. */
        TextIndex build() {
            return new TextIndex(entries, ignoreCase);
        }
    }
}
