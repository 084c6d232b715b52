package io.tun2socks.rules.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tun2socks.rules.bench.Workload;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What decisions allocate, and what a table takes. */
class FootprintTest {
    private static final int ROUNDS = 20;

    /** Bytes that reading the counter itself may allocate, and nothing that grows with the number of decisions. */
    private static final long SLACK = 2048;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void decisionsByIndexesAllocateNothing() throws RuleCompileException {
        Workload workload = Workload.mixed(5000);
        RuleTable table = RuleTable.compile(workload.rules(), Map.of(), RuleSets.NONE, Workload.geo());
        assertAllocatesNothing(table, workload.flows(500));
    }

    @Test
    void decisionsThatAskSetsSitesAndSubRulesAllocateNothing() throws RuleCompileException {
        TestSets sets = new TestSets();
        sets.put("set", new Condition.DomainSuffix("never.example"), true, true);
        Condition.InRuleSet set = new Condition.InRuleSet("set", true, false);
        List<Rule> rules = List.of(
                rule(set),
                rule(new Condition.Geosite("never.example")),
                rule(new Condition.Not(new Condition.Or(List.of(new Condition.Always(), set)))),
                rule(new Condition.SubRule(new Condition.Always(), "list")),
                rule(new Condition.GeoIp("xy", Condition.End.DESTINATION, false)),
                rule(new Condition.IpAsn(99, Condition.End.SOURCE, false)));
        Map<String, List<Rule>> subRules = Map.of("list", List.of(rule(new Condition.Domain("never.example"))));
        List<FlowMetadata> flows = Workload.suffixes(10).flows(500);
        assertAllocatesNothing(RuleTable.compile(rules, subRules, sets, new TestGeo()), flows);
        assertAllocatesNothing(LinearRules.compile(rules, subRules, sets, new TestGeo()), flows);
    }

    private static Rule rule(Condition condition) {
        return new Rule("TEST", "", "target", condition, 0);
    }

    /** Lets each flow through all rules, so that none is left out because an earlier one has matched. */
    private static void assertAllocatesNothing(RuleMatcher matcher, List<FlowMetadata> flows) {
        long decisions = matchAll(matcher, flows);
        assertThat(decisions).isGreaterThanOrEqualTo(flows.size());
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            matchAll(matcher, flows);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(SLACK);
    }

    private static long matchAll(RuleMatcher matcher, List<FlowMetadata> flows) {
        long decisions = 0;
        for (int i = 0; i < flows.size(); i++) {
            int from = 0;
            while (from >= 0) {
                int answer = matcher.match(flows.get(i), from);
                from = answer < 0 ? -1 : answer + 1;
                decisions++;
            }
        }
        return decisions;
    }

    @Test
    void aTableOfSuffixesTakesLessThan40BytesARule() throws RuleCompileException {
        // Enough that what the collector wastes behind large arrays does not count.
        int count = 300_000;
        List<Rule> rules = Workload.suffixes(count).rules();
        long least = Long.MAX_VALUE;
        // Other threads allocate and let go meanwhile: the least of some attempts is the table's own.
        for (int i = 0; i < 3; i++) {
            RuleTable table = RuleTable.compile(rules, Map.of(), RuleSets.NONE, Workload.geo());
            long with = usedAfterCollection();
            assertThat(table.size()).isEqualTo(count);
            table = null;
            least = Math.min(least, with - usedAfterCollection());
        }
        assertThat(rules).hasSize(count);
        assertThat(least / (double) count).isBetween(8.0, 40.0);
    }

    private static long usedAfterCollection() {
        // The serial collector leaves some garbage where it is, but not in each fourth collection.
        for (int i = 0; i < 8; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
