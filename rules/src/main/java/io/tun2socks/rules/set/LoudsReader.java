package io.tun2socks.rules.set;

import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Walks through a LOUDS trie in the order of its keys, and checks on the way that it is one. */
final class LoudsReader {
    private final Bits leaves;
    private final Bits degrees;
    private final byte[] labels;
    private final BiConsumer<String, String> refused;
    private final byte[] key = new byte[KeyArena.MAX_KEY];
    private final DomainSetWriter writer;

    LoudsReader(Bits leaves, Bits degrees, byte[] labels, BiConsumer<String, String> refused) {
        this.leaves = leaves;
        this.degrees = degrees;
        this.labels = labels;
        this.refused = refused;
        this.writer = new DomainSetWriter(Math.min(labels.length, 1 << 24));
    }

    DomainSet read() throws IOException {
        int nodes = labels.length + 1;
        if (degrees.cardinality() != nodes || !degrees.get(labels.length + nodes - 1)) {
            throw new StreamCorruptedException("the bitmap of labels does not fit their number, " + labels.length);
        }
        degrees.sample();
        visit(0, 0);
        return writer.finish();
    }

    private void visit(int node, int depth) throws IOException {
        if (leaves.get(node)) {
            keep(depth);
        }
        int bit = node == 0 ? 0 : degrees.select(node - 1) + 1;
        int before = -1;
        for (; !degrees.get(bit); bit++) {
            // Before this bit there are as many ones as there are nodes before this one; the rest are labels.
            int label = bit - node;
            int value = labels[label] & 0xff;
            // A child comes behind its parent, or the walk would never end.
            if (label < node || value <= before || depth == key.length) {
                throw new StreamCorruptedException("the names are no trie in ascending order");
            }
            before = value;
            key[depth] = labels[label];
            visit(label + 1, depth + 1);
        }
    }

    private void keep(int length) {
        if (length == 0) {
            // Mihomo writes the entry '+' so, and then matches nothing by it.
            return;
        }
        boolean below = key[length - 1] == DomainKeys.PLUS && (length == 1 || key[length - 2] == DomainKeys.DOT);
        int end = below ? Math.max(length - 2, 0) : length;
        Optional<String> wrong = below && length == 1 ? Optional.empty() : check(end);
        if (wrong.isEmpty()) {
            writer.add(key, end, !below, below);
            return;
        }
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = key[length - 1 - i];
        }
        refused.accept(new String(text, StandardCharsets.UTF_8), wrong.get());
    }

    private Optional<String> check(int length) {
        for (int i = 0; i < length; i++) {
            if (key[i] < 0 || (key[i] >= 'A' && key[i] <= 'Z')) {
                return Optional.of("is not in lower case and Punycode");
            }
        }
        return Optional.ofNullable(DomainKeys.wrong(key, 0, length, true));
    }
}
