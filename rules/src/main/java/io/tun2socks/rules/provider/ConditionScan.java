package io.tun2socks.rules.provider;

import io.tun2socks.rules.model.Condition;
import java.util.List;
import java.util.function.Predicate;

/** Tells what the conditions of rules look at. */
final class ConditionScan {
    private ConditionScan() {}

    /** Whether a name may have to be looked up for it. */
    static boolean needsAddress(Condition condition) {
        return any(condition, ConditionScan::looksAtDestination);
    }

    /** Whether it looks at the flow's owner. */
    static boolean needsProcess(Condition condition) {
        return any(
                condition,
                part -> part instanceof Condition.ProcessName
                        || part instanceof Condition.ProcessPath
                        || part instanceof Condition.ProcessNamePattern
                        || part instanceof Condition.ProcessPathPattern
                        || part instanceof Condition.UidIn);
    }

    /** Whether it leads to other rules, or to no question at all. */
    static boolean leavesTheSet(Condition condition) {
        return condition instanceof Condition.Always
                || any(condition, part -> part instanceof Condition.InRuleSet || part instanceof Condition.SubRule);
    }

    private static boolean looksAtDestination(Condition part) {
        if (part instanceof Condition.IpCidr cidr) {
            return wants(cidr.end(), cidr.noResolve());
        }
        if (part instanceof Condition.IpSuffix suffix) {
            return wants(suffix.end(), suffix.noResolve());
        }
        if (part instanceof Condition.IpAsn asn) {
            return wants(asn.end(), asn.noResolve());
        }
        return part instanceof Condition.GeoIp geoIp && wants(geoIp.end(), geoIp.noResolve());
    }

    private static boolean wants(Condition.End end, boolean noResolve) {
        return end == Condition.End.DESTINATION && !noResolve;
    }

    private static boolean any(Condition condition, Predicate<Condition> asked) {
        if (condition instanceof Condition.And and) {
            return any(and.parts(), asked);
        }
        if (condition instanceof Condition.Or or) {
            return any(or.parts(), asked);
        }
        if (condition instanceof Condition.Not not) {
            return any(not.part(), asked);
        }
        return asked.test(condition);
    }

    private static boolean any(List<Condition> parts, Predicate<Condition> asked) {
        return parts.stream().anyMatch(part -> any(part, asked));
    }
}
