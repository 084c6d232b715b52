package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.model.RuleSets;
import java.util.HashMap;
import java.util.Map;

/** Rule sets of one condition each, which a test may replace. */
final class TestSets implements RuleSets {
    private final Map<String, Slot> slots = new HashMap<>();

    /** What a set holds. */
    record Contents(Condition condition, Evaluator evaluator, boolean needsAddress, boolean needsProcess)
            implements RuleSet {
        @Override
        public boolean matches(FlowMetadata flow) {
            return evaluator.evaluate(condition, flow);
        }

        @Override
        public int size() {
            return 1;
        }
    }

    private static final class Slot implements Holder {
        private RuleSet current;

        @Override
        public RuleSet current() {
            return current;
        }
    }

    /** Makes a set, or replaces what it holds. */
    void put(String name, Condition condition, boolean needsAddress, boolean needsProcess) {
        Evaluator evaluator = new Evaluator(Map.of(), RuleSets.NONE, new TestGeo());
        slots.computeIfAbsent(name, key -> new Slot()).current =
                new Contents(condition, evaluator, needsAddress, needsProcess);
    }

    @Override
    public Holder find(String name) {
        return slots.get(name);
    }
}
