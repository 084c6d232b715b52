package io.tun2socks.rules.provider;

import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.RuleSet;

/**
 * A set of names; a flow is in it by the name that domain rules look at.
 *
 * @param domains the names
 * @param size how many entries they were made of
 */
public record DomainRuleSet(DomainMatcher domains, int size) implements RuleSet {
    @Override
    public boolean matches(FlowMetadata flow) {
        return domains.matches(flow.ruleHost());
    }

    @Override
    public boolean needsAddress() {
        return false;
    }

    @Override
    public boolean needsProcess() {
        return false;
    }
}
