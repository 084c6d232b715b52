package io.tun2socks.rules.parse;

import io.tun2socks.rules.model.Condition.End;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The parameters behind a rule's target.
 *
 * @param source the rule looks at the source
 * @param noResolve no name is looked up for the rule
 */
record Params(boolean source, boolean noResolve) {
    static final Params NONE = new Params(false, false);

    private static final String NO_RESOLVE = "no-resolve";
    private static final String SRC = "src";

    static boolean isParam(String field) {
        return field.equalsIgnoreCase(NO_RESOLVE) || field.equalsIgnoreCase(SRC);
    }

    /**
     * Reads the fields behind the target. Empty ones are passed over, and so is {@code no-resolve} where no name would be
     * looked up anyhow.
     */
    static Params of(RuleType type, List<String> fields) throws RuleSyntaxException {
        boolean source = type.shape() == RuleType.Shape.SOURCE_ADDRESS;
        boolean noResolve = source;
        for (String field : fields) {
            switch (field.toLowerCase(Locale.ROOT)) {
                case "" -> {
                    continue;
                }
                case NO_RESOLVE -> noResolve = true;
                case SRC -> {
                    if (!type.isAddress()) {
                        throw new RuleSyntaxException(type + " does not take the parameter src"
                                + "; it belongs to rules about addresses, such as IP-CIDR");
                    }
                    source = true;
                    noResolve = true;
                }
                default -> throw unknown(type, field);
            }
        }
        return source || noResolve ? new Params(source, noResolve) : NONE;
    }

    End end() {
        return source ? End.SOURCE : End.DESTINATION;
    }

    /**
     * Reads the fields behind the payload of a rule in a set. Lists that were made for other programs have a target there,
     * which is passed over, as mihomo does; what looks like a misspelt parameter is not.
     */
    static Params ofSet(RuleType type, List<String> fields) throws RuleSyntaxException {
        List<String> params = new ArrayList<>();
        for (String field : fields) {
            if (isParam(field)
                    || !Spelling.hint(field, List.of(NO_RESOLVE, SRC)).isEmpty()) {
                params.add(field);
            }
        }
        return of(type, params);
    }

    private static RuleSyntaxException unknown(RuleType type, String field) {
        String hint = Spelling.hint(field, List.of(NO_RESOLVE, SRC));
        if (hint.isEmpty() && Character.isDigit(field.charAt(0))) {
            hint = "; several values stand in one field: " + type + "," + field + "/…";
        }
        return new RuleSyntaxException("'" + field + "' is not a parameter of a rule"
                + (hint.isEmpty() ? "; expected no-resolve, src or nothing" : hint));
    }
}
