package io.tun2socks.rules.parse;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.parse.RuleType.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads rules as clash writes them. Where a line is cut, mihomo decides (its {@code parseRules} and {@code ParseRule});
 * what mihomo reads as something else than was meant, or ignores, is read as meant or refused. Stateless; any thread.
 */
public final class RuleParser {
    private RuleParser() {}

    /**
     * Reads a rule of a configuration: {@code TYPE,payload,TARGET,parameters}, or {@code MATCH,TARGET}.
     *
     * @param text the line; blanks around fields do not count, nor does the case of the type
     * @param line where it stands, from 1; 0 if unknown
     * @return the rule
     * @throws RuleSyntaxException if it is none; the message does not name the place
     */
    public static Rule parse(String text, int line) throws RuleSyntaxException {
        List<String> fields = fields(text);
        RuleType type = RuleType.of(fields.get(0));
        int count = fields.size();
        return switch (type.shape()) {
            case MATCH -> match(fields, line);
            case REGEX, LOGIC -> {
                String last = fields.get(count - 1);
                String payload = join(fields, 1, count - 1);
                checkTarget(type, fields, last, payload);
                yield rule(type, payload, last, condition(type, payload, last), line);
            }
            default -> {
                if (count < 3) {
                    throw noTarget(type, join(fields, 1, count));
                }
                Params params = Params.of(type, fields.subList(3, count));
                if (fields.get(2).isEmpty()) {
                    throw noTarget(type, fields.get(1));
                }
                Condition condition = Payloads.read(type, fields.get(1), params);
                yield rule(type, fields.get(1), fields.get(2), condition, line);
            }
        };
    }

    /**
     * Reads a rule of a rule set: {@code TYPE,payload,parameters}, without a target.
     *
     * @param text the line; blanks around fields do not count, nor does the case of the type
     * @param line where it stands, from 1; 0 if unknown
     * @return the rule, with an empty target
     * @throws RuleSyntaxException if it is none, or of a type that rule sets may not hold: MATCH, RULE-SET and SUB-RULE
     */
    public static Rule parseClassical(String text, int line) throws RuleSyntaxException {
        List<String> fields = fields(text);
        RuleType type = RuleType.of(fields.get(0));
        if (type == RuleType.MATCH || type == RuleType.RULE_SET || type == RuleType.SUB_RULE) {
            throw new RuleSyntaxException(type + " cannot stand in a rule set");
        }
        int count = fields.size();
        if (count < 2) {
            throw new RuleSyntaxException("the rule has no payload; expected " + type.example());
        }
        String payload = join(fields, 1, count);
        Condition condition = switch (type.shape()) {
            case LOGIC -> new LogicParser(true).read(type, payload);
            case REGEX -> {
                payload = LogicParser.withoutParams(payload);
                yield Payloads.read(type, payload, Params.NONE);
            }
            default -> {
                payload = fields.get(1);
                yield Payloads.read(type, payload, Params.ofSet(type, fields.subList(2, count)));
            }
        };
        return rule(type, payload, "", condition, line);
    }

    private static Rule match(List<String> fields, int line) throws RuleSyntaxException {
        String target = fields.size() < 2 ? "" : fields.get(1);
        if (target.isEmpty()) {
            boolean shifted = fields.size() > 2 && !fields.get(2).isEmpty();
            throw new RuleSyntaxException("MATCH has no payload, and its target is empty; expected MATCH,"
                    + (shifted ? fields.get(2) : "TARGET"));
        }
        Params.of(RuleType.MATCH, fields.subList(2, fields.size()));
        return rule(RuleType.MATCH, "", target, new Condition.Always(), line);
    }

    private static Condition condition(RuleType type, String payload, String target) throws RuleSyntaxException {
        return switch (type) {
            case SUB_RULE -> new Condition.SubRule(new LogicParser(false).readOne(type, payload), target);
            case AND, OR, NOT -> new LogicParser(false).read(type, payload);
            default -> Payloads.read(type, payload, Params.NONE);
        };
    }

    /** The payload reaches to the last comma: what stands behind that must not be a part of it, nor a parameter. */
    private static void checkTarget(RuleType type, List<String> fields, String target, String payload)
            throws RuleSyntaxException {
        if (fields.size() < 3 || target.isEmpty()) {
            throw noTarget(type, fields.size() < 3 ? join(fields, 1, fields.size()) : payload);
        }
        if (Params.isParam(target)) {
            throw new RuleSyntaxException(type + " takes no parameters, and '" + target + "' stands for its target"
                    + (type.shape() == Shape.LOGIC ? "; parameters belong to the conditions in parentheses" : ""));
        }
        String all = payload + "," + target;
        if (type.shape() == Shape.LOGIC && target.endsWith(")") && LogicParser.isBalanced(all)) {
            throw noTarget(type, all);
        }
    }

    private static RuleSyntaxException noTarget(RuleType type, String payload) {
        String given = payload.isEmpty() ? type.example() : type + "," + payload;
        return new RuleSyntaxException("the rule has no target; expected " + given + ",TARGET");
    }

    private static Rule rule(RuleType type, String payload, String target, Condition condition, int line) {
        return new Rule(type.toString(), payload, target, condition, line);
    }

    private static List<String> fields(String text) {
        List<String> fields = new ArrayList<>(4);
        int start = 0;
        while (true) {
            int comma = text.indexOf(',', start);
            if (comma < 0) {
                fields.add(text.substring(start).trim());
                return fields;
            }
            fields.add(text.substring(start, comma).trim());
            start = comma + 1;
        }
    }

    private static String join(List<String> fields, int from, int to) {
        return from >= to ? "" : String.join(",", fields.subList(from, to));
    }
}
