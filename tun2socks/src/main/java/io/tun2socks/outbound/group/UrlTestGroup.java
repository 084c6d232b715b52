package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import java.util.List;

/** Takes the fastest member, and stays with it until another is faster by more than the tolerance. */
final class UrlTestGroup extends FixableGroup {
    UrlTestGroup(GroupConfig config, String url, EventLoop loop) {
        super(config, url, loop);
    }

    @Override
    String type() {
        return "URLTest";
    }

    @Override
    Member choose(Member before) {
        Member fastest = fastest();
        boolean replace = before == null
                || !before.health().isAlive()
                || before.health().rank() > fastest.health().rank() + config().tolerance();
        return replace ? fastest : before;
    }

    private Member fastest() {
        List<Member> all = members();
        Member best = all.get(0);
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i).health().rank() < best.health().rank()) {
                best = all.get(i);
            }
        }
        return best;
    }
}
