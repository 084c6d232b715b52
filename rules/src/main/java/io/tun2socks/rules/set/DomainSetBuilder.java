package io.tun2socks.rules.set;

import io.tun2socks.rules.model.Names;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Builds a {@link DomainSet} from entries as clash writes them, in any order; duplicates are merged. Keeps them as bytes,
 * about the size of the text and eight bytes more for each. One thread.
 *
 * <p>Entries: {@code example.com} is the name itself; {@code +.example.com} the name and all below it; {@code .example.com}
 * all below it; a label {@code *} is any one label, and {@code *} at the beginning of a label any characters, at least one;
 * {@code +} is every name. Letters are compared in lower case, names of other scripts in Punycode.
 */
public final class DomainSetBuilder {
    private KeyArena keys;

    /** Begins an empty set. */
    public DomainSetBuilder() {
        this(1024);
    }

    /**
     * Begins an empty set.
     *
     * @param textBytes about how many bytes of text will be added; more may be
     */
    public DomainSetBuilder(int textBytes) {
        keys = new KeyArena(textBytes);
    }

    /**
     * Adds an entry.
     *
     * @param entry as written, without quotes or space around it
     * @return why it is refused, as the end of a sentence about it ("has an empty label"); nothing if it was added
     */
    public Optional<String> add(String entry) {
        byte[] bytes = entry.getBytes(StandardCharsets.UTF_8);
        return add(bytes, 0, bytes.length);
    }

    /**
     * Adds an entry.
     *
     * @param text holds it in UTF-8
     * @param from where it begins
     * @param to where it ends
     * @return why it is refused, as the end of a sentence about it; nothing if it was added
     */
    public Optional<String> add(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] < 0) {
                return addOtherScript(new String(text, from, to - from, StandardCharsets.UTF_8));
            }
        }
        return addPlain(text, from, to);
    }

    /** Returns how many entries have been added, duplicates counted. */
    public int size() {
        return keys.count;
    }

    /**
     * Ends the set; another can be begun afterwards.
     *
     * @return the set, whose size counts duplicates too
     */
    public DomainSet build() {
        KeyArena sorted = keys;
        keys = new KeyArena(0);
        sorted.sort();
        DomainSetWriter writer = new DomainSetWriter(sorted.size() / 2);
        for (int i = 0; i < sorted.count; i++) {
            writer.add(sorted.bytes, sorted.at(i), sorted.length(i), sorted.marks(i));
        }
        return writer.finish(sorted.count);
    }

    private Optional<String> addOtherScript(String entry) {
        if (entry.endsWith(".")) {
            return Optional.of("ends with a dot");
        }
        if (!entry.equals(entry.strip())) {
            return Optional.of("has space around it");
        }
        byte[] normal = Names.normalize(entry).getBytes(StandardCharsets.UTF_8);
        return addPlain(normal, 0, normal.length);
    }

    private Optional<String> addPlain(byte[] text, int from, int to) {
        if (from == to) {
            return Optional.of("is empty");
        }
        if (text[to - 1] == DomainKeys.DOT) {
            return Optional.of("ends with a dot");
        }
        if (isSpace(text[from]) || isSpace(text[to - 1])) {
            return Optional.of("has space around it");
        }
        int marks = DomainKeys.EXACT;
        int start = from;
        if (text[from] == DomainKeys.DOT) {
            marks = DomainKeys.BELOW;
            start = from + 1;
        } else if (text[from] == DomainKeys.PLUS && to - from == 1) {
            marks = DomainKeys.BELOW;
            start = to;
        } else if (text[from] == DomainKeys.PLUS && text[from + 1] == DomainKeys.DOT) {
            marks = DomainKeys.EXACT | DomainKeys.BELOW;
            start = from + 2;
        }
        String wrong = start == to ? null : DomainKeys.wrong(text, start, to, false);
        if (wrong != null) {
            return Optional.of(wrong);
        }
        keep(text, start, to, marks);
        return Optional.empty();
    }

    private void keep(byte[] text, int from, int to, int marks) {
        keys.begin(to - from, marks);
        for (int i = to - 1; i >= from; i--) {
            byte c = text[i];
            keys.append(c >= 'A' && c <= 'Z' ? (byte) (c + 32) : c);
        }
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
