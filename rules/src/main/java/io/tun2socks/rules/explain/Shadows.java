package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Rule;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the rules of a list so far take, to find later ones that they leave nothing for. Each rule is looked up by hash or
 * tree, so that a list takes a time that grows about as it does.
 *
 * <p>A rule with {@code no-resolve} takes only what has an address when it is asked: it leaves something for a later rule, if
 * a rule between them may have the name looked up.
 */
final class Shadows {
    /** Nothing takes all that the rule asks for. */
    static final int NONE = CoveredRanges.NONE;

    /** Several rules together do. */
    static final int SEVERAL = CoveredRanges.SEVERAL;

    /** A rule, and whether it saw the address of each flow whose address a later rule sees. */
    private record Taker(int rule, boolean sawAddresses) {}

    private final Map<Condition, Taker> same = new HashMap<>();
    private final CoveredNames names = new CoveredNames();
    private final Map<End, CoveredBlocks> blocks = new EnumMap<>(End.class);
    private final Map<End, CoveredBlocks> lateBlocks = new EnumMap<>(End.class);
    private final Map<Condition.Port, CoveredRanges> ports = new EnumMap<>(Condition.Port.class);
    private final CoveredRanges uids = new CoveredRanges();
    private final CoveredRanges dscps = new CoveredRanges();
    private final Map<Network, Integer> networks = new EnumMap<>(Network.class);

    /** The first rule that certainly, and the first that possibly, has names looked up. */
    private final int certainLookUp;

    private final int possibleLookUp;

    /** Prepares for a list; within a list of sub-rules nothing is looked up on the way, since that is done before it. */
    Shadows(List<Rule> rules, boolean subRules) {
        int certain = subRules ? 0 : rules.size();
        int possible = certain;
        for (int i = rules.size() - 1; i >= 0 && !subRules; i--) {
            Condition condition = rules.get(i).condition();
            if (Parts.any(condition, Parts::looksUp)) {
                certain = i;
                possible = i;
            } else if (Parts.any(condition, Shadows::mayLookUp)) {
                possible = i;
            }
        }
        certainLookUp = certain;
        possibleLookUp = possible;
        for (End end : End.values()) {
            blocks.put(end, new CoveredBlocks());
            lateBlocks.put(end, new CoveredBlocks());
        }
        for (Condition.Port port : Condition.Port.values()) {
            ports.put(port, new CoveredRanges());
        }
    }

    private static boolean mayLookUp(Condition condition) {
        boolean set = condition instanceof Condition.InRuleSet && !Parts.noResolve(condition);
        return set || condition instanceof Condition.SubRule;
    }

    /** Returns the rule that leaves nothing for a rule, {@link #SEVERAL}, or {@link #NONE}. */
    int covering(Condition condition, int number) {
        int rule = coveringSame(condition, number);
        if (rule != NONE) {
            return rule;
        }
        if (condition instanceof Condition.And c) {
            for (Condition part : c.parts()) {
                int by = covering(part, number);
                if (by != NONE) {
                    return by;
                }
            }
            return NONE;
        }
        if (condition instanceof Condition.Or c) {
            return coveringAll(c.parts(), number);
        }
        if (condition instanceof Condition.SubRule c) {
            return covering(c.condition(), number);
        }
        return coveringMore(condition, number);
    }

    private int coveringAll(List<Condition> parts, int number) {
        int by = NONE;
        for (Condition part : parts) {
            int rule = covering(part, number);
            if (rule == NONE) {
                return NONE;
            }
            by = by == NONE || by == rule ? rule : SEVERAL;
        }
        return by;
    }

    private int coveringSame(Condition condition, int number) {
        Taker earlier = same.get(Canonical.of(condition));
        if (earlier == null) {
            return NONE;
        }
        boolean all = earlier.sawAddresses() || number < possibleLookUp;
        return all || !Parts.any(condition, Parts::looksAtDestination) ? earlier.rule() : NONE;
    }

    /** What a rule without no-resolve needs is looked up before it is asked. */
    private boolean seesAddresses(Condition condition, int number) {
        return number >= certainLookUp
                || !Parts.any(condition, part -> Parts.looksAtDestination(part) && Parts.noResolve(part));
    }

    private int coveringMore(Condition condition, int number) {
        if (condition instanceof Condition.Domain c) {
            return names.coveringName(c.name());
        }
        if (condition instanceof Condition.DomainSuffix c) {
            return names.coveringName(c.name());
        }
        if (condition instanceof Condition.DomainKeyword c) {
            return names.coveringKeyword(c.word());
        }
        if (condition instanceof Condition.DomainWildcard c) {
            return names.coveringWildcard(c.pattern());
        }
        if (condition instanceof Condition.IpCidr c) {
            int late = lateBlocks.get(c.end()).covering(c.cidr());
            boolean anyhow = c.end() == End.SOURCE || number < possibleLookUp;
            return late == NONE && anyhow ? blocks.get(c.end()).covering(c.cidr()) : late;
        }
        Ranges ranges = rangesOf(condition);
        return ranges == null ? NONE : coveredBy(condition).covering(ranges);
    }

    private static Ranges rangesOf(Condition condition) {
        if (condition instanceof Condition.PortIn c) {
            return c.ranges();
        }
        if (condition instanceof Condition.UidIn c) {
            return c.ranges();
        }
        return condition instanceof Condition.DscpIn c ? c.ranges() : null;
    }

    private CoveredRanges coveredBy(Condition condition) {
        if (condition instanceof Condition.PortIn c) {
            return ports.get(c.port());
        }
        return condition instanceof Condition.UidIn ? uids : dscps;
    }

    /** Returns whether the rules so far take all flows of a network by NETWORK or MATCH. */
    boolean take(Network network) {
        return networks.containsKey(network);
    }

    /** Returns whether the rules so far leave nothing at all. */
    boolean leaveNothing() {
        return networks.size() == Network.values().length;
    }

    /** Notes what a rule takes. */
    void add(Condition condition, int number) {
        if (condition instanceof Condition.SubRule) {
            // It takes what its list takes.
            return;
        }
        if (condition instanceof Condition.Always) {
            for (Network network : Network.values()) {
                networks.putIfAbsent(network, number);
            }
            return;
        }
        Condition canonical = Canonical.of(condition);
        Taker earlier = same.get(canonical);
        if (earlier == null || !earlier.sawAddresses()) {
            boolean sees = seesAddresses(condition, number);
            if (earlier == null || sees) {
                same.put(canonical, new Taker(number, sees));
            }
        }
        if (condition instanceof Condition.Or c) {
            c.parts().forEach(part -> add(part, number));
        } else if (condition instanceof Condition.And c && c.parts().size() == 1) {
            add(c.parts().get(0), number);
        } else {
            addMore(condition, number);
        }
    }

    private void addMore(Condition condition, int number) {
        if (condition instanceof Condition.DomainSuffix c) {
            names.addSuffix(c.name(), number);
        } else if (condition instanceof Condition.DomainKeyword c) {
            names.addKeyword(c.word(), number);
        } else if (condition instanceof Condition.IpCidr c) {
            blocks.get(c.end()).add(c.cidr(), number);
            if (number >= certainLookUp) {
                lateBlocks.get(c.end()).add(c.cidr(), number);
            }
        } else if (condition instanceof Condition.NetworkIs c) {
            networks.putIfAbsent(c.network(), number);
        } else {
            Ranges ranges = rangesOf(condition);
            if (ranges != null) {
                coveredBy(condition).add(ranges, number);
            }
        }
    }
}
