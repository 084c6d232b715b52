package io.tun2socks.rules.set;

import java.util.Arrays;

/** Keys one behind the other in one array of bytes, each behind its length and its marks, and where each begins. */
final class KeyArena {
    /** The bytes before a key: its length and its marks. */
    static final int HEADER = 2;

    /** Keys may be as long as names and the two characters of {@code .+}. */
    static final int MAX_KEY = DomainKeys.MAX_LENGTH + 2;

    private static final int LIMIT = 1 << 30;

    byte[] bytes;
    int[] index = new int[64];
    int count;
    private int size;

    KeyArena(int capacity) {
        bytes = new byte[Math.max(capacity, 1024)];
    }

    /** Begins a key; {@link #append} is then called once for each of its bytes. */
    void begin(int length, int marks) {
        int needed = size + length + HEADER;
        if (needed > bytes.length) {
            if (needed > LIMIT) {
                throw new IllegalStateException("a set of names cannot be made of more than " + LIMIT + " bytes");
            }
            bytes = Arrays.copyOf(bytes, Math.max(needed, Math.min(bytes.length + (bytes.length >> 1), LIMIT)));
        }
        if (count == index.length) {
            index = Arrays.copyOf(index, count + (count >> 1));
        }
        index[count++] = size;
        bytes[size++] = (byte) length;
        bytes[size++] = (byte) marks;
    }

    void append(byte c) {
        bytes[size++] = c;
    }

    /** Orders {@link #index} by the bytes of the keys, unsigned. */
    void sort() {
        KeySort.sort(bytes, index, count);
    }

    int size() {
        return size;
    }

    /** Returns the length of the key in a place of the index. */
    int length(int place) {
        return bytes[index[place]] & 0xff;
    }

    int marks(int place) {
        return bytes[index[place] + 1];
    }

    /** Returns where the key in a place of the index begins. */
    int at(int place) {
        return index[place] + HEADER;
    }
}
