package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Rule;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Asks rules themselves where an index knows only a part of them: an AND that stands under one of its parts, a pattern
 * under a piece that it needs. SUB-RULEs are asked with the table of their list.
 */
final class Guards {
    private final List<Rule> rules;
    private final long[] guarded;
    private final Evaluator evaluator;
    private final Map<String, RuleTable> tables;

    /**
     * Makes the guards of a table.
     *
     * @param rules the rules
     * @param guarded the numbers of those that must be asked after an index has named them
     * @param evaluator answers conditions
     * @param tables the tables of the lists of sub-rules
     */
    Guards(List<Rule> rules, BitSet guarded, Evaluator evaluator, Map<String, RuleTable> tables) {
        this.rules = rules;
        this.guarded = guarded.toLongArray();
        this.evaluator = evaluator;
        this.tables = tables;
    }

    /** Tells whether a rule that an index has named holds. */
    boolean admits(int number, FlowMetadata flow) {
        int word = number >>> 6;
        return word >= guarded.length
                || (guarded[word] & (1L << number)) == 0
                || holds(rules.get(number).condition(), flow);
    }

    /** Tells whether a condition holds. */
    boolean holds(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.SubRule c) {
            return evaluator.evaluate(c.condition(), flow)
                    && tables.get(c.list()).firstHolding(flow) >= 0;
        }
        return evaluator.evaluate(condition, flow);
    }
}
