package io.tun2socks.rules.parse;

import io.tun2socks.rules.model.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the payloads of AND, OR, NOT and SUB-RULE: conditions in parentheses, with or without a pair around them all.
 * Parentheses within a regular expression that are escaped or in a class do not count.
 */
final class LogicParser {
    /** How deep parentheses may be nested. */
    static final int MAX_DEPTH = 32;

    private final boolean inRuleSet;

    /** Makes a parser; in a rule set, conditions may not ask for other rule sets. */
    LogicParser(boolean inRuleSet) {
        this.inRuleSet = inRuleSet;
    }

    Condition read(RuleType type, String payload) throws RuleSyntaxException {
        return read(type, payload, 0);
    }

    /** Tells whether each parenthesis has its counterpart. */
    static boolean isBalanced(String text) {
        try {
            groups(RuleType.AND, text);
            return true;
        } catch (RuleSyntaxException e) {
            return false;
        }
    }

    /** Returns the only condition of a SUB-RULE. */
    Condition readOne(RuleType type, String payload) throws RuleSyntaxException {
        return one(type, conditions(type, payload, 0));
    }

    private Condition read(RuleType type, String payload, int depth) throws RuleSyntaxException {
        List<Condition> parts = conditions(type, payload, depth);
        return switch (type) {
            case AND -> new Condition.And(parts);
            case OR -> new Condition.Or(parts);
            case NOT -> new Condition.Not(one(type, parts));
            default -> throw new IllegalArgumentException(type + " holds no rules");
        };
    }

    private static Condition one(RuleType type, List<Condition> parts) throws RuleSyntaxException {
        if (parts.size() != 1) {
            throw new RuleSyntaxException(
                    type + " takes one condition, not " + parts.size() + "; join them with AND or OR");
        }
        return parts.get(0);
    }

    private List<Condition> conditions(RuleType type, String payload, int depth) throws RuleSyntaxException {
        List<String> groups = groups(type, payload);
        while (groups.size() == 1 && groups.get(0).startsWith("(")) {
            groups = groups(type, groups.get(0));
        }
        List<Condition> parts = new ArrayList<>(groups.size());
        for (String group : groups) {
            parts.add(condition(type, group, depth));
        }
        return List.copyOf(parts);
    }

    private Condition condition(RuleType around, String text, int depth) throws RuleSyntaxException {
        if (text.isEmpty()) {
            throw new RuleSyntaxException("there are empty parentheses in " + around
                    + "; expected a condition such as (" + RuleType.DOMAIN.example() + ")");
        }
        int comma = text.indexOf(',');
        RuleType type = RuleType.of(comma < 0 ? text : text.substring(0, comma).trim());
        boolean never = type == RuleType.MATCH || type == RuleType.SUB_RULE;
        if (never || (inRuleSet && type == RuleType.RULE_SET)) {
            throw new RuleSyntaxException(type + " cannot stand within " + around + (never ? "" : " in a rule set"));
        }
        if (comma < 0) {
            throw new RuleSyntaxException(
                    "the condition (" + text + ") has no payload; expected (" + type.example() + ")");
        }
        String payload = text.substring(comma + 1).trim();
        return switch (type.shape()) {
            case LOGIC -> read(type, payload, depth + 1);
            case REGEX -> Payloads.read(type, withoutParams(payload), Params.NONE);
            default -> {
                List<String> fields = fields(payload);
                yield Payloads.read(type, fields.get(0), Params.of(type, fields.subList(1, fields.size())));
            }
        };
    }

    /** Drops a last field {@code no-resolve}, which no name and no process can fit. */
    static String withoutParams(String regex) {
        int comma = regex.lastIndexOf(',');
        boolean param = comma > 0 && Params.isParam(regex.substring(comma + 1).trim());
        return param ? regex.substring(0, comma).trim() : regex;
    }

    private static List<String> fields(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::trim).toList();
    }

    /** Returns what stands in the outermost parentheses. */
    private static List<String> groups(RuleType type, String payload) throws RuleSyntaxException {
        List<String> groups = new ArrayList<>();
        int at = blanks(payload, 0);
        while (true) {
            if (at >= payload.length() || payload.charAt(at) != '(') {
                throw new RuleSyntaxException(
                        at < payload.length() && payload.charAt(at) == ')'
                                ? "there is a ')' without its '(' in " + type + "," + payload
                                : type + " expects conditions in parentheses, as in " + type.example());
            }
            int close = close(payload, at, 0);
            if (close < 0) {
                throw new RuleSyntaxException("a '(' is not closed in " + type + "," + payload);
            }
            groups.add(payload.substring(at + 1, close).trim());
            at = blanks(payload, close + 1);
            if (at == payload.length()) {
                return groups;
            }
            if (payload.charAt(at) == ')') {
                throw new RuleSyntaxException("there is a ')' without its '(' in " + type + "," + payload);
            }
            if (payload.charAt(at) != ',') {
                throw new RuleSyntaxException(
                        "there is no ',' between the conditions in " + type + "," + payload.substring(0, at) + " …");
            }
            at = blanks(payload, at + 1);
        }
    }

    /** Returns the place of the parenthesis that closes the one at {@code open}, or -1. */
    private static int close(String text, int open, int depth) throws RuleSyntaxException {
        if (depth > MAX_DEPTH) {
            throw new RuleSyntaxException("parentheses are nested more than " + MAX_DEPTH + " deep");
        }
        int comma = wordEnd(text, open + 1);
        RuleType type = comma < 0
                ? null
                : RuleType.lookUp(text.substring(open + 1, comma).trim());
        if (type != null && type.shape() == RuleType.Shape.REGEX) {
            int close = RegexScan.closing(text, comma + 1);
            if (close >= 0) {
                return close;
            }
        }
        int at = open + 1;
        while (at < text.length() && text.charAt(at) != ')') {
            at = text.charAt(at) == '(' ? close(text, at, depth + 1) + 1 : at + 1;
            if (at == 0) {
                return -1;
            }
        }
        return at < text.length() ? at : -1;
    }

    /** Returns the place of the comma that ends a type, or -1 if parentheses come first. */
    private static int wordEnd(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',') {
                return i;
            }
            if (c == '(' || c == ')') {
                return -1;
            }
        }
        return -1;
    }

    private static int blanks(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }
}
