package io.tun2socks.rules.explain;

import io.tun2socks.rules.explain.Finding.Severity;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.parse.Spelling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds what rules refer to and is not there, lists of sub-rules that lead back to themselves, and unused ones. */
final class References {
    /** For so many names the nearest one is sought, which takes a time that grows with both numbers of names. */
    private static final int MAX_HINTS = 100;

    private final Map<String, List<Rule>> subRules;
    private final Known known;
    private final List<Finding> findings;
    private final Map<String, String> hints = new HashMap<>();
    private final Set<String> used = new HashSet<>();

    References(Map<String, List<Rule>> subRules, Known known, List<Finding> findings) {
        this.subRules = subRules;
        this.known = known;
        this.findings = findings;
    }

    /** Checks the targets, lists and rule sets that a rule names. */
    void check(Rule rule, String text) {
        if (rule.condition() instanceof Condition.SubRule sub) {
            used.add(sub.list());
            if (!subRules.containsKey(sub.list())) {
                missing(rule, text, "list '" + sub.list() + "' in sub-rules", sub.list(), subRules.keySet());
            }
        } else if (!known.targets().contains(rule.target())) {
            String target = rule.target();
            missing(rule, text, "proxy or group '" + target + "'", target, known.targets());
        }
        checkSets(rule, text, rule.condition());
    }

    private void checkSets(Rule rule, String text, Condition condition) {
        if (condition instanceof Condition.InRuleSet set && !known.ruleSets().contains(set.name())) {
            missing(rule, text, "rule set '" + set.name() + "' in rule-providers", set.name(), known.ruleSets());
        }
        for (Condition part : Parts.of(condition)) {
            checkSets(rule, text, part);
        }
    }

    private void missing(Rule rule, String text, String what, String name, Collection<String> candidates) {
        // Sorted, so that of two equally near names always the same one is proposed; once for each name.
        boolean hinted = hints.containsKey(what) || hints.size() < MAX_HINTS;
        String hint = hinted ? hints.computeIfAbsent(what, key -> Spelling.hint(name, new TreeSet<>(candidates))) : "";
        findings.add(new Finding(Severity.ERROR, rule.line(), text + ": there is no " + what + hint));
    }

    /** Reports lists that nothing refers to; after all rules have been checked. */
    void reportUnused() {
        for (String name : new TreeSet<>(subRules.keySet())) {
            if (!used.contains(name)) {
                List<Rule> rules = subRules.get(name);
                int line = rules.isEmpty() ? 0 : rules.get(0).line();
                findings.add(new Finding(Severity.NOTE, line, "no SUB-RULE leads to the list '" + name + "'"));
            }
        }
    }

    /** Reports each list that leads back to itself, once for each way back. */
    void reportCycles() {
        Set<String> done = new HashSet<>();
        for (String name : new TreeSet<>(subRules.keySet())) {
            follow(name, done);
        }
    }

    /** One list on the way, and how far its rules have been followed. */
    private static final class Step {
        private final String list;
        private int next;

        Step(String list) {
            this.list = list;
        }
    }

    /** Goes on with a stack of its own, since a chain of lists may be longer than that of the thread. */
    private void follow(String start, Set<String> done) {
        List<Step> path = new ArrayList<>();
        Set<String> onPath = new HashSet<>();
        path.add(new Step(start));
        onPath.add(start);
        while (!path.isEmpty()) {
            Step step = path.get(path.size() - 1);
            List<Rule> rules = subRules.getOrDefault(step.list, List.of());
            if (done.contains(step.list) || step.next == rules.size()) {
                done.add(step.list);
                onPath.remove(step.list);
                path.remove(path.size() - 1);
                continue;
            }
            Rule rule = rules.get(step.next++);
            if (rule.condition() instanceof Condition.SubRule sub) {
                if (onPath.contains(sub.list())) {
                    findings.add(new Finding(
                            Severity.ERROR,
                            rule.line(),
                            Lint.text(step.list, rule) + ": sub-rules lead back to themselves: "
                                    + way(path, sub.list())));
                } else if (!done.contains(sub.list())) {
                    path.add(new Step(sub.list()));
                    onPath.add(sub.list());
                }
            }
        }
    }

    private static String way(List<Step> path, String to) {
        List<String> names = path.stream().map(step -> step.list).toList();
        return String.join(" -> ", names.subList(names.indexOf(to), names.size())) + " -> " + to;
    }
}
