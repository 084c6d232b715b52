package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.Condition;
import java.util.List;
import java.util.Locale;

/**
 * Brings conditions that hold for the same flows into one form: {@code no-resolve} says when a rule is asked for, not what
 * for, and AND and OR of one part are that part.
 */
final class Canonical {
    private Canonical() {}

    static Condition of(Condition condition) {
        if (condition instanceof Condition.And c) {
            return c.parts().size() == 1 ? of(c.parts().get(0)) : new Condition.And(all(c.parts()));
        }
        if (condition instanceof Condition.Or c) {
            return c.parts().size() == 1 ? of(c.parts().get(0)) : new Condition.Or(all(c.parts()));
        }
        if (condition instanceof Condition.Not c) {
            return new Condition.Not(of(c.part()));
        }
        if (condition instanceof Condition.IpCidr c) {
            return new Condition.IpCidr(c.cidr(), c.end(), true);
        }
        if (condition instanceof Condition.IpSuffix c) {
            return new Condition.IpSuffix(c.suffix(), c.bits(), c.end(), true);
        }
        if (condition instanceof Condition.IpAsn c) {
            return new Condition.IpAsn(c.asn(), c.end(), true);
        }
        if (condition instanceof Condition.GeoIp c) {
            return new Condition.GeoIp(c.code(), c.end(), true);
        }
        if (condition instanceof Condition.InRuleSet c) {
            return new Condition.InRuleSet(c.name(), c.source(), true);
        }
        if (condition instanceof Condition.ProcessName c) {
            return new Condition.ProcessName(c.name().toLowerCase(Locale.ROOT));
        }
        if (condition instanceof Condition.ProcessPath c) {
            return new Condition.ProcessPath(c.path().toLowerCase(Locale.ROOT));
        }
        return condition;
    }

    private static List<Condition> all(List<Condition> parts) {
        return parts.stream().map(Canonical::of).toList();
    }
}
