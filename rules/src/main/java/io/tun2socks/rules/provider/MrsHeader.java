package io.tun2socks.rules.provider;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/** What stands before the set in an mrs file: magic, behavior, number of rules, and a part for extensions. */
record MrsHeader(RuleSetBehavior behavior, long count) {
    /** "MRS", version 1. */
    private static final int MAGIC = 0x4d525301;

    private static final int DOMAIN = 0;
    private static final int IPCIDR = 1;

    static MrsHeader read(DataInput in) throws IOException {
        int magic = in.readInt();
        if (magic != MAGIC) {
            throw new StreamCorruptedException(
                    String.format("it begins with %08x: expected %08x ('MRS', version 1)", magic, MAGIC));
        }
        int behavior = in.readUnsignedByte();
        if (behavior != DOMAIN && behavior != IPCIDR) {
            throw new StreamCorruptedException("behavior " + behavior + ": expected 0 (domain) or 1 (ipcidr)");
        }
        long count = in.readLong();
        if (count < 0) {
            throw new StreamCorruptedException("a number of " + count + " rules");
        }
        long extra = in.readLong();
        if (extra < 0) {
            throw new StreamCorruptedException("an extension of " + extra + " bytes");
        }
        for (long i = 0; i < extra; i++) {
            in.readByte();
        }
        return new MrsHeader(behavior == DOMAIN ? RuleSetBehavior.DOMAIN : RuleSetBehavior.IPCIDR, count);
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(MAGIC);
        out.writeByte(behavior == RuleSetBehavior.DOMAIN ? DOMAIN : IPCIDR);
        out.writeLong(count);
        out.writeLong(0);
    }
}
