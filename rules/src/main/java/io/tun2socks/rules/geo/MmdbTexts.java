package io.tun2socks.rules.geo;

import com.maxmind.db.Metadata;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The texts in the data section of a MaxMind database (MaxMind DB File Format Specification 2.0), each once, in the order
 * of the file. Going through the networks instead would decode the same few records a million times.
 */
final class MmdbTexts {
    private static final byte[] METADATA = {
        (byte) 0xab, (byte) 0xcd, (byte) 0xef, 'M', 'a', 'x', 'M', 'i', 'n', 'd', '.', 'c', 'o', 'm'
    };
    private static final int SEPARATOR = 16;
    private static final int POINTER = 1;
    private static final int TEXT = 2;
    private static final int MAP = 7;
    private static final int ARRAY = 11;
    private static final int BOOLEAN = 14;

    private final byte[] data;
    private int at;

    private MmdbTexts(byte[] data) {
        this.data = data;
    }

    /** Returns all texts that stand by themselves or in a list, if records are made of these only. */
    static Set<String> all(Path file, Metadata metadata) throws IOException {
        Set<String> found = new TreeSet<>();
        new MmdbTexts(read(file, metadata)).each((before, text) -> found.add(text));
        return found;
    }

    /** Returns all texts that follow a key. */
    static Set<String> under(String key, Path file, Metadata metadata) throws IOException {
        Set<String> found = new TreeSet<>();
        new MmdbTexts(read(file, metadata)).each((before, text) -> {
            if (before.equals(key)) {
                found.add(text);
            }
        });
        return found;
    }

    private static byte[] read(Path path, Metadata metadata) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long start = metadata.nodeCount() * metadata.recordSize() / 4 + SEPARATOR;
            long length = file.length() - start;
            if (length < 0 || length > Integer.MAX_VALUE - 8) {
                throw new IOException("its data section would have " + length + " bytes");
            }
            byte[] data = new byte[(int) length];
            file.seek(start);
            file.readFully(data);
            return data;
        }
    }

    /** Hands on each text with the text directly before it. */
    private void each(BiConsumer<String, String> texts) throws IOException {
        int end = end();
        String before = "";
        try {
            while (at < end) {
                String text = next();
                if (text != null) {
                    texts.accept(before, text);
                }
                before = text == null ? "" : text;
            }
        } catch (IndexOutOfBoundsException e) {
            throw new IOException("its data section is damaged", e);
        }
    }

    private int end() {
        for (int i = data.length - METADATA.length; i >= 0; i--) {
            if (startsMetadata(i)) {
                return i;
            }
        }
        return data.length;
    }

    private boolean startsMetadata(int offset) {
        for (int i = 0; i < METADATA.length; i++) {
            if (data[offset + i] != METADATA[i]) {
                return false;
            }
        }
        return true;
    }

    /** Steps over a value, or into a map or list; returns the text that it is or points to, or null. */
    private String next() {
        int control = data[at++] & 0xff;
        int type = control >>> 5;
        if (type == POINTER) {
            return pointed(control);
        }
        if (type == 0) {
            type = (data[at++] & 0xff) + 7;
        }
        int size = size(control & 0x1f);
        if (type == MAP || type == ARRAY || type == BOOLEAN) {
            return null;
        }
        int start = at;
        at += size;
        return type == TEXT ? new String(data, start, size, StandardCharsets.UTF_8) : null;
    }

    private int size(int inControl) {
        return switch (inControl) {
            case 29 -> 29 + number(1);
            case 30 -> 285 + number(2);
            case 31 -> 65_821 + number(3);
            default -> inControl;
        };
    }

    private String pointed(int control) {
        int bytes = ((control >>> 3) & 3) + 1;
        int high = bytes == 4 ? 0 : (control & 7) << (8 * bytes);
        int base = bytes == 2 ? 2048 : bytes == 3 ? 526_336 : 0;
        int target = (high | number(bytes)) + base;
        int back = at;
        at = target;
        // A pointer never points to a pointer; only texts are of interest.
        String text = (data[at] & 0xff) >>> 5 == TEXT ? next() : null;
        at = back;
        return text;
    }

    private int number(int bytes) {
        int number = 0;
        for (int i = 0; i < bytes; i++) {
            number = (number << 8) | (data[at++] & 0xff);
        }
        return number;
    }
}
