package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.TextPattern;
import java.util.List;

/**
 * Which indexes can find a condition, and how well.
 *
 * @param rank how little a key of the index says: an AND stands under its part of the lowest rank
 * @param exact whether the condition holds whenever the index finds it, so that it need not be asked
 */
record Placement(int rank, boolean exact) {
    /** No index can find it. */
    static final Placement NOWHERE = new Placement(100, false);

    private static final Placement NAME = new Placement(0, true);
    private static final Placement KEY = new Placement(1, true);
    private static final Placement RANGE = new Placement(2, true);
    private static final Placement WORD = new Placement(3, true);

    /** Found by what makes a rule worth asking only after better candidates are known. */
    private static final Placement BROAD = new Placement(50, true);

    /** Returns whether no index can find the condition. */
    boolean isNowhere() {
        return rank == NOWHERE.rank;
    }

    /** Returns where a condition can stand, as rule of a number. */
    static Placement of(Condition condition, NameIndex.Builder names, int number) {
        if (condition instanceof Condition.Domain c) {
            return names.accepts(c.name(), number) ? NAME : NOWHERE;
        }
        if (condition instanceof Condition.DomainSuffix c) {
            return names.accepts(c.name(), number) ? NAME : NOWHERE;
        }
        if (condition instanceof Condition.DomainKeyword c) {
            return WordIndex.Builder.accepts(c.word()) ? WORD : NOWHERE;
        }
        if (condition instanceof Condition.DomainWildcard c) {
            return ofPattern(c.pattern());
        }
        if (condition instanceof Condition.DomainRegex c) {
            return ofPattern(c.pattern());
        }
        if (condition instanceof Condition.And c) {
            return ofAll(c.parts(), names, number);
        }
        if (condition instanceof Condition.Or c) {
            return ofAny(c.parts(), names, number);
        }
        if (condition instanceof Condition.SubRule c) {
            return guarded(of(c.condition(), names, number));
        }
        return ofOther(condition);
    }

    private static Placement ofOther(Condition condition) {
        if (condition instanceof Condition.IpCidr
                || condition instanceof Condition.ProcessName
                || condition instanceof Condition.ProcessPath
                || condition instanceof Condition.InUser
                || condition instanceof Condition.InName
                || condition instanceof Condition.SourceMac) {
            return KEY;
        }
        if (condition instanceof Condition.PortIn
                || condition instanceof Condition.UidIn
                || condition instanceof Condition.DscpIn) {
            return RANGE;
        }
        boolean broad = condition instanceof Condition.GeoIp
                || condition instanceof Condition.IpAsn
                || condition instanceof Condition.NetworkIs
                || condition instanceof Condition.InType
                || condition instanceof Condition.Always;
        return broad ? BROAD : NOWHERE;
    }

    /** Returns the part of an AND, or the condition of a SUB-RULE, under which it stands. */
    static Condition narrowest(List<Condition> parts, NameIndex.Builder names, int number) {
        Condition narrowest = parts.get(0);
        for (Condition part : parts) {
            if (of(part, names, number).rank < of(narrowest, names, number).rank) {
                narrowest = part;
            }
        }
        return narrowest;
    }

    private static Placement ofPattern(TextPattern pattern) {
        return WordIndex.Builder.accepts(pattern.requiredLiteral()) ? new Placement(WORD.rank, false) : NOWHERE;
    }

    private static Placement ofAll(List<Condition> parts, NameIndex.Builder names, int number) {
        if (parts.isEmpty()) {
            return BROAD;
        }
        Placement narrowest = of(narrowest(parts, names, number), names, number);
        return parts.size() == 1 ? narrowest : guarded(narrowest);
    }

    private static Placement ofAny(List<Condition> parts, NameIndex.Builder names, int number) {
        int rank = 0;
        boolean exact = true;
        for (Condition part : parts) {
            Placement placement = of(part, names, number);
            if (placement.isNowhere()) {
                return NOWHERE;
            }
            rank = Math.max(rank, placement.rank);
            exact &= placement.exact;
        }
        return exact ? new Placement(rank, true) : guarded(new Placement(rank, false));
    }

    private static Placement guarded(Placement placement) {
        return placement.rank >= BROAD.rank ? NOWHERE : new Placement(placement.rank, false);
    }
}
