package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.List;
import java.util.Map;

/**
 * Finds the first rule by indexes over the kinds of rules, and asks only the rules that no index knows, as long as they
 * come before the best candidate. It answers as {@link LinearRules} does. Immutable; any thread; no allocation per question.
 *
 * <p>A rule set is read anew by each RULE-SET rule that is asked, so an update takes effect with the next question.
 */
public final class RuleTable implements RuleMatcher {
    private final List<Rule> rules;
    private final Map<String, RuleTable> subTables;
    private final Lookup[] cheap;
    private final Lookup[] geographic;
    private final int[] geographicRules;
    private final int[] addressRules;
    private final int[] processRules;
    private final AskedRules asked;
    private final Postings postings;

    RuleTable(TableBuilder builder) {
        rules = builder.rules();
        subTables = builder.subTables();
        cheap = builder.cheap();
        geographic = builder.geographic();
        geographicRules = builder.geographicRules();
        addressRules = builder.addressRules();
        processRules = builder.processRules();
        asked = builder.asked();
        postings = builder.postings();
    }

    /**
     * Makes the table of rules.
     *
     * @param rules the rules, in order
     * @param subRules the lists that SUB-RULE names
     * @param sets the rule providers
     * @param geo geographic data
     * @return the table
     * @throws RuleCompileException if a rule refers to what is not there, or sub-rules come back to themselves
     */
    public static RuleTable compile(List<Rule> rules, Map<String, List<Rule>> subRules, RuleSets sets, GeoData geo)
            throws RuleCompileException {
        Evaluator evaluator = new Evaluator(subRules, sets, geo);
        new RuleChecks(subRules, sets, evaluator).check(rules);
        return new TableBuilder.Session(subRules, sets, geo, evaluator).table(rules);
    }

    @Override
    public int match(FlowMetadata flow, int from) {
        int limit = rules.size();
        int need = NONE;
        if (flow.lacksAddress()) {
            int first = Sorted.next(addressRules, from, limit);
            if (first < limit) {
                limit = first;
                need = NEEDS_ADDRESS;
            }
        }
        if (!flow.processSought()) {
            int first = Sorted.next(processRules, from, limit);
            if (first < limit) {
                limit = first;
                need = NEEDS_PROCESS;
            }
        }
        int found = find(flow, from, limit, true);
        if (found == NONE && need != NONE) {
            flow.resumeAt(limit);
            return need;
        }
        return found;
    }

    /** Returns the number of the first rule that holds, taking what is unknown as unknown; {@link #NONE} if none does. */
    int firstHolding(FlowMetadata flow) {
        return find(flow, 0, rules.size(), false);
    }

    private int find(FlowMetadata flow, int from, int limit, boolean needs) {
        int best = limit;
        for (int i = 0; i < cheap.length; i++) {
            best = cheap[i].first(postings, flow, from, best);
        }
        // Geographic data costs more than to ask the rules that come before the first that wants it.
        int firstGeographic = Sorted.next(geographicRules, from, best);
        int answer = asked.match(flow, from, firstGeographic, needs);
        if (answer != NONE) {
            return answer;
        }
        if (firstGeographic < best) {
            for (int i = 0; i < geographic.length; i++) {
                best = geographic[i].first(postings, flow, from, best);
            }
            answer = asked.match(flow, firstGeographic, best, needs);
            if (answer != NONE) {
                return answer;
            }
        }
        return best < limit ? best : NONE;
    }

    @Override
    public String target(int rule, FlowMetadata flow) {
        Rule matched = rules.get(rule);
        if (matched.condition() instanceof Condition.SubRule sub) {
            RuleTable table = subTables.get(sub.list());
            int number = table.firstHolding(flow);
            return number == NONE ? "" : table.target(number, flow);
        }
        return matched.target();
    }

    @Override
    public int size() {
        return rules.size();
    }
}
