package io.tun2socks.rules.set;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Arrays;

/** A growing bitmap, bit 0 of a word first; finds its set bits by their numbers. */
final class Bits {
    /** What is read at once: a length that is not true then costs no more memory than what there is to read. */
    private static final int STEP = 1 << 16;

    private static final int SAMPLE = 64;

    private long[] words;
    private int used;

    /** The word with each 64th set bit, and how many are set in the words before it. */
    private int[] sampledWords = new int[0];

    private int[] onesBefore = new int[0];

    Bits() {
        words = new long[16];
    }

    private Bits(long[] words) {
        this.words = words;
        this.used = words.length;
    }

    static Bits read(DataInput in, String what) throws IOException {
        int length = readLength(in, what, Integer.MAX_VALUE / Long.SIZE);
        long[] words = new long[Math.min(length, STEP)];
        for (int i = 0; i < length; i++) {
            if (i == words.length) {
                words = Arrays.copyOf(words, Math.min(length, i * 2));
            }
            words[i] = in.readLong();
        }
        return new Bits(words);
    }

    static byte[] readBytes(DataInput in, String what) throws IOException {
        int length = readLength(in, what, Integer.MAX_VALUE / 2 - 1);
        byte[] bytes = new byte[Math.min(length, STEP)];
        int done = 0;
        while (true) {
            in.readFully(bytes, done, bytes.length - done);
            if (bytes.length == length) {
                return bytes;
            }
            done = bytes.length;
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, done * 2L));
        }
    }

    private static int readLength(DataInput in, String what, int most) throws IOException {
        long length = in.readLong();
        if (length < 1 || length > most) {
            throw new StreamCorruptedException(
                    "a length of " + length + " for the " + what + ": expected 1 to " + most);
        }
        return (int) length;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(used);
        for (int i = 0; i < used; i++) {
            out.writeLong(words[i]);
        }
    }

    void set(int bit) {
        int word = bit >>> 6;
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(word + 1, words.length * 2));
        }
        used = Math.max(used, word + 1);
        words[word] |= 1L << bit;
    }

    boolean get(int bit) {
        int word = bit >>> 6;
        return word < used && ((words[word] >>> bit) & 1) != 0;
    }

    int cardinality() {
        int ones = 0;
        for (int i = 0; i < used; i++) {
            ones += Long.bitCount(words[i]);
        }
        return ones;
    }

    /** Prepares {@link #select}. */
    void sample() {
        sampledWords = new int[cardinality() / SAMPLE + 1];
        onesBefore = new int[sampledWords.length];
        int ones = 0;
        int samples = 0;
        for (int i = 0; i < used; i++) {
            int next = ones + Long.bitCount(words[i]);
            while (samples * SAMPLE < next) {
                sampledWords[samples] = i;
                onesBefore[samples++] = ones;
            }
            ones = next;
        }
    }

    /** Returns the place of a set bit, which must exist; {@code number} counts from 0. */
    int select(int number) {
        int word = sampledWords[number / SAMPLE];
        int left = number - onesBefore[number / SAMPLE];
        while (Long.bitCount(words[word]) <= left) {
            left -= Long.bitCount(words[word++]);
        }
        long bits = words[word];
        for (; left > 0; left--) {
            bits &= bits - 1;
        }
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }
}
