package io.tun2socks.outbound.group;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Network;
import java.util.List;

/** Makes what people see. */
final class Views {
    private Views() {}

    static GroupView of(Group group) {
        Member now = group.now();
        List<Member> members = group.members();
        return new GroupView(
                group.name(),
                group.type(),
                now == null ? "" : now.name(),
                group.fixed(),
                group.url(),
                group.expected().toString(),
                carriesUdp(group),
                members.stream().anyMatch(member -> member.health().isAlive()),
                group.config().hidden(),
                group.config().icon(),
                members.stream()
                        .map(member -> of(member.policy(), member.health()))
                        .toList());
    }

    static ProxyView of(Policy policy, Health health) {
        Health.State state = health.state();
        return new ProxyView(
                policy.name(), policy.type(), carriesUdp(policy), state.alive(), state.delay(), state.history());
    }

    private static boolean carriesUdp(Policy policy) {
        return policy.carriesUdp(new FlowMetadata().network(Network.UDP));
    }
}
