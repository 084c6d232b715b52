package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.model.RuleSets;

/** A rule that no index knows, and that has to be asked itself. */
interface Question {
    /** The rule holds. */
    int YES = 0;

    /** It does not. */
    int NO = RuleMatcher.NONE;

    /**
     * Asks the rule.
     *
     * @param flow the flow
     * @param needs whether the answer may be that something is needed first; if not, unknown is unknown
     * @return {@link #YES}, {@link #NO}, {@link RuleMatcher#NEEDS_ADDRESS} or {@link RuleMatcher#NEEDS_PROCESS}
     */
    int ask(FlowMetadata flow, boolean needs);

    /** RULE-SET. What the set holds is read once, since it may be replaced at any time. */
    record OfSet(RuleSets.Holder holder, boolean source, boolean noResolve) implements Question {
        @Override
        public int ask(FlowMetadata flow, boolean needs) {
            RuleSet set = holder.current();
            if (needs) {
                if (!noResolve && flow.lacksAddress() && set.needsAddress()) {
                    return RuleMatcher.NEEDS_ADDRESS;
                }
                if (!flow.processSought() && set.needsProcess()) {
                    return RuleMatcher.NEEDS_PROCESS;
                }
            }
            return Evaluator.isIn(set, source, flow) ? YES : NO;
        }
    }

    /** GEOSITE. */
    record OfSite(DomainMatcher names) implements Question {
        @Override
        public int ask(FlowMetadata flow, boolean needs) {
            String host = flow.ruleHost();
            return !host.isEmpty() && names.matches(host) ? YES : NO;
        }
    }

    /** Anything else whose needs are always the same, and known elsewhere. */
    record OfTree(Condition condition, Guards guards) implements Question {
        @Override
        public int ask(FlowMetadata flow, boolean needs) {
            return guards.holds(condition, flow) ? YES : NO;
        }
    }

    /** Anything else whose needs depend on rule sets. */
    record OfLiveTree(Condition condition, Guards guards, Needs tree) implements Question {
        @Override
        public int ask(FlowMetadata flow, boolean needs) {
            if (needs) {
                if (flow.lacksAddress() && tree.address()) {
                    return RuleMatcher.NEEDS_ADDRESS;
                }
                if (!flow.processSought() && tree.process()) {
                    return RuleMatcher.NEEDS_PROCESS;
                }
            }
            return guards.holds(condition, flow) ? YES : NO;
        }
    }
}
