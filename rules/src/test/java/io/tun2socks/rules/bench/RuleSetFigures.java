package io.tun2socks.rules.bench;

import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.provider.DomainRuleSet;
import io.tun2socks.rules.provider.IpCidrRuleSet;
import io.tun2socks.rules.provider.LoadedRuleSet;
import io.tun2socks.rules.provider.MrsWriter;
import io.tun2socks.rules.provider.RuleSetBehavior;
import io.tun2socks.rules.provider.RuleSetException;
import io.tun2socks.rules.provider.RuleSetFormat;
import io.tun2socks.rules.provider.RuleSetLimits;
import io.tun2socks.rules.provider.RuleSetReader;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.DomainSet;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * Prints how much heap sets take, and how long and with how much heap they are read. Run it in two processes, so that the
 * names that are made do not count: {@code write DIRECTORY}, then {@code read DIRECTORY} with {@code -Xmx300m}.
 */
public final class RuleSetFigures {
    private static final int NAMES = 1_000_000;
    private static final int BLOCKS = 100_000;
    private static final int ROUNDS = 5;

    private RuleSetFigures() {}

    /**
     * Writes the lists, or reads them.
     *
     * @param args {@code write} or {@code read}, and a directory
     * @throws IOException if a file cannot be written or read
     * @throws RuleSetException if a file that was written is not good
     */
    public static void main(String[] args) throws IOException, RuleSetException {
        Path directory = Path.of(args[1]);
        if (args[0].equals("write")) {
            writeNames(directory);
            writeBlocks(directory);
            return;
        }
        read(directory.resolve("names.txt"), RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
        read(directory.resolve("names.yaml"), RuleSetBehavior.DOMAIN, RuleSetFormat.YAML);
        read(directory.resolve("names.mrs"), RuleSetBehavior.DOMAIN, RuleSetFormat.MRS);
        read(directory.resolve("suffixes.txt"), RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
        read(directory.resolve("v4.txt"), RuleSetBehavior.IPCIDR, RuleSetFormat.TEXT);
        read(directory.resolve("v6.txt"), RuleSetBehavior.IPCIDR, RuleSetFormat.TEXT);
    }

    private static void writeNames(Path directory) throws IOException, RuleSetException {
        Path text = directory.resolve("names.txt");
        try (BufferedWriter names = Files.newBufferedWriter(text);
                BufferedWriter suffixes = Files.newBufferedWriter(directory.resolve("suffixes.txt"));
                BufferedWriter yaml = Files.newBufferedWriter(directory.resolve("names.yaml"))) {
            yaml.write("payload:\n");
            for (String name : new ListedNames(1).different(NAMES)) {
                names.write(name + "\n");
                suffixes.write("+." + name + "\n");
                yaml.write("  - '" + name + "'\n");
            }
        }
        LoadedRuleSet loaded = reader().read(text, RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
        if (loaded.set() instanceof DomainRuleSet set && set.domains() instanceof DomainSet domains) {
            try (OutputStream mrs = Files.newOutputStream(directory.resolve("names.mrs"))) {
                MrsWriter.write(domains, mrs);
            }
        }
    }

    private static void writeBlocks(Path directory) throws IOException {
        Random random = new Random(1);
        try (Writer v4 = Files.newBufferedWriter(directory.resolve("v4.txt"));
                Writer v6 = Files.newBufferedWriter(directory.resolve("v6.txt"))) {
            for (int i = 0; i < BLOCKS; i++) {
                v4.write(Ip.v4(random.nextInt()) + "/24\n");
                v6.write(Ip.of((0x2L << 60) | (random.nextLong() >>> 4), 0) + "/48\n");
            }
        }
    }

    private static void read(Path file, RuleSetBehavior behavior, RuleSetFormat format)
            throws IOException, RuleSetException {
        for (int round = 1; round <= ROUNDS; round++) {
            System.gc();
            heapPools(true);
            long begin = System.nanoTime();
            LoadedRuleSet loaded = reader().read(file, behavior, format);
            double milliseconds = (System.nanoTime() - begin) / 1e6;
            System.out.printf(
                    Locale.ROOT,
                    "%-12s round %d: %7d entries in %6.0f ms, %5.1f bytes each; file %4.1f MiB, peak heap %5.1f MiB%n",
                    file.getFileName(),
                    round,
                    loaded.set().size(),
                    milliseconds,
                    (double) bytes(loaded) / loaded.set().size(),
                    Files.size(file) / 1048576.0,
                    heapPools(false) / 1048576.0);
        }
    }

    private static int bytes(LoadedRuleSet loaded) {
        if (loaded.set() instanceof DomainRuleSet set && set.domains() instanceof DomainSet domains) {
            return domains.bytes();
        }
        return loaded.set() instanceof IpCidrRuleSet set && set.addresses() instanceof CidrSet addresses
                ? addresses.bytes()
                : 0;
    }

    /** Returns the sum of the peaks of all parts of the heap, which is at least the peak of the heap. */
    private static long heapPools(boolean reset) {
        long peak = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP) {
                peak += pool.getPeakUsage().getUsed();
                if (reset) {
                    pool.resetPeakUsage();
                }
            }
        }
        return peak;
    }

    private static RuleSetReader reader() {
        return new RuleSetReader(
                (text, line) -> {
                    throw new AssertionError(text);
                },
                rules -> {
                    throw new AssertionError("no rules are read");
                },
                RuleSetLimits.DEFAULT);
    }
}
