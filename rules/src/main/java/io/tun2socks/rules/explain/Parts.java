package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import java.util.List;
import java.util.function.Predicate;

/** Looks into conditions. */
final class Parts {
    private Parts() {}

    /** Returns the conditions that a condition is made of directly. */
    static List<Condition> of(Condition condition) {
        if (condition instanceof Condition.And c) {
            return c.parts();
        }
        if (condition instanceof Condition.Or c) {
            return c.parts();
        }
        if (condition instanceof Condition.Not c) {
            return List.of(c.part());
        }
        return condition instanceof Condition.SubRule c ? List.of(c.condition()) : List.of();
    }

    /** Tells whether a condition is of a kind, or has a part that is. */
    static boolean any(Condition condition, Predicate<Condition> kind) {
        if (kind.test(condition)) {
            return true;
        }
        for (Condition part : of(condition)) {
            if (any(part, kind)) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether a condition itself looks at the destination's address, or may: a rule set does if its rules do. */
    static boolean looksAtDestination(Condition condition) {
        return endOf(condition) == End.DESTINATION || condition instanceof Condition.InRuleSet;
    }

    /** Tells whether a name is certainly looked up for a condition itself. */
    static boolean looksUp(Condition condition) {
        return endOf(condition) == End.DESTINATION && !noResolve(condition);
    }

    static boolean noResolve(Condition condition) {
        if (condition instanceof Condition.IpCidr c) {
            return c.noResolve();
        }
        if (condition instanceof Condition.IpSuffix c) {
            return c.noResolve();
        }
        if (condition instanceof Condition.IpAsn c) {
            return c.noResolve();
        }
        if (condition instanceof Condition.GeoIp c) {
            return c.noResolve();
        }
        return condition instanceof Condition.InRuleSet c && c.noResolve();
    }

    private static End endOf(Condition condition) {
        if (condition instanceof Condition.IpCidr c) {
            return c.end();
        }
        if (condition instanceof Condition.IpSuffix c) {
            return c.end();
        }
        if (condition instanceof Condition.IpAsn c) {
            return c.end();
        }
        return condition instanceof Condition.GeoIp c ? c.end() : null;
    }
}
