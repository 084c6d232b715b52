package io.tun2socks.rules.explain;

import io.tun2socks.rules.explain.Finding.Severity;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Rule;
import java.util.List;

/** Finds rules about what cannot be a part of a name, and so match nothing. */
final class UselessNames {
    private final List<Finding> findings;

    UselessNames(List<Finding> findings) {
        this.findings = findings;
    }

    void check(Rule rule, String text) {
        check(rule, text, rule.condition());
    }

    private void check(Rule rule, String text, Condition condition) {
        for (Condition part : Parts.of(condition)) {
            check(rule, text, part);
        }
        String name = name(condition);
        String instead = name.isEmpty() ? "" : instead(condition, name);
        if (!instead.isEmpty()) {
            findings.add(new Finding(Severity.WARNING, rule.line(), text + ": no name fits " + name + instead));
        }
    }

    private static String name(Condition condition) {
        if (condition instanceof Condition.Domain c) {
            return c.name();
        }
        if (condition instanceof Condition.DomainSuffix c) {
            return c.name();
        }
        return condition instanceof Condition.DomainKeyword c ? c.word() : "";
    }

    /** Returns what was probably meant, as the end of a message; empty if there is nothing wrong with a name. */
    private static String instead(Condition condition, String name) {
        boolean keyword = condition instanceof Condition.DomainKeyword;
        Ip ip = keyword ? null : Ip.parse(name).orElse(null);
        if (ip != null) {
            return "; did you mean IP-CIDR," + ip + "/" + ip.bits() + "?";
        }
        if (!keyword && (name.startsWith("+.") || name.startsWith("*.") || name.startsWith("."))) {
            String rest = name.substring(name.indexOf('.') + 1);
            return rest.indexOf('*') >= 0
                    ? "; did you mean DOMAIN-WILDCARD," + name + "?"
                    : "; did you mean DOMAIN-SUFFIX," + rest + "?";
        }
        if (name.indexOf('*') >= 0 || name.indexOf('?') >= 0) {
            return "; did you mean DOMAIN-WILDCARD," + (keyword ? "*" + name + "*" : name) + "?";
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= ' ' || "/:,".indexOf(name.charAt(i)) >= 0) {
                return "; names hold no '" + name.charAt(i) + "'";
            }
        }
        return "";
    }
}
