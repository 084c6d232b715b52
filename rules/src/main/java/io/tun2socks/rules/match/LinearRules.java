package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.List;
import java.util.Map;

/**
 * Asks one rule after the other. It defines what is right, an index must agree with it. Immutable; any thread; no allocation
 * per question.
 */
public final class LinearRules implements RuleMatcher {
    private final List<Rule> rules;
    private final List<Needs> needs;
    private final Evaluator evaluator;

    private LinearRules(List<Rule> rules, List<Needs> needs, Evaluator evaluator) {
        this.rules = rules;
        this.needs = needs;
        this.evaluator = evaluator;
    }

    /**
     * Prepares rules.
     *
     * @param rules the rules, in order
     * @param subRules the lists that SUB-RULE names
     * @param sets the rule providers
     * @param geo geographic data
     * @return the matcher
     * @throws RuleCompileException if a rule refers to what is not there, or sub-rules come back to themselves
     */
    public static LinearRules compile(List<Rule> rules, Map<String, List<Rule>> subRules, RuleSets sets, GeoData geo)
            throws RuleCompileException {
        Evaluator evaluator = new Evaluator(subRules, sets, geo);
        new RuleChecks(subRules, sets, evaluator).check(rules);
        List<Needs> needs = rules.stream()
                .map(rule -> Needs.of(rule.condition(), subRules, sets))
                .toList();
        return new LinearRules(List.copyOf(rules), needs, evaluator);
    }

    @Override
    public int match(FlowMetadata flow, int from) {
        for (int i = from; i < rules.size(); i++) {
            if (flow.lacksAddress() && needs.get(i).address()) {
                flow.resumeAt(i);
                return NEEDS_ADDRESS;
            }
            if (!flow.processSought() && needs.get(i).process()) {
                flow.resumeAt(i);
                return NEEDS_PROCESS;
            }
            if (evaluator.evaluate(rules.get(i).condition(), flow)) {
                return i;
            }
        }
        return NONE;
    }

    @Override
    public String target(int rule, FlowMetadata flow) {
        return evaluator.target(rules.get(rule), flow);
    }

    @Override
    public int size() {
        return rules.size();
    }
}
