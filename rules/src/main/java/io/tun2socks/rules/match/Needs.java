package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What must be known of a flow before a rule is asked. Like mihomo's, this looks at the whole tree of a rule, lists of
 * SUB-RULE included, whether or not the answer would depend on it for the flow at hand.
 */
final class Needs {
    private final boolean address;
    private final boolean process;
    private final List<RuleSets.Holder> addressSets;
    private final List<RuleSets.Holder> processSets;

    private Needs(Collector collector) {
        address = collector.address;
        process = collector.process;
        addressSets = List.copyOf(collector.addressSets);
        processSets = List.copyOf(collector.processSets);
    }

    /** Finds out what a condition needs; the lists of sub-rules have no cycles. */
    static Needs of(Condition condition, Map<String, List<Rule>> subRules, RuleSets sets) {
        Collector collector = new Collector(subRules, sets);
        collector.collect(condition);
        return new Needs(collector);
    }

    /** Returns whether the destination's address is needed, whatever the sets hold. */
    boolean alwaysAddress() {
        return address;
    }

    /** Returns whether the flow's owner is needed, whatever the sets hold. */
    boolean alwaysProcess() {
        return process;
    }

    /** Returns whether the destination's address is needed, as the sets are now. */
    boolean address() {
        if (address) {
            return true;
        }
        for (int i = 0; i < addressSets.size(); i++) {
            if (addressSets.get(i).current().needsAddress()) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the flow's owner is needed, as the sets are now. */
    boolean process() {
        if (process) {
            return true;
        }
        for (int i = 0; i < processSets.size(); i++) {
            if (processSets.get(i).current().needsProcess()) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the needs may change because a set is updated. */
    boolean live() {
        return !processSets.isEmpty();
    }

    private static final class Collector {
        private final Map<String, List<Rule>> subRules;
        private final RuleSets sets;
        private final List<RuleSets.Holder> addressSets = new ArrayList<>();
        private final List<RuleSets.Holder> processSets = new ArrayList<>();
        private boolean address;
        private boolean process;

        Collector(Map<String, List<Rule>> subRules, RuleSets sets) {
            this.subRules = subRules;
            this.sets = sets;
        }

        void collect(Condition condition) {
            address |= looksAtAddress(condition);
            process |= looksAtOwner(condition);
            if (condition instanceof Condition.InRuleSet c) {
                RuleSets.Holder holder = sets.find(c.name());
                if (holder != null) {
                    processSets.add(holder);
                    if (!c.noResolve()) {
                        addressSets.add(holder);
                    }
                }
            } else if (condition instanceof Condition.SubRule c) {
                for (Rule rule : subRules.getOrDefault(c.list(), List.of())) {
                    collect(rule.condition());
                }
            }
            for (Condition part : Conditions.parts(condition)) {
                collect(part);
            }
        }

        private static boolean looksAtAddress(Condition condition) {
            if (condition instanceof Condition.IpCidr c) {
                return c.end() == Condition.End.DESTINATION && !c.noResolve();
            }
            if (condition instanceof Condition.IpSuffix c) {
                return c.end() == Condition.End.DESTINATION && !c.noResolve();
            }
            if (condition instanceof Condition.IpAsn c) {
                return c.end() == Condition.End.DESTINATION && !c.noResolve();
            }
            return condition instanceof Condition.GeoIp c && c.end() == Condition.End.DESTINATION && !c.noResolve();
        }

        private static boolean looksAtOwner(Condition condition) {
            return condition instanceof Condition.ProcessName
                    || condition instanceof Condition.ProcessPath
                    || condition instanceof Condition.ProcessNamePattern
                    || condition instanceof Condition.ProcessPathPattern
                    || condition instanceof Condition.UidIn;
        }
    }
}
