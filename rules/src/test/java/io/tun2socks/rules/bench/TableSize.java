package io.tun2socks.rules.bench;

import io.tun2socks.rules.match.RuleCompileException;
import io.tun2socks.rules.match.RuleTable;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

/**
 * Prints what a table keeps in the heap, and the processor time that the first compilation in the process takes. Run it
 * with {@code -XX:+UseSerialGC}, as the program does: G1 rounds large arrays up to regions.
 */
public final class TableSize {
    private TableSize() {}

    /**
     * Measures.
     *
     * @param args {@code mixed}, {@code suffixes} or {@code blocks}, and how many rules
     */
    public static void main(String[] args) throws RuleCompileException {
        int count = Integer.parseInt(args[1]);
        List<Rule> rules = switch (args[0]) {
            case "mixed" -> Workload.mixed(count).rules();
            case "suffixes" -> Workload.suffixes(count).rules();
            default -> Workload.blocks(count).rules();
        };
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        RuleTable table = RuleTable.compile(rules, Map.of(), RuleSets.NONE, Workload.geo());
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        // What goes when the table goes, rather than what came with it: other things go meanwhile.
        long with = usedAfterCollection();
        int size = table.size();
        table = null;
        long kept = with - usedAfterCollection();
        System.out.printf(
                "%s: %,d rules, %.1f bytes a rule, compiled in %.0f ms of the processor%n",
                args[0], size, kept / (double) count, nanos / 1e6);
        if (rules.size() != size) {
            throw new AssertionError("the rules must live until here, or their loss would count for the table");
        }
    }

    private static long usedAfterCollection() {
        // The serial collector leaves some garbage where it is, but not in each fourth collection.
        for (int i = 0; i < 8; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
