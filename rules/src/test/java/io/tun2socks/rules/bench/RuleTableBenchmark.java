package io.tun2socks.rules.bench;

import io.tun2socks.rules.match.LinearRules;
import io.tun2socks.rules.match.RuleCompileException;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.match.RuleTable;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one decision costs, by indexes and one rule after the other; 4,096 flows in turn, half of them in no rule. */
@State(Scope.Thread)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RuleTableBenchmark {
    private static final int FLOWS = 4096;

    /** Which rules, and how many. */
    @Param({"mixed-1000", "mixed-10000", "suffixes-100000", "blocks-100000"})
    public String rules;

    private RuleMatcher table;
    private RuleMatcher linear;
    private FlowMetadata[] flows;
    private int turn;

    /** Compiles the rules. */
    @Setup
    public void compile() throws RuleCompileException {
        int count = Integer.parseInt(rules.substring(rules.indexOf('-') + 1));
        Workload workload = rules.startsWith("mixed")
                ? Workload.mixed(count)
                : rules.startsWith("blocks") ? Workload.blocks(count) : Workload.suffixes(count);
        List<Rule> list = workload.rules();
        table = RuleTable.compile(list, Map.of(), RuleSets.NONE, Workload.geo());
        linear = LinearRules.compile(list, Map.of(), RuleSets.NONE, Workload.geo());
        flows = workload.flows(FLOWS).toArray(new FlowMetadata[0]);
    }

    /** Decides by indexes. */
    @Benchmark
    public int indexed() {
        return table.match(flows[turn++ & (FLOWS - 1)], 0);
    }

    /** Decides by asking one rule after the other. */
    @Benchmark
    public int oneByOne() {
        return linear.match(flows[turn++ & (FLOWS - 1)], 0);
    }
}
