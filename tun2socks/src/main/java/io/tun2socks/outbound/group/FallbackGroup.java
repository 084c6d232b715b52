package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;

/** Takes the first member that is alive; or one that somebody has chosen, until a check shows that it is dead. */
final class FallbackGroup extends FixableGroup {
    FallbackGroup(GroupConfig config, String url, EventLoop loop) {
        super(config, url, loop);
    }

    @Override
    String type() {
        return "Fallback";
    }

    @Override
    void onResult(Member member) {
        if (member.name().equals(fixed()) && !member.health().isAlive()) {
            release();
        }
        onChange();
    }

    @Override
    Member choose(Member before) {
        for (Member member : members()) {
            if (member.health().isAlive()) {
                return member;
            }
        }
        return members().get(0);
    }
}
