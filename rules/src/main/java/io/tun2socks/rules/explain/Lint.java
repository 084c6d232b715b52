package io.tun2socks.rules.explain;

import io.tun2socks.rules.explain.Finding.Severity;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds what is wrong or odd about rules: references to what is not there, rules that are never reached, rules that match
 * nothing, flows that no rule decides about. A list of 100,000 rules takes about a second. One use; one thread.
 */
public final class Lint {
    /** Goes on with the next rule, so that rules with this target take nothing. */
    private static final String PASS = "PASS";

    private final Known known;
    private final List<Finding> findings = new ArrayList<>();
    private final UselessNames useless = new UselessNames(findings);
    private final References references;

    private Lint(Map<String, List<Rule>> subRules, Known known) {
        this.known = known;
        references = new References(subRules, known, findings);
    }

    /**
     * Checks rules.
     *
     * @param rules the rules, in order
     * @param subRules the lists that SUB-RULE names
     * @param known what rules may refer to
     * @return what was found: first about the rules in order, then about the lists; empty if all is well
     */
    public static List<Finding> check(List<Rule> rules, Map<String, List<Rule>> subRules, Known known) {
        Lint lint = new Lint(subRules, known);
        Shadows taken = lint.checkList("", rules);
        lint.checkEnd(rules, taken);
        for (Map.Entry<String, List<Rule>> list : new TreeMap<>(subRules).entrySet()) {
            lint.checkList(list.getKey(), list.getValue());
        }
        lint.references.reportUnused();
        lint.references.reportCycles();
        return List.copyOf(lint.findings);
    }

    /** Returns a rule for a message, with the list that it is in. */
    static String text(String list, Rule rule) {
        return list.isEmpty() ? rule.toString() : rule + " in the list '" + list + "'";
    }

    /** Returns what the rules take. */
    private Shadows checkList(String list, List<Rule> rules) {
        Shadows shadows = new Shadows(rules, !list.isEmpty());
        Set<String> withoutUdp = new HashSet<>();
        int reached = rules.size();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            String text = text(list, rule);
            references.check(rule, text);
            useless.check(rule, text);
            if (i > reached) {
                continue;
            }
            reportShadow(rules, i, text, shadows);
            boolean takes = takes(rule);
            if (takes) {
                shadows.add(rule.condition(), i);
            } else {
                noteUdp(rule, text, withoutUdp);
            }
            if (shadows.leaveNothing()) {
                reached = i;
                reportRest(rules, i);
            }
        }
        return shadows;
    }

    private void reportShadow(List<Rule> rules, int number, String text, Shadows shadows) {
        Rule rule = rules.get(number);
        int by = shadows.covering(rule.condition(), number);
        if (by == Shadows.NONE) {
            return;
        }
        if (by == Shadows.SEVERAL) {
            findings.add(new Finding(
                    Severity.WARNING, rule.line(), text + ": never reached; earlier rules together take all of it"));
            return;
        }
        Rule earlier = rules.get(by);
        boolean sameTarget = earlier.target().equals(rule.target());
        findings.add(new Finding(
                sameTarget ? Severity.NOTE : Severity.WARNING,
                rule.line(),
                text + (sameTarget ? ": superfluous; " : ": never reached; ") + place(by, earlier) + ", " + earlier
                        + ", takes all of it"));
    }

    private void reportRest(List<Rule> rules, int last) {
        int rest = rules.size() - 1 - last;
        if (rest > 0) {
            Rule next = rules.get(last + 1);
            findings.add(new Finding(
                    Severity.WARNING,
                    next.line(),
                    next + (rest == 1 ? "" : " and " + (rest - 1) + " more") + ": never reached; "
                            + place(last, rules.get(last)) + ", " + rules.get(last) + ", leaves nothing"));
        }
    }

    private static String place(int number, Rule rule) {
        return "rule " + (number + 1) + (rule.line() > 0 ? " (line " + rule.line() + ")" : "");
    }

    /** Tells whether all flows that match a rule are decided by it. */
    private boolean takes(Rule rule) {
        return !goesOn(rule) && (isTcpOnly(rule.condition()) || carriesUdp(rule));
    }

    /** Tells whether a rule may match and yet not decide, for all that is known. */
    private static boolean goesOn(Rule rule) {
        return rule.condition() instanceof Condition.SubRule || rule.target().equals(PASS);
    }

    private static boolean isTcpOnly(Condition condition) {
        return (condition instanceof Condition.NetworkIs is && is.network() == Network.TCP)
                || (condition instanceof Condition.And and
                        && and.parts().stream().anyMatch(Lint::isTcpOnly));
    }

    /** What is not there is reported as that only. */
    private boolean carriesUdp(Rule rule) {
        String target = rule.target();
        return !known.targets().contains(target) || known.carriesUdp().test(target);
    }

    private void noteUdp(Rule rule, String text, Set<String> noted) {
        if (!goesOn(rule) && !(rule.condition() instanceof Condition.Always) && noted.add(rule.target())) {
            findings.add(new Finding(
                    Severity.NOTE,
                    rule.line(),
                    text + ": UDP goes on to later rules, since '" + rule.target() + "' does not carry it"));
        }
    }

    /** What no rule decides about goes DIRECT, past all proxies. */
    private void checkEnd(List<Rule> rules, Shadows taken) {
        if (taken.leaveNothing()) {
            return;
        }
        Rule last = null;
        for (Rule rule : rules) {
            last = rule.condition() instanceof Condition.Always && !goesOn(rule) ? rule : last;
        }
        if (last == null) {
            int line = rules.isEmpty() ? 0 : rules.get(rules.size() - 1).line();
            String message = "there is no MATCH: what no rule decides about goes DIRECT";
            findings.add(new Finding(Severity.WARNING, line, message));
        } else if (!taken.take(Network.UDP)) {
            findings.add(new Finding(
                    Severity.WARNING,
                    last.line(),
                    last + ": UDP that no other rule decides about goes DIRECT, since '" + last.target()
                            + "' does not carry it"));
        }
    }
}
