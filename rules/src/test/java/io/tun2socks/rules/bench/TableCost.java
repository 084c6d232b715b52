package io.tun2socks.rules.bench;

import io.tun2socks.rules.match.RuleCompileException;
import io.tun2socks.rules.match.RuleTable;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

/**
 * Prints what a table keeps in the heap, and what compiling it and a decision cost in time of the processor, which is not
 * disturbed by what else runs on the machine as much as time is. Run it with {@code -XX:+UseSerialGC}, as the program does:
 * G1 rounds large arrays up to regions.
 */
public final class TableCost {
    private static final int COMPILATIONS = 20;
    private static final int DECISIONS = 1 << 21;
    private static final int FLOWS = 1 << 12;

    private TableCost() {}

    /**
     * Measures.
     *
     * @param args {@code mixed}, {@code suffixes} or {@code blocks}, and how many rules
     */
    public static void main(String[] args) throws RuleCompileException {
        int count = Integer.parseInt(args[1]);
        Workload workload = switch (args[0]) {
            case "mixed" -> Workload.mixed(count);
            case "suffixes" -> Workload.suffixes(count);
            default -> Workload.blocks(count);
        };
        List<Rule> rules = workload.rules();
        FlowMetadata[] flows = workload.flows(FLOWS).toArray(new FlowMetadata[0]);
        long start = cpu();
        RuleTable table = compile(rules);
        long first = cpu() - start;
        // What goes when the table goes, rather than what came with it: other things go meanwhile.
        long with = usedAfterCollection();
        int size = table.size();
        table = null;
        long kept = with - usedAfterCollection();
        long warm = Long.MAX_VALUE;
        for (int i = 0; i < COMPILATIONS; i++) {
            start = cpu();
            table = compile(rules);
            warm = Math.min(warm, cpu() - start);
        }
        long sum = decide(table, flows);
        start = cpu();
        sum += decide(table, flows);
        double decision = (cpu() - start) / (double) DECISIONS;
        System.out.printf(
                "%s: %,d rules, %.1f bytes a rule, compiled in %.0f ms, again in %.0f ms, %.0f ns a decision (%d)%n",
                args[0], size, kept / (double) count, first / 1e6, warm / 1e6, decision, sum);
    }

    private static RuleTable compile(List<Rule> rules) throws RuleCompileException {
        return RuleTable.compile(rules, Map.of(), RuleSets.NONE, Workload.geo());
    }

    private static long decide(RuleTable table, FlowMetadata[] flows) {
        long sum = 0;
        for (int i = 0; i < DECISIONS; i++) {
            sum += table.match(flows[i & (FLOWS - 1)], 0);
        }
        return sum;
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long usedAfterCollection() {
        // The serial collector leaves some garbage where it is, but not in each fourth collection.
        for (int i = 0; i < 8; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
