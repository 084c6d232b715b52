package io.tun2socks.rules.provider;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.DomainSet;
import io.tun2socks.rules.set.LoudsDomains;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;

/** Reads mihomo's mrs files, version 1. */
final class MrsReader {
    private static final int BUFFER = 1 << 16;

    /** The largest window that a file may ask for, as a power of two: 128 MiB, as the zstd tool allows. */
    private static final int WINDOW_LOG = 27;

    private MrsReader() {}

    static LoadedRuleSet read(String source, byte[] content, RuleSetBehavior behavior, long limit)
            throws RuleSetException {
        if (behavior == RuleSetBehavior.CLASSICAL) {
            throw new RuleSetException(source + ": a classical set has no mrs form: expected format yaml or text");
        }
        try (ZstdInputStreamNoFinalizer unpacked =
                        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(content)).setLongMax(WINDOW_LOG);
                DataInputStream in =
                        new DataInputStream(new BufferedInputStream(new LimitedInput(unpacked, limit), BUFFER))) {
            return read(in, behavior);
        } catch (EOFException e) {
            throw new RuleSetException(source + " is no mrs file: it ends too early", e);
        } catch (IOException e) {
            throw new RuleSetException(source + " is no mrs file: " + e.getMessage(), e);
        }
    }

    private static LoadedRuleSet read(DataInputStream in, RuleSetBehavior behavior) throws IOException {
        MrsHeader header = MrsHeader.read(in);
        if (header.behavior() != behavior) {
            throw new IOException("it holds behavior " + header.behavior() + ": expected " + behavior);
        }
        Problems problems = new Problems();
        if (behavior == RuleSetBehavior.DOMAIN) {
            DomainSet set = LoudsDomains.read(in, (entry, why) -> problems.add(0, entry, why));
            if (set.isEmpty()) {
                throw new IOException("it holds no usable name");
            }
            RuleSet rules = new DomainRuleSet(set, size(header, set.size()));
            return new LoadedRuleSet(rules, problems.first(), problems.count());
        }
        CidrSet set = MrsRanges.read(in);
        return new LoadedRuleSet(new IpCidrRuleSet(set, size(header, set.size())), problems.first(), 0);
    }

    /** The header counts the rules that the set was made of, of which some were merged. */
    private static int size(MrsHeader header, int found) {
        return header.count() > found && header.count() <= Integer.MAX_VALUE ? (int) header.count() : found;
    }
}
