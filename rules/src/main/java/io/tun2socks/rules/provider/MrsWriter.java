package io.tun2socks.rules.provider;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.DomainSet;
import io.tun2socks.rules.set.LoudsDomains;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes mihomo's mrs files, version 1. */
public final class MrsWriter {
    private static final int BUFFER = 1 << 16;
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
        try (DataOutputStream packed = pack(out)) {
            new MrsHeader(RuleSetBehavior.DOMAIN, set.size()).write(packed);
            LoudsDomains.write(set, packed);
        }
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
        try (DataOutputStream packed = pack(out)) {
            new MrsHeader(RuleSetBehavior.IPCIDR, set.size()).write(packed);
            MrsRanges.write(set, packed);
        }
    }

    private static DataOutputStream pack(OutputStream out) throws IOException {
        ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(new KeptOpen(out), LEVEL);
        return new DataOutputStream(new BufferedOutputStream(zstd, BUFFER));
    }
}
