package io.tun2socks.assembly;

import io.tun2socks.config.NearMiss;
import io.tun2socks.config.clash.RuleLine;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.parse.RuleParser;
import io.tun2socks.rules.parse.RuleSyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the lines of {@code rules} and {@code sub-rules} and checks that what they name is there. */
final class RuleReader {
    private final String file;
    private final Collection<String> targets;
    private final Set<String> leftOut;
    private final Collection<String> ruleSets;
    private final Collection<String> lists;
    private final List<String> errors = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * Prepares to read.
     *
     * @param file for messages
     * @param targets the names of all proxies and groups, built-in ones included
     * @param leftOut the names of proxies that were left out; flows for them are rejected
     * @param ruleSets the names of rule providers
     * @param lists the names of sub-rules
     */
    RuleReader(
            String file,
            Collection<String> targets,
            Set<String> leftOut,
            Collection<String> ruleSets,
            Collection<String> lists) {
        this.file = file;
        this.targets = targets;
        this.leftOut = leftOut;
        this.ruleSets = ruleSets;
        this.lists = lists;
    }

    /**
     * Reads a list.
     *
     * @param lines the lines
     * @param key where they stand: {@code rules} or {@code sub-rules.NAME}
     * @return the rules that could be read
     */
    List<Rule> read(List<RuleLine> lines, String key) {
        List<Rule> rules = new ArrayList<>(lines.size());
        for (RuleLine line : lines) {
            try {
                Rule rule = RuleParser.parse(line.text(), line.line());
                rules.add(checked(rule, key));
            } catch (RuleSyntaxException e) {
                error(line.line(), key, "'" + line.text() + "': " + e.getMessage());
            }
        }
        return rules;
    }

    /**
     * Reads all lists of sub-rules.
     *
     * @param lines by name
     * @return the rules by name, in the same order
     */
    Map<String, List<Rule>> readAll(Map<String, List<RuleLine>> lines) {
        Map<String, List<Rule>> all = new LinkedHashMap<>();
        lines.forEach((name, list) -> all.put(name, read(list, "sub-rules." + name)));
        return all;
    }

    /** Returns what is wrong, in the order of reading. */
    List<String> errors() {
        return errors;
    }

    /** Returns what should be known. */
    List<String> warnings() {
        return warnings;
    }

    private Rule checked(Rule rule, String key) {
        check(rule.condition(), rule, key);
        if (rule.condition() instanceof Condition.SubRule || targets.contains(rule.target())) {
            return rule;
        }
        if (leftOut.contains(rule.target())) {
            warnings.add(place(rule.line(), key) + "'" + rule + "': the proxy '" + rule.target()
                    + "' was left out, so what the rule matches is rejected");
            return new Rule(rule.type(), rule.payload(), "REJECT", rule.condition(), rule.line());
        }
        error(
                rule.line(),
                key,
                "'" + rule + "': there is no proxy or group '" + rule.target() + "'"
                        + NearMiss.hint(rule.target(), targets, ""));
        return rule;
    }

    private void check(Condition condition, Rule rule, String key) {
        if (condition instanceof Condition.InRuleSet set && !ruleSets.contains(set.name())) {
            error(
                    rule.line(),
                    key,
                    "'" + rule + "': there is no rule provider '" + set.name() + "'"
                            + NearMiss.hint(set.name(), ruleSets, ""));
        } else if (condition instanceof Condition.SubRule sub) {
            check(sub.condition(), rule, key);
            if (!lists.contains(sub.list())) {
                error(
                        rule.line(),
                        key,
                        "'" + rule + "': there is no list '" + sub.list() + "' in sub-rules"
                                + NearMiss.hint(sub.list(), lists, ""));
            }
        } else if (condition instanceof Condition.And and) {
            and.parts().forEach(part -> check(part, rule, key));
        } else if (condition instanceof Condition.Or or) {
            or.parts().forEach(part -> check(part, rule, key));
        } else if (condition instanceof Condition.Not not) {
            check(not.part(), rule, key);
        }
    }

    private void error(int line, String key, String text) {
        errors.add(place(line, key) + text);
    }

    private String place(int line, String key) {
        return file + ":" + line + ": " + key + ": ";
    }
}
