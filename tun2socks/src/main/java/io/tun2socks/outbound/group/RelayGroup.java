package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.rules.model.FlowMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Goes through all members, one after the other; those that go out directly are no hops. */
final class RelayGroup extends Group {
    private final RelayFactory relays;
    private volatile Member chain;

    RelayGroup(GroupConfig config, String url, EventLoop loop, RelayFactory relays) {
        super(config, url, loop);
        this.relays = relays;
    }

    @Override
    String type() {
        return "Relay";
    }

    @Override
    void onResult(Member member) {
        // A chain needs all of its members, whatever their health is.
    }

    @Override
    void onChange() {
        List<Supplier<Outbound>> hops = new ArrayList<>();
        for (Member member : members()) {
            if (!isDirect(member.policy())) {
                hops.add(() -> hop(member.policy()));
            }
        }
        List<Member> all = members();
        chain = hops.isEmpty()
                ? Member.of(this, all.get(0).policy())
                : Member.of(this, Leaf.ofRelay(relays.relay(name(), hops)));
    }

    private static boolean isDirect(Policy policy) {
        return policy.type().equals("Direct") || policy.type().equals("Compatible");
    }

    /** Follows the choices of groups, for no flow in particular. */
    private static Outbound hop(Policy policy) {
        Policy at = policy;
        FlowMetadata flow = new FlowMetadata();
        while (at instanceof Group group) {
            at = group.pick(flow, true).policy();
        }
        return at.outbound();
    }

    @Override
    Member next(FlowMetadata flow, boolean touch) {
        return chain;
    }

    @Override
    Member now() {
        return null;
    }
}
