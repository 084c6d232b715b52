package io.tun2socks.rules.set;

import java.util.Arrays;

/**
 * Builds a {@link DomainSet} from reversed names in ascending order, in one pass and with no memory beside the result. One
 * thread.
 *
 * <p>The result is one array of nodes, children before parents, the root last. A node is a byte with the two marks of its
 * key, whether it has children and how long its edge is; the edge, which is what stands between the label by which the
 * parent knows it and the place where keys part; and if there are children, their number and the width of references, their
 * labels in ascending order, and how far back each of them is.
 */
public final class DomainSetWriter {
    static final int CHILDREN = 4;
    static final int EDGE_SHIFT = 3;
    static final int EDGE_MAX = 31;
    static final int COUNT_MAX = 63;
    static final int WIDTH_SHIFT = 6;

    private static final int LIMIT = 1 << 30;

    private byte[] out;
    private int size;
    private int entries;
    private final byte[] last = new byte[DomainKeys.MAX_LENGTH];
    private int lastLength;

    /** The nodes on the way to the last key; those of them from {@code top} on are spare. */
    private final Open[] open = new Open[DomainKeys.MAX_LENGTH + 1];

    private int top;

    /** A node that more children may come to. */
    private static final class Open {
        private int depth;
        private int marks;
        private int count;
        private byte[] labels = new byte[4];
        private int[] children = new int[4];

        private void reset(int newDepth) {
            depth = newDepth;
            marks = 0;
            count = 0;
        }

        private void add(byte label, int child) {
            if (count == labels.length) {
                labels = Arrays.copyOf(labels, count * 2);
                children = Arrays.copyOf(children, count * 2);
            }
            labels[count] = label;
            children[count++] = child;
        }
    }

    /** Begins an empty set. */
    public DomainSetWriter() {
        this(1024);
    }

    DomainSetWriter(int capacity) {
        out = new byte[Math.max(capacity, 16)];
        insert(0, 0);
    }

    /**
     * Adds an entry. Keys come in ascending order of their bytes, unsigned; a key may also be equal to the last one or be
     * the beginning of it, which adds to the marks.
     *
     * @param key holds the name, lower-case and reversed byte by byte
     * @param length the key's length, 0 to 253; 0 with {@code below} stands for every name
     * @param exact whether the name itself is in the set
     * @param below whether all names below it are in the set
     * @throws IllegalArgumentException if the key is too long or out of order, or marked as nothing
     */
    public void add(byte[] key, int length, boolean exact, boolean below) {
        add(key, 0, length, (exact ? DomainKeys.EXACT : 0) | (below ? DomainKeys.BELOW : 0));
    }

    void add(byte[] key, int from, int length, int marks) {
        if (length > DomainKeys.MAX_LENGTH || marks == 0 || (length == 0 && marks != DomainKeys.BELOW)) {
            throw new IllegalArgumentException(
                    "a key of " + length + " bytes with marks " + marks + " cannot be added");
        }
        int common = Arrays.mismatch(last, 0, lastLength, key, from, from + length);
        if (common < 0 || common == length) {
            mark(openAt(length), marks);
            return;
        }
        if (common < lastLength && (last[common] & 0xff) > (key[from + common] & 0xff)) {
            throw new IllegalArgumentException("keys must come in ascending order");
        }
        closeTo(common);
        System.arraycopy(key, from + common, last, common, length - common);
        lastLength = length;
        mark(insert(top, length), marks);
    }

    /** Returns how many different names have been added. */
    public int entries() {
        return entries;
    }

    /**
     * Ends the set; nothing can be added afterwards.
     *
     * @return the set, whose size is {@link #entries}
     */
    public DomainSet finish() {
        return finish(entries);
    }

    DomainSet finish(int declaredSize) {
        closeTo(0);
        int root = write(open[0], 0);
        return new DomainSet(size == out.length ? out : Arrays.copyOf(out, size), root, declaredSize);
    }

    private void mark(Open node, int marks) {
        entries += node.marks == 0 ? 1 : 0;
        node.marks |= marks;
    }

    /** Returns the node at a depth on the way to the last key, made if no keys have parted there yet. */
    private Open openAt(int depth) {
        int index = top;
        while (open[index - 1].depth > depth) {
            index--;
        }
        return open[index - 1].depth == depth ? open[index - 1] : insert(index, depth);
    }

    private Open insert(int index, int depth) {
        Open node = open[top] == null ? new Open() : open[top];
        System.arraycopy(open, index, open, index + 1, top - index);
        node.reset(depth);
        open[index] = node;
        top++;
        return node;
    }

    /** Writes what is deeper than the given depth, and leaves the node at that depth as the deepest open one. */
    private void closeTo(int depth) {
        while (open[top - 1].depth > depth) {
            Open node = open[--top];
            int parentDepth = Math.max(depth, open[top - 1].depth);
            int child = write(node, parentDepth + 1);
            if (open[top - 1].depth < parentDepth) {
                // The spare slot holds the node just written, which is thereby used again.
                insert(top, parentDepth);
            }
            open[top - 1].add(last[parentDepth], child);
        }
    }

    private int write(Open node, int edgeFrom) {
        int edge = node.depth - edgeFrom;
        // Head, length, edge, table's head and count; a label and four bytes for each child.
        reserve(4 + edge + node.count * 5);
        int start = size;
        int children = node.count == 0 ? 0 : CHILDREN;
        out[size++] = (byte) ((Math.min(edge, EDGE_MAX) << EDGE_SHIFT) | children | node.marks);
        if (edge >= EDGE_MAX) {
            out[size++] = (byte) (edge - EDGE_MAX);
        }
        System.arraycopy(last, edgeFrom, out, size, edge);
        size += edge;
        if (node.count > 0) {
            writeTable(node);
        }
        return start;
    }

    private void writeTable(Open node) {
        int table = size;
        // The first child is the farthest.
        int farthest = table - node.children[0];
        int width = (39 - Integer.numberOfLeadingZeros(farthest)) / 8;
        boolean many = node.count > COUNT_MAX;
        out[size++] = (byte) (((width - 1) << WIDTH_SHIFT) | (many ? 0 : node.count));
        if (many) {
            out[size++] = (byte) (node.count - 1);
        }
        System.arraycopy(node.labels, 0, out, size, node.count);
        size += node.count;
        for (int i = 0; i < node.count; i++) {
            int back = table - node.children[i];
            for (int k = 0; k < width; k++) {
                out[size++] = (byte) (back >>> (8 * k));
            }
        }
    }

    private void reserve(int more) {
        if (size + more > out.length) {
            if (size + more > LIMIT) {
                throw new IllegalStateException("a set of names cannot take more than " + LIMIT + " bytes");
            }
            out = Arrays.copyOf(out, Math.max(size + more, Math.min(out.length + (out.length >> 1), LIMIT)));
        }
    }
}
