package io.tun2socks.rules.bench;

import io.tun2socks.rules.match.RuleCompileException;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.match.RuleTable;
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

/** How long it takes to compile parsed rules: the first time in a process, as at a start, and when warm, as at a reload. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class CompileBenchmark {
    /** Which rules, and how many. */
    @Param({"mixed-10000", "suffixes-100000"})
    public String rules;

    private List<Rule> list;

    /** Makes the rules. */
    @Setup
    public void make() {
        int count = Integer.parseInt(rules.substring(rules.indexOf('-') + 1));
        list = (rules.startsWith("mixed") ? Workload.mixed(count) : Workload.suffixes(count)).rules();
    }

    /** Compiles in a process that has compiled no rules before. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    @Fork(10)
    public RuleMatcher first() throws RuleCompileException {
        return compile();
    }

    /** Compiles in a process that has done so before. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @Warmup(iterations = 3, time = 1)
    @Measurement(iterations = 5, time = 1)
    @Fork(1)
    public RuleMatcher again() throws RuleCompileException {
        return compile();
    }

    private RuleMatcher compile() throws RuleCompileException {
        return RuleTable.compile(list, Map.of(), RuleSets.NONE, Workload.geo());
    }
}
