package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.engine.Route;
import io.tun2socks.http.ExpectedStatus;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.rules.model.FlowMetadata;
import java.util.List;

/**
 * Picks one of its members for each flow. What flows are decided with is immutable and replaced as a whole: a decision
 * takes no lock. Any thread.
 */
abstract sealed class Group extends Policy implements Route.Feedback
        permits SelectGroup, FixableGroup, LoadBalanceGroup, RelayGroup {
    private final GroupConfig config;
    private final String url;
    private final ExpectedStatus expected;
    private final Usage usage;
    private final Outbound view;
    private volatile Failures failures;
    private volatile List<Member> members = List.of();

    /**
     * Makes a group without members.
     *
     * @param url what its members are checked with
     * @param loop for what takes time
     */
    Group(GroupConfig config, String url, EventLoop loop) {
        super(config.name());
        this.config = config;
        this.url = url;
        this.expected = ExpectedStatus.parse(config.expectedStatus());
        this.usage = new Usage(loop);
        this.view = new PolicyOutbound(this);
    }

    final GroupConfig config() {
        return config;
    }

    final String url() {
        return url;
    }

    final ExpectedStatus expected() {
        return expected;
    }

    final Usage usage() {
        return usage;
    }

    /** Has failures of connections counted. */
    final void failures(Failures counter) {
        failures = counter;
    }

    /** Returns the members, in order; after the first call of {@link #members(List)} there is at least one. */
    final List<Member> members() {
        return members;
    }

    /** Replaces the members. */
    final synchronized void members(List<Member> replacement) {
        members = List.copyOf(replacement);
        onChange();
    }

    /** Something was checked, with this group's URL or another. */
    final synchronized void onResult(Health health) {
        for (Member member : members) {
            if (member.health() == health) {
                onResult(member);
                return;
            }
        }
    }

    /** Tells of a check of a member; the caller holds the lock. */
    void onResult(Member member) {
        onChange();
    }

    /** Members or their health have changed; the caller holds the lock. */
    abstract void onChange();

    /**
     * Picks a member.
     *
     * @param flow for whom; a group that spreads load looks at it
     * @param touch whether the flow will go there, so that the group is in use; else it is only asked about
     */
    final Member pick(FlowMetadata flow, boolean touch) {
        if (touch) {
            usage.touch();
        }
        return next(flow, touch);
    }

    abstract Member next(FlowMetadata flow, boolean touch);

    /** Returns the member that flows take now; null if that differs by flow. */
    abstract Member now();

    /** Returns the name that was chosen by hand, or the empty string. */
    String fixed() {
        return "";
    }

    /** Tells whether {@link #fix} works. */
    boolean isSelectable() {
        return false;
    }

    /** Chooses a member by its name, whether it is there or not; the empty string leaves the choice to the group. */
    void fix(String name) {
        throw new IllegalStateException(type() + " has no choice");
    }

    final Member memberNamed(String name) {
        List<Member> all = members;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().equals(name)) {
                return all.get(i);
            }
        }
        return null;
    }

    @Override
    final Outbound outbound() {
        return view;
    }

    @Override
    boolean carriesUdp(FlowMetadata flow) {
        return !config.disableUdp() && next(flow, false).policy().carriesUdp(flow);
    }

    @Override
    public final void onAttempt(Throwable failure) {
        Failures counter = failures;
        if (counter != null) {
            counter.onAttempt(failure);
        }
    }
}
