package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.rules.model.FlowMetadata;

/** A group that keeps to one member for all flows: one that was chosen by hand while it lives, or else its own choice. */
abstract sealed class FixableGroup extends Group permits FallbackGroup, UrlTestGroup {
    private volatile String fixed = "";
    private volatile Member current;

    FixableGroup(GroupConfig config, String url, EventLoop loop) {
        super(config, url, loop);
    }

    /**
     * Chooses; the caller holds the lock.
     *
     * @param before the member that was taken until now, as it is at present; null if there is none any more
     */
    abstract Member choose(Member before);

    @Override
    final void onChange() {
        Member byHand = fixed.isEmpty() ? null : memberNamed(fixed);
        if (byHand != null && byHand.health().isAlive()) {
            current = byHand;
        } else {
            current = choose(current == null ? null : memberNamed(current.name()));
        }
    }

    @Override
    final Member next(FlowMetadata flow, boolean touch) {
        return current;
    }

    @Override
    final Member now() {
        return current;
    }

    @Override
    final String fixed() {
        return fixed;
    }

    @Override
    final boolean isSelectable() {
        return true;
    }

    @Override
    final synchronized void fix(String name) {
        fixed = name;
        onChange();
    }

    /** Leaves the choice to the group again, without choosing yet; the caller holds the lock. */
    final void release() {
        fixed = "";
    }
}
