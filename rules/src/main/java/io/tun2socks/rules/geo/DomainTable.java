package io.tun2socks.rules.geo;

import java.util.Arrays;

/**
 * Names and suffixes in one hash table with open addressing; their text lies in one array of bytes. About 8 bytes per
 * name beyond its text. A question takes one pass over the name and one probe per label. Immutable; any thread.
 */
final class DomainTable {
    private static final int EXACT = 1;
    private static final int SUFFIX = 2;
    /** Longer names do not exist in DNS (RFC 1035 2.3.4); the length is kept in one byte. */
    private static final int LONGEST = 255;

    /** For each name its length, its flags and its characters from the last to the first. */
    private final byte[] arena;
    /** Where a name begins in the arena, plus 1; 0 if the slot is free. */
    private final int[] slots;

    private final int size;

    private DomainTable(byte[] arena, int[] slots, int size) {
        this.arena = arena;
        this.slots = slots;
        this.size = size;
    }

    /** Returns how many different names are held. */
    int size() {
        return size;
    }

    /** Tells whether a name is held, or is below one that is held as a suffix. */
    boolean matches(String host) {
        int length = host.length();
        if (length == 0 || length > LONGEST || size == 0) {
            return false;
        }
        int hash = 0;
        for (int i = length - 1; i >= 0; i--) {
            char c = host.charAt(i);
            if (c == '.' && (flags(host, length - 1 - i, hash) & SUFFIX) != 0) {
                return true;
            }
            hash = hash * 31 + c;
        }
        return flags(host, length, hash) != 0;
    }

    /** Returns the flags of the last {@code length} characters of a name; 0 if they are not held. */
    private int flags(String host, int length, int hash) {
        int mask = slots.length - 1;
        for (int slot = spread(hash) & mask; slots[slot] != 0; slot = (slot + 1) & mask) {
            int at = slots[slot] - 1;
            if ((arena[at] & 0xff) == length && same(at + 2, host, length)) {
                return arena[at + 1];
            }
        }
        return 0;
    }

    private boolean same(int at, String host, int length) {
        int last = host.length() - 1;
        for (int i = 0; i < length; i++) {
            if (arena[at + i] != host.charAt(last - i)) {
                return false;
            }
        }
        return true;
    }

    private static int spread(int hash) {
        int mixed = hash * 0x9e37_79b9;
        return mixed ^ (mixed >>> 16);
    }

    /** Collects names. Not thread-safe. */
    static final class Builder {
        private byte[] arena = new byte[1024];
        private int used;
        private int[] slots = new int[64];
        private int size;

        void exact(String name) {
            add(name, EXACT);
        }

        void suffix(String name) {
            add(name, SUFFIX);
        }

        DomainTable build() {
            return new DomainTable(Arrays.copyOf(arena, used), slots, size);
        }

        private void add(String name, int flag) {
            int length = name.length();
            if (length == 0 || length > LONGEST) {
                return;
            }
            int hash = 0;
            for (int i = length - 1; i >= 0; i--) {
                char c = name.charAt(i);
                if (c >= 128) {
                    // Names are compared as Punycode; what has none equals no name of a flow.
                    return;
                }
                hash = hash * 31 + c;
            }
            int slot = find(name, hash);
            if (slots[slot] != 0) {
                int at = slots[slot] - 1;
                arena[at + 1] |= (byte) flag;
                return;
            }
            append(name, flag);
            slots[slot] = used - length - 2 + 1;
            size++;
            if (size > slots.length / 4 * 3) {
                grow();
            }
        }

        private int find(String name, int hash) {
            int mask = slots.length - 1;
            int slot = spread(hash) & mask;
            while (slots[slot] != 0 && !holds(slots[slot] - 1, name)) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        private boolean holds(int at, String name) {
            int length = name.length();
            boolean same = (arena[at] & 0xff) == length;
            for (int i = 0; same && i < length; i++) {
                same = arena[at + 2 + i] == name.charAt(length - 1 - i);
            }
            return same;
        }

        private void append(String name, int flag) {
            int length = name.length();
            if (used + length + 2 > arena.length) {
                arena = Arrays.copyOf(arena, 2 * arena.length);
            }
            arena[used++] = (byte) length;
            arena[used++] = (byte) flag;
            for (int i = length - 1; i >= 0; i--) {
                arena[used++] = (byte) name.charAt(i);
            }
        }

        private void grow() {
            int[] larger = new int[2 * slots.length];
            int mask = larger.length - 1;
            for (int at = 0; at < used; at += (arena[at] & 0xff) + 2) {
                int hash = 0;
                for (int i = 0; i < (arena[at] & 0xff); i++) {
                    hash = hash * 31 + arena[at + 2 + i];
                }
                int slot = spread(hash) & mask;
                while (larger[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                larger[slot] = at + 1;
            }
            slots = larger;
        }
    }
}
