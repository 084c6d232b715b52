package io.tun2socks.rules.provider;

import io.tun2socks.rules.model.AddressMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.RuleSet;

/**
 * A set of addresses; a flow is in it by its destination's address.
 *
 * @param addresses the addresses
 * @param size how many entries they were made of
 */
public record IpCidrRuleSet(AddressMatcher addresses, int size) implements RuleSet {
    @Override
    public boolean matches(FlowMetadata flow) {
        Ip ip = flow.destinationIp();
        return ip != null && addresses.matches(ip);
    }

    @Override
    public boolean needsAddress() {
        return size > 0;
    }

    @Override
    public boolean needsProcess() {
        return false;
    }
}
