package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that all that rules refer to is there: lists of sub-rules, without cycles, rule sets, geographic data. */
final class RuleChecks {
    private final Map<String, List<Rule>> subRules;
    private final RuleSets sets;
    private final Evaluator evaluator;
    private final Set<String> checked = new HashSet<>();
    private final List<String> path = new ArrayList<>();

    RuleChecks(Map<String, List<Rule>> subRules, RuleSets sets, Evaluator evaluator) {
        this.subRules = subRules;
        this.sets = sets;
        this.evaluator = evaluator;
    }

    /** Checks rules, and the lists of sub-rules, those that nothing refers to as well. */
    void check(List<Rule> rules) throws RuleCompileException {
        checkList("", rules);
        for (Map.Entry<String, List<Rule>> list : subRules.entrySet()) {
            checkSubRules(list.getKey(), list.getValue());
        }
    }

    private void checkSubRules(String name, List<Rule> rules) throws RuleCompileException {
        if (checked.add(name)) {
            path.add(name);
            checkList(name, rules);
            path.remove(path.size() - 1);
        }
    }

    private void checkList(String list, List<Rule> rules) throws RuleCompileException {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.condition() instanceof Condition.Domain || rule.condition() instanceof Condition.DomainSuffix) {
                continue;
            }
            try {
                evaluator.require(rule.condition());
            } catch (GeoDataException e) {
                RuleCompileException refusal = new RuleCompileException(list, i, rule, e.getMessage());
                refusal.initCause(e);
                throw refusal;
            }
            checkReferences(list, i, rule, rule.condition());
        }
    }

    private void checkReferences(String list, int number, Rule rule, Condition condition) throws RuleCompileException {
        if (condition instanceof Condition.InRuleSet c && sets.find(c.name()) == null) {
            throw new RuleCompileException(list, number, rule, "there is no '" + c.name() + "' in rule-providers");
        }
        if (condition instanceof Condition.SubRule c) {
            List<Rule> next = subRules.get(c.list());
            if (next == null) {
                throw new RuleCompileException(list, number, rule, "there is no '" + c.list() + "' in sub-rules");
            }
            int start = path.indexOf(c.list());
            if (start >= 0) {
                String cycle = String.join(" -> ", path.subList(start, path.size())) + " -> " + c.list();
                throw new RuleCompileException(
                        list, number, rule, "sub-rules must not come back to themselves: " + cycle);
            }
            checkSubRules(c.list(), next);
        }
        for (Condition part : Conditions.parts(condition)) {
            checkReferences(list, number, rule, part);
        }
    }
}
