package io.tun2socks.rules.bench;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.RuleSet;
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
    private static final int ASKED = 1 << 17;

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
        ask(directory.resolve("names.txt"));
        ask(directory.resolve("suffixes.txt"));
        askAddresses(directory.resolve("v4.txt"), true);
        askAddresses(directory.resolve("v6.txt"), false);
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
            long processor = processorTime();
            LoadedRuleSet loaded = reader().read(file, behavior, format);
            double processorMilliseconds = (processorTime() - processor) / 1e6;
            double milliseconds = (System.nanoTime() - begin) / 1e6;
            System.out.printf(
                    Locale.ROOT,
                    "%-12s round %d: %7d entries in %5.0f ms (%5.0f ms of processor), %4.1f bytes each; file %4.1f MiB,"
                            + " peak heap %5.1f MiB%n",
                    file.getFileName(),
                    round,
                    loaded.set().size(),
                    milliseconds,
                    processorMilliseconds,
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

    private static void ask(Path file) throws IOException, RuleSetException {
        RuleSet set =
                reader().read(file, RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT).set();
        FlowMetadata flow = new FlowMetadata();
        String[] listed = new String[ASKED];
        String[] others = new String[ASKED];
        ListedNames source = new ListedNames(1);
        for (int i = 0; i < ASKED; i++) {
            listed[i] = source.next();
        }
        for (int i = 0; i < ASKED; i++) {
            others[i] = "x" + source.next();
        }
        for (int round = 1; round <= ROUNDS; round++) {
            double in = ask(set, flow, listed);
            double out = ask(set, flow, others);
            System.out.printf(
                    Locale.ROOT, "%-12s round %d: in %4.0f ns, others %4.0f ns%n", file.getFileName(), round, in, out);
        }
    }

    private static void askAddresses(Path file, boolean four) throws IOException, RuleSetException {
        RuleSet set =
                reader().read(file, RuleSetBehavior.IPCIDR, RuleSetFormat.TEXT).set();
        FlowMetadata flow = new FlowMetadata();
        Random random = new Random(2);
        Ip[] asked = new Ip[ASKED];
        for (int i = 0; i < ASKED; i++) {
            asked[i] = four ? Ip.v4(random.nextInt()) : Ip.of((0x2L << 60) | (random.nextLong() >>> 4), 0);
        }
        for (int round = 1; round <= ROUNDS; round++) {
            int found = 0;
            long processor = processorTime();
            for (int k = 0; k < 16; k++) {
                for (Ip ip : asked) {
                    found += set.matches(flow.destinationIp(ip)) ? 1 : 0;
                }
            }
            double nanoseconds = (processorTime() - processor) / (16.0 * ASKED);
            System.out.printf(
                    Locale.ROOT,
                    "%-12s round %d: %4.0f ns; %d found%n",
                    file.getFileName(),
                    round,
                    nanoseconds,
                    found / 16);
        }
    }

    private static double ask(RuleSet set, FlowMetadata flow, String[] names) {
        int found = 0;
        long processor = processorTime();
        for (int k = 0; k < 16; k++) {
            for (String name : names) {
                found += set.matches(flow.host(name)) ? 1 : 0;
            }
        }
        double nanoseconds = (processorTime() - processor) / (16.0 * names.length);
        return found < 0 ? 0 : nanoseconds;
    }

    /** Of this thread; unlike the clock it does not count what else the machine does. */
    private static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
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
