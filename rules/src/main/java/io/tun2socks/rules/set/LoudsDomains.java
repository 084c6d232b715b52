package io.tun2socks.rules.set;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.function.BiConsumer;

/**
 * The form of a set of names in mihomo's mrs files, version 1: a level-order unary degree sequence (LOUDS). Nodes of the
 * trie over reversed names are numbered level by level; a bitmap has a 0 for each child of each node in turn and a 1 at the
 * end of each node; the labels of the children stand in the same order; another bitmap tells at which nodes a key ends.
 * {@code .example.com} is the key {@code moc.elpmaxe.+}, and {@code +.example.com} is that and {@code moc.elpmaxe}.
 */
public final class LoudsDomains {
    private static final int VERSION = 1;

    private LoudsDomains() {}

    /**
     * Reads a set.
     *
     * @param in where to read; the caller limits what can come out of it
     * @param refused gets each entry that is none, and why, as the end of a sentence about it
     * @return the set
     * @throws IOException if reading fails or the form is broken; the message says what was found
     */
    public static DomainSet read(DataInput in, BiConsumer<String, String> refused) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new StreamCorruptedException("version " + version + " of the set of names: expected " + VERSION);
        }
        Bits leaves = Bits.read(in, "bitmap of leaves");
        Bits degrees = Bits.read(in, "bitmap of labels");
        byte[] labels = Bits.readBytes(in, "labels");
        return new LoudsReader(leaves, degrees, labels, refused).read();
    }

    /**
     * Writes a set.
     *
     * @param set the set; not empty, since the form has no empty sets
     * @param out where to write
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if the set is empty
     */
    public static void write(DomainSet set, DataOutput out) throws IOException {
        LoudsWriter writer = new LoudsWriter(set);
        out.writeByte(VERSION);
        writer.write(out);
    }
}
