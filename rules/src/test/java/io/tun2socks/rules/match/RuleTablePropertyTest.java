package io.tun2socks.rules.match;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Rule;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The table answers each question as the linear scan does: matches, needs, where to go on, targets. */
class RuleTablePropertyTest {
    private static final int FLOWS = 12;

    @Property(tries = 6000)
    void shortListsAreAnsweredAlike(@ForAll long seed) throws RuleCompileException {
        answersAreAlike(seed, 24);
    }

    @Property(tries = 400)
    void longListsAreAnsweredAlike(@ForAll long seed) throws RuleCompileException {
        answersAreAlike(seed, 400);
    }

    private static void answersAreAlike(long seed, int most) throws RuleCompileException {
        RandomRules random = new RandomRules(seed);
        Map<String, List<Rule>> subRules = random.subRules();
        List<Rule> rules = random.rules(most, List.copyOf(subRules.keySet()));
        TestSets sets = new TestSets();
        random.fill(sets);
        LinearRules linear = LinearRules.compile(rules, subRules, sets, new TestGeo());
        RuleTable table = RuleTable.compile(rules, subRules, sets, new TestGeo());
        assertThat(table.size()).isEqualTo(linear.size());
        for (int i = 0; i < FLOWS; i++) {
            long flowSeed = seed * 31 + i;
            RandomRules one = new RandomRules(flowSeed);
            RandomRules other = new RandomRules(flowSeed);
            FlowMetadata flow = one.flow();
            FlowMetadata twin = other.flow();
            int from = 0;
            int answer;
            do {
                answer = linear.match(flow, from);
                String before = "from " + from + " for ";
                Supplier<String> place = () -> "seed " + seed + ", rules " + rules + " " + before + flow;
                assertThat(table.match(twin, from)).as(place).isEqualTo(answer);
                if (answer == RuleMatcher.NEEDS_ADDRESS || answer == RuleMatcher.NEEDS_PROCESS) {
                    assertThat(twin.resumeAt()).as(place).isEqualTo(flow.resumeAt());
                    from = flow.resumeAt();
                    meet(answer, one, flow);
                    meet(answer, other, twin);
                } else if (answer != RuleMatcher.NONE) {
                    assertThat(table.target(answer, twin)).as(place).isEqualTo(linear.target(answer, flow));
                    from = answer + 1;
                    // An update between two questions of a decision.
                    if (answer % 5 == 0) {
                        random.fill(sets);
                    }
                }
            } while (answer != RuleMatcher.NONE);
        }
    }

    private static void meet(int need, RandomRules random, FlowMetadata flow) {
        if (need == RuleMatcher.NEEDS_ADDRESS) {
            random.resolve(flow);
        } else {
            random.findProcess(flow);
        }
    }
}
