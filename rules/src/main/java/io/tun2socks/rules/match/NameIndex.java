package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the DOMAIN and DOMAIN-SUFFIX rules for a name. The names lie behind each other in one array, each after its
 * length; an open-addressing table of longs points to them. The hash runs from a name's end to its start, so that one walk
 * over a host yields the hash of each of its suffixes.
 */
final class NameIndex {
    private static final int MAX_LENGTH = 255;

    /** Half of what an offset can tell, since one rule (an OR) may add many names after it has been accepted. */
    private static final int MAX_BYTES = 1 << 27;

    private static final int SEED = 0x811c9dc5;
    private static final int PRIME = 0x01000193;
    private static final int EXACT = 0x5bd1e995;

    // A slot: tag (9 bits: 8 of the hash, 1 for the kind), offset of the name (28), whether the value is a list (1),
    // value.
    private static final long EMPTY = -1;
    private static final int VALUE_BITS = 26;
    private static final int VALUE_MASK = (1 << VALUE_BITS) - 1;
    private static final int OFFSET_SHIFT = VALUE_BITS + 1;
    private static final int OFFSET_MASK = (1 << 28) - 1;
    private static final int TAG_SHIFT = OFFSET_SHIFT + 28;

    private final byte[] names;
    private final long[] slots;

    private NameIndex(byte[] names, long[] slots) {
        this.names = names;
        this.slots = slots;
    }

    /** Returns the lowest rule in the bounds that holds for the flow, or the limit. */
    int first(Postings postings, FlowMetadata flow, int from, int limit) {
        String host = flow.ruleHost();
        int best = limit;
        int hash = SEED;
        for (int i = host.length() - 1; i >= 0; i--) {
            char c = host.charAt(i);
            if (c == '.') {
                best = postings.first(find(names, slots, host, i + 1, mix(hash), 0), flow, from, best);
            }
            hash = (hash ^ c) * PRIME;
        }
        best = postings.first(find(names, slots, host, 0, mix(hash), 0), flow, from, best);
        return postings.first(find(names, slots, host, 0, mix(hash ^ EXACT), 1), flow, from, best);
    }

    private static int find(byte[] names, long[] slots, String host, int start, int hash, int kind) {
        int slot = slotOf(hash, slots.length);
        int tag = tag(hash, kind);
        while (true) {
            long entry = slots[slot];
            if (entry == EMPTY) {
                return Postings.NONE;
            }
            if ((int) (entry >>> TAG_SHIFT) == tag && isAt(names, offset(entry), host, start)) {
                return value(entry);
            }
            slot = slot + 1 == slots.length ? 0 : slot + 1;
        }
    }

    private static boolean isAt(byte[] names, int offset, String host, int start) {
        int length = host.length() - start;
        if ((names[offset] & 0xff) != length) {
            return false;
        }
        for (int i = 1; i <= length; i++) {
            if (host.charAt(start + i - 1) != (names[offset + i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static int slotOf(int hash, int slots) {
        return (int) (((hash & 0xffff_ffffL) * slots) >>> 32);
    }

    private static int tag(int hash, int kind) {
        return ((hash & 0xff) << 1) | kind;
    }

    private static int offset(long entry) {
        return (int) (entry >>> OFFSET_SHIFT) & OFFSET_MASK;
    }

    private static int value(long entry) {
        int value = (int) entry & VALUE_MASK;
        return (entry & (1L << VALUE_BITS)) == 0 ? value : -2 - value;
    }

    private static long packed(int tag, int offset, int value) {
        long low = value >= 0 ? value : (1L << VALUE_BITS) | (-2 - value);
        return ((long) tag << TAG_SHIFT) | ((long) offset << OFFSET_SHIFT) | low;
    }

    private static int hash(String name, int kind) {
        int hash = SEED;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = (hash ^ name.charAt(i)) * PRIME;
        }
        return mix(kind == 0 ? hash : hash ^ EXACT);
    }

    private static int mix(int hash) {
        int mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
        return mixed ^ (mixed >>> 16);
    }

    /** Collects names. */
    static final class Builder extends IndexBuilder {
        private final List<String> names = new ArrayList<>();
        private int[] keys = new int[64];
        private int bytes;

        /** Tells whether the index can hold a name; it cannot hold empty and very long ones, nor letters beyond Latin-1. */
        boolean accepts(String name, int number) {
            if (name.isEmpty() || name.length() > MAX_LENGTH || number >= VALUE_MASK) {
                return false;
            }
            return bytes < MAX_BYTES && Letters.areBytes(name);
        }

        /**
         * Adds an accepted name.
         *
         * @param name the name
         * @param exact whether the names below it are not meant
         * @param number the rule's number
         */
        void add(String name, boolean exact, int number) {
            note(number);
            if (names.size() == keys.length) {
                keys = Arrays.copyOf(keys, keys.length * 2);
            }
            keys[names.size()] = (number << 1) | (exact ? 1 : 0);
            names.add(name);
            bytes += name.length() + 1;
        }

        /** Returns the index. */
        NameIndex build(Postings.Builder lists) {
            byte[] arena = new byte[bytes];
            // A third of the slots stays empty, so that names that are not there are soon known not to be.
            long[] slots = new long[names.size() + names.size() / 2 + 1];
            Arrays.fill(slots, EMPTY);
            int end = 0;
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                int kind = keys[i] & 1;
                int number = keys[i] >>> 1;
                int hash = hash(name, kind);
                int slot = place(arena, slots, name, hash, kind);
                long entry = slots[slot];
                if (entry == EMPTY) {
                    slots[slot] = packed(tag(hash, kind), end, number);
                    end = append(arena, end, name);
                } else {
                    int value = lists.add(value(entry), number);
                    slots[slot] = packed((int) (entry >>> TAG_SHIFT), offset(entry), value);
                }
            }
            return new NameIndex(end == arena.length ? arena : Arrays.copyOf(arena, end), slots);
        }

        /** Returns the slot of a name, or the free one where it belongs. */
        private static int place(byte[] arena, long[] slots, String name, int hash, int kind) {
            int slot = slotOf(hash, slots.length);
            while (true) {
                long entry = slots[slot];
                boolean same = entry != EMPTY
                        && (int) (entry >>> TAG_SHIFT) == tag(hash, kind)
                        && isAt(arena, offset(entry), name, 0);
                if (entry == EMPTY || same) {
                    return slot;
                }
                slot = slot + 1 == slots.length ? 0 : slot + 1;
            }
        }

        private static int append(byte[] arena, int offset, String name) {
            arena[offset] = (byte) name.length();
            for (int i = 0; i < name.length(); i++) {
                arena[offset + 1 + i] = (byte) name.charAt(i);
            }
            return offset + 1 + name.length();
        }
    }
}
