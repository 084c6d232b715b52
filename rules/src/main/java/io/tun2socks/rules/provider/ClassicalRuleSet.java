package io.tun2socks.rules.provider;

import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSet;
import java.util.List;

/** A set of rules; a flow is in it if one of them matches. Immutable; any thread. */
public final class ClassicalRuleSet implements RuleSet {
    private final RuleMatcher matcher;
    private final int size;
    private final boolean needsAddress;
    private final boolean needsProcess;

    /**
     * Makes a set.
     *
     * @param matcher the compiled rules
     * @param rules the same rules as parsed, to tell what they look at
     */
    public ClassicalRuleSet(RuleMatcher matcher, List<Rule> rules) {
        this.matcher = matcher;
        this.size = rules.size();
        this.needsAddress = rules.stream().anyMatch(rule -> ConditionScan.needsAddress(rule.condition()));
        this.needsProcess = rules.stream().anyMatch(rule -> ConditionScan.needsProcess(rule.condition()));
    }

    @Override
    public boolean matches(FlowMetadata flow) {
        if (flow.resolved() && flow.processSought()) {
            return matcher.match(flow, 0) >= 0;
        }
        boolean resolved = flow.resolved();
        boolean processSought = flow.processSought();
        int resumeAt = flow.resumeAt();
        // The set is asked when what may be looked up has been: with no-resolve, rules take what there is.
        flow.resolved(true).processSought(true);
        boolean matches = matcher.match(flow, 0) >= 0;
        flow.resolved(resolved).processSought(processSought).resumeAt(resumeAt);
        return matches;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean needsAddress() {
        return needsAddress;
    }

    @Override
    public boolean needsProcess() {
        return needsProcess;
    }
}
