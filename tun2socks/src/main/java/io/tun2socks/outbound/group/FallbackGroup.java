package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.rules.model.FlowMetadata;

/** Takes the first member that is alive; or one that somebody has chosen, until a check shows that it is dead. */
final class FallbackGroup extends Group {
    private volatile String fixed = "";
    private volatile Member current;

    FallbackGroup(GroupConfig config, String url, EventLoop loop) {
        super(config, url, loop);
    }

    @Override
    String type() {
        return "Fallback";
    }

    @Override
    void onResult(Member member) {
        if (member.name().equals(fixed) && !member.health().isAlive()) {
            fixed = "";
        }
        onChange();
    }

    @Override
    void onChange() {
        Member chosen = fixed.isEmpty() ? null : memberNamed(fixed);
        if (chosen != null && chosen.health().isAlive()) {
            current = chosen;
            return;
        }
        current = members().get(0);
        for (Member member : members()) {
            if (member.health().isAlive()) {
                current = member;
                return;
            }
        }
    }

    @Override
    Member next(FlowMetadata flow, boolean touch) {
        return current;
    }

    @Override
    Member now() {
        return current;
    }

    @Override
    String fixed() {
        return fixed;
    }

    @Override
    boolean isSelectable() {
        return true;
    }

    @Override
    synchronized void fix(String name) {
        fixed = name;
        onChange();
    }
}
