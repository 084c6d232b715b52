package io.tun2socks.rules.explain;

import io.tun2socks.rules.decide.Decision;
import io.tun2socks.rules.decide.Targets.Fitness;
import io.tun2socks.rules.explain.Explanation.Mention;
import io.tun2socks.rules.match.Evaluator;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Explains decisions that were made in the mode {@code rule}: which rule decided, and which rules before it almost did. For
 * people who ask; each explanation asks all rules before the one that decided. Immutable; any thread.
 */
public final class Explainer {
    /** How many rules that almost matched are named. */
    public static final int MAX_NEARER = 5;

    private final List<Rule> rules;
    private final Map<String, List<Rule>> subRules;
    private final Evaluator evaluator;
    private final Nearness nearness;
    private final FalseText whyFalse;

    /**
     * Makes an explainer.
     *
     * @param rules the rules of the {@link RuleMatcher} that decides, in the same order
     * @param subRules the lists that SUB-RULE names, without cycles
     * @param sets the rule providers
     * @param geo geographic data
     */
    public Explainer(List<Rule> rules, Map<String, List<Rule>> subRules, RuleSets sets, GeoData geo) {
        this.rules = List.copyOf(rules);
        this.subRules = Map.copyOf(subRules);
        evaluator = new Evaluator(subRules, sets, geo);
        nearness = new Nearness(evaluator, sets);
        whyFalse = new FalseText(evaluator, sets, geo);
    }

    /**
     * Explains a decision.
     *
     * @param flow the flow as it was when the decision was made
     * @param decision the decision, made; if it is {@link Decision#explained}, rules that matched and were passed over are
     *     named as well
     * @return the explanation
     */
    public Explanation explain(FlowMetadata flow, Decision decision) {
        return explain(flow, decision, null);
    }

    /**
     * Explains a decision about a flow whose name was not looked up.
     *
     * @param flow the flow as it was when the decision was made; unchanged when this returns
     * @param decision the decision, made
     * @param address the address that looking the name up finds, to name rules that no-resolve has kept from matching; null
     *     if unknown; not used if the flow has one
     * @return the explanation
     */
    public Explanation explain(FlowMetadata flow, Decision decision, Ip address) {
        boolean supposed = flow.destinationIp() == null && address != null;
        if (supposed) {
            flow.destinationIp(address);
        }
        try {
            boolean byRule = decision.rule() != RuleMatcher.NONE;
            int end = byRule ? decision.rule() : rules.size();
            return new Explanation(
                    decision.target(),
                    byRule ? mention(end, byWhat(rules.get(end), flow)) : null,
                    nearer(flow, decision, end));
        } finally {
            if (supposed) {
                flow.destinationIp(null);
            }
        }
    }

    private record Candidate(int distance, Mention mention) {}

    private List<Mention> nearer(FlowMetadata flow, Decision decision, int end) {
        Map<Integer, Decision.Skipped> skipped = new HashMap<>();
        decision.skipped().forEach(skip -> skipped.put(skip.rule(), skip));
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < end; i++) {
            Decision.Skipped skip = skipped.get(i);
            Candidate candidate = skip == null
                    ? unmatched(i, flow)
                    : new Candidate(0, mention(i, passedOver(skip.target(), skip.why())));
            if (candidate.distance() != Nearness.FAR) {
                candidates.add(candidate);
            }
        }
        return candidates.stream()
                .sorted(Comparator.comparingInt(Candidate::distance))
                .limit(MAX_NEARER)
                .map(Candidate::mention)
                .toList();
    }

    private Candidate unmatched(int number, FlowMetadata flow) {
        Condition condition = rules.get(number).condition();
        if (evaluator.evaluate(condition, flow)) {
            boolean address = Parts.any(condition, Parts::looksAtDestination);
            String why = address
                    ? "it would match " + flow.destinationIp()
                            + ", but that was not known when the rule was asked (no-resolve)"
                    : "it matches now, but did not when it was asked";
            return new Candidate(1, mention(number, why));
        }
        int distance = nearness.of(condition, flow);
        if (distance == Nearness.FAR) {
            return new Candidate(distance, null);
        }
        boolean onePart = condition instanceof Condition.And and && and.parts().size() > 1;
        String why = whyFalse.of(condition, flow);
        return new Candidate(distance, mention(number, onePart ? "all but one of its conditions hold: " + why : why));
    }

    private static String passedOver(String target, Fitness why) {
        return switch (why) {
            case NO_UDP -> "it matches, but " + target + " cannot carry UDP";
            case PASS -> "it matches, but " + target + " passes on to the next rule";
            case ABSENT -> "it matches, but there is no " + target + " at present";
            case FIT -> "it matches";
        };
    }

    /** Names the rule of the list that a SUB-RULE leads to. */
    private String byWhat(Rule rule, FlowMetadata flow) {
        StringBuilder text = new StringBuilder();
        Rule at = rule;
        while (at != null && at.condition() instanceof Condition.SubRule sub) {
            at = null;
            for (Rule inner : subRules.getOrDefault(sub.list(), List.of())) {
                if (evaluator.evaluate(inner.condition(), flow)) {
                    at = inner;
                    text.append(text.isEmpty() ? "there by " : ", there by ").append(inner);
                    text.append(inner.line() > 0 ? " (line " + inner.line() + ")" : "");
                    break;
                }
            }
        }
        return text.toString();
    }

    private Mention mention(int number, String remark) {
        Rule rule = rules.get(number);
        return new Mention(number, rule.line(), rule.toString(), remark);
    }
}
