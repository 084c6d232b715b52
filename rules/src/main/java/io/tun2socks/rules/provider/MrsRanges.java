package io.tun2socks.rules.provider;

import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.CidrSetBuilder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.io.UncheckedIOException;

/** The form of a set of addresses in mrs files, version 1: first and last address of each range, in 16 bytes each. */
final class MrsRanges {
    private static final int VERSION = 1;
    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    private MrsRanges() {}

    static CidrSet read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new StreamCorruptedException("version " + version + " of the set of addresses: expected " + VERSION);
        }
        long length = in.readLong();
        if (length < 1) {
            throw new StreamCorruptedException("a number of " + length + " ranges: expected 1 or more");
        }
        CidrSetBuilder builder = new CidrSetBuilder();
        for (long i = 0; i < length; i++) {
            Ip first = Ip.of(in.readLong(), in.readLong());
            Ip last = Ip.of(in.readLong(), in.readLong());
            try {
                builder.addRange(first, last);
            } catch (IllegalArgumentException e) {
                throw new StreamCorruptedException(e.getMessage());
            }
        }
        return builder.build();
    }

    static void write(CidrSet set, DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(set.ranges());
        try {
            set.visit((first, last) -> {
                address(first, out);
                address(last, out);
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void address(Ip ip, DataOutput out) {
        try {
            out.writeLong(ip.high());
            out.writeLong(ip.isV4() ? MAPPED | ip.low() : ip.low());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
