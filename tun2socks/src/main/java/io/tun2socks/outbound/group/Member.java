package io.tun2socks.outbound.group;

import io.tun2socks.engine.Route;
import io.tun2socks.route.Choice;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Network;
import java.util.List;

/**
 * One member of a group as it is at present.
 *
 * @param policy the proxy or group
 * @param health what checks with the group's URL have shown
 * @param feedback hears how connecting through this member went
 * @param choice the choice of a rule that names the group, when this member is a leaf and is picked; else null
 */
record Member(Policy policy, Health health, Route.Feedback feedback, Choice choice) {
    /**
     * Makes a member.
     *
     * @param group hears of failures, unless the member has no upstream that could fail
     */
    static Member of(Group group, Policy policy) {
        Health health = policy.health(group.url());
        Route.Feedback feedback = policy instanceof Leaf leaf && !leaf.isUpstream() ? Route.Feedback.NONE : group;
        Choice choice = null;
        if (policy instanceof Leaf leaf) {
            List<String> chain = leaf.name().isEmpty() ? List.of(group.name()) : List.of(group.name(), leaf.name());
            choice = new Choice(leaf.outbound(), chain, feedback);
        }
        return new Member(policy, health, feedback, choice);
    }

    String name() {
        return policy.name();
    }

    /** Tells whether the member is alive and can carry the flow. */
    boolean isUsable(FlowMetadata flow) {
        return health.isAlive() && (flow.network() == Network.TCP || policy.carriesUdp(flow));
    }
}
