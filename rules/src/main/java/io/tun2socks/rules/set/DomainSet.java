package io.tun2socks.rules.set;

import io.tun2socks.rules.model.DomainMatcher;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A set of names and of clash's patterns ({@code +.example.com}, {@code .example.com}, {@code *.example.com}) in one array
 * of bytes: a trie over the reversed names whose chains are compressed, about a dozen bytes a name. Immutable; any
 * thread; a question allocates nothing and takes time in the length of the name, unless patterns with several {@code *}
 * overlap.
 *
 * <p>See {@link DomainSetWriter} for the form of the array.
 */
public final class DomainSet implements DomainMatcher {
    private final byte[] trie;
    private final int root;
    private final int size;
    private final boolean everything;

    DomainSet(byte[] trie, int root, int size) {
        this.trie = trie;
        this.root = root;
        this.size = size;
        this.everything = (trie[root] & DomainKeys.BELOW) != 0;
    }

    @Override
    public boolean matches(String host) {
        if (host.isEmpty() || everything) {
            return !host.isEmpty();
        }
        for (int i = 0; i < host.length(); i++) {
            if (host.charAt(i) >= 0x80) {
                String bytes = asBytes(host);
                return walk(root, bytes, bytes.length());
            }
        }
        return walk(root, host, host.length());
    }

    @Override
    public int size() {
        return size;
    }

    /** Returns whether nothing is in the set. */
    public boolean isEmpty() {
        return (trie[root] & (DomainSetWriter.CHILDREN | DomainKeys.BELOW)) == 0;
    }

    /** Returns how many bytes of heap the set takes, less than a hundred for headers not counted. */
    public int bytes() {
        return trie.length;
    }

    /**
     * Shows all entries as they would be written, {@code +.example.com} where the name and all below it are in the set, in
     * the order of the reversed names.
     *
     * @param consumer gets each once
     */
    public void forEach(Consumer<String> consumer) {
        visit((key, length, exact, below) -> {
            byte[] text = new byte[length];
            for (int i = 0; i < length; i++) {
                text[i] = key[length - 1 - i];
            }
            String prefix = below ? exact ? "+." : "." : "";
            consumer.accept(length == 0 ? "+" : prefix + new String(text, StandardCharsets.UTF_8));
        });
    }

    /**
     * Shows all entries in ascending order of their keys.
     *
     * @param visitor sees each once
     */
    public void visit(DomainKeyVisitor visitor) {
        visit(root, new byte[DomainKeys.MAX_LENGTH], 0, visitor);
    }

    /** Names that IDNA cannot convert are compared as UTF-8, each byte as one character. */
    private static String asBytes(String host) {
        return new String(host.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Goes down from a node; the first {@code length} characters of the name are not compared yet, the last is next. */
    private boolean walk(int from, String host, int length) {
        int node = from;
        int rest = length;
        while (true) {
            int head = trie[node];
            int at = node + 1;
            int edge = (head >>> DomainSetWriter.EDGE_SHIFT) & DomainSetWriter.EDGE_MAX;
            if (edge == DomainSetWriter.EDGE_MAX) {
                edge += trie[at++] & 0xff;
            }
            for (int end = at + edge; at < end; at++) {
                int c = trie[at] & 0xff;
                if (c == DomainKeys.STAR) {
                    int before = rest;
                    rest = labelStart(host, rest);
                    if (rest == before) {
                        return false;
                    }
                } else if (rest == 0 || host.charAt(--rest) != c) {
                    return false;
                }
            }
            if (rest == 0) {
                return (head & DomainKeys.EXACT) != 0;
            }
            char next = host.charAt(rest - 1);
            if (next == '.' && (head & DomainKeys.BELOW) != 0 && rest > 1) {
                return true;
            }
            if ((head & DomainSetWriter.CHILDREN) == 0) {
                return false;
            }
            int literal = child(at, next);
            int star = next == '.' ? -1 : starChild(at);
            if (star < 0 && literal < 0) {
                return false;
            }
            if (star >= 0) {
                if (literal >= 0 && literal != star && walk(literal, host, rest - 1)) {
                    return true;
                }
                node = star;
                rest = labelStart(host, rest);
            } else {
                node = literal;
                rest--;
            }
        }
    }

    private static int labelStart(String host, int from) {
        int at = from;
        while (at > 0 && host.charAt(at - 1) != '.') {
            at--;
        }
        return at;
    }

    /** Returns the child of a label, or -1; {@code table} is where the children of a node are listed. */
    private int child(int table, int label) {
        int info = trie[table] & 0xff;
        int labels = table + 1;
        int count = info & DomainSetWriter.COUNT_MAX;
        if (count == 0) {
            count = (trie[labels++] & 0xff) + 1;
        }
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = trie[labels + middle] & 0xff;
            if (found < label) {
                low = middle + 1;
            } else if (found > label) {
                high = middle - 1;
            } else {
                return target(table, labels + count, middle, (info >>> DomainSetWriter.WIDTH_SHIFT) + 1);
            }
        }
        return -1;
    }

    /** Returns the child of the label {@code *}, or -1: it is among the first, since few characters are less. */
    private int starChild(int table) {
        int info = trie[table] & 0xff;
        int labels = table + 1;
        int count = info & DomainSetWriter.COUNT_MAX;
        if (count == 0) {
            count = (trie[labels++] & 0xff) + 1;
        }
        for (int i = 0; i < count && (trie[labels + i] & 0xff) <= DomainKeys.STAR; i++) {
            if (trie[labels + i] == DomainKeys.STAR) {
                return target(table, labels + count, i, (info >>> DomainSetWriter.WIDTH_SHIFT) + 1);
            }
        }
        return -1;
    }

    /** Children stand before their parents: what is stored is how far back from the table of the parent. */
    private int target(int table, int targets, int index, int width) {
        int at = targets + index * width;
        int back = trie[at] & 0xff;
        for (int i = 1; i < width; i++) {
            back |= (trie[at + i] & 0xff) << (8 * i);
        }
        return table - back;
    }

    private void visit(int node, byte[] key, int depth, DomainKeyVisitor visitor) {
        int head = trie[node];
        int at = node + 1;
        int edge = (head >>> DomainSetWriter.EDGE_SHIFT) & DomainSetWriter.EDGE_MAX;
        if (edge == DomainSetWriter.EDGE_MAX) {
            edge += trie[at++] & 0xff;
        }
        System.arraycopy(trie, at, key, depth, edge);
        int length = depth + edge;
        int marks = head & (DomainKeys.EXACT | DomainKeys.BELOW);
        if (marks != 0) {
            visitor.entry(key, length, (marks & DomainKeys.EXACT) != 0, (marks & DomainKeys.BELOW) != 0);
        }
        if ((head & DomainSetWriter.CHILDREN) == 0) {
            return;
        }
        int table = at + edge;
        int info = trie[table] & 0xff;
        int labels = table + 1;
        int count = info & DomainSetWriter.COUNT_MAX;
        if (count == 0) {
            count = (trie[labels++] & 0xff) + 1;
        }
        for (int i = 0; i < count; i++) {
            key[length] = trie[labels + i];
            visit(
                    target(table, labels + count, i, (info >>> DomainSetWriter.WIDTH_SHIFT) + 1),
                    key,
                    length + 1,
                    visitor);
        }
    }
}
