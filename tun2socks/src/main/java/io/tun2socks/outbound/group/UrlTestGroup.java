package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.rules.model.FlowMetadata;
import java.util.List;

/** Takes the fastest member, and stays with it until another is faster by more than the tolerance. */
final class UrlTestGroup extends Group {
    private volatile String fixed = "";
    private volatile Member current;

    UrlTestGroup(GroupConfig config, String url, EventLoop loop) {
        super(config, url, loop);
    }

    @Override
    String type() {
        return "URLTest";
    }

    @Override
    void onChange() {
        Member chosen = fixed.isEmpty() ? null : memberNamed(fixed);
        if (chosen != null && chosen.health().isAlive()) {
            current = chosen;
            return;
        }
        Member fastest = fastest();
        Member stay = current == null ? null : memberNamed(current.name());
        boolean replace = stay == null
                || !stay.health().isAlive()
                || stay.health().rank() > fastest.health().rank() + config().tolerance();
        current = replace ? fastest : stay;
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
