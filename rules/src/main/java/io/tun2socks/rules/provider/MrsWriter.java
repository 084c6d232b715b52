package io.tun2socks.rules.provider;

import com.github.luben.zstd.Zstd;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.DomainSet;
import io.tun2socks.rules.set.LoudsDomains;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes mihomo's mrs files, version 1. */
public final class MrsWriter {
    private static final int LEVEL = 12;

    private MrsWriter() {}

    /**
     * Writes a set of names.
     *
     * @param set the set
     * @param out where to; not closed
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if the set is empty, which the format cannot express
     */
    public static void write(DomainSet set, OutputStream out) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(set.bytes());
        DataOutputStream unpacked = new DataOutputStream(bytes);
        new MrsHeader(RuleSetBehavior.DOMAIN, set.size()).write(unpacked);
        LoudsDomains.write(set, unpacked);
        pack(bytes, out);
    }

    /**
     * Writes a set of addresses.
     *
     * @param set the set
     * @param out where to; not closed
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if the set is empty, which the format cannot express
     */
    public static void write(CidrSet set, OutputStream out) throws IOException {
        if (set.ranges() == 0) {
            throw new IllegalArgumentException("an empty set of addresses cannot be written");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream unpacked = new DataOutputStream(bytes);
        new MrsHeader(RuleSetBehavior.IPCIDR, set.size()).write(unpacked);
        MrsRanges.write(set, unpacked);
        pack(bytes, out);
    }

    /** In one piece: the compressor then knows the size, and takes no more memory than that asks for. */
    private static void pack(ByteArrayOutputStream unpacked, OutputStream out) throws IOException {
        out.write(Zstd.compress(unpacked.toByteArray(), LEVEL));
        out.flush();
    }
}
