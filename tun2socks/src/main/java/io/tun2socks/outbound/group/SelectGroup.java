package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.rules.model.FlowMetadata;

/** Takes the member that somebody has chosen, or the first. */
final class SelectGroup extends Group {
    private String chosen = "";
    private volatile Member current;

    SelectGroup(GroupConfig config, String url, EventLoop loop) {
        super(config, url, loop);
    }

    @Override
    String type() {
        return "Selector";
    }

    @Override
    void onChange() {
        Member member = memberNamed(chosen);
        current = member == null ? members().get(0) : member;
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
    boolean isSelectable() {
        return true;
    }

    @Override
    synchronized void fix(String name) {
        chosen = name;
        onChange();
    }
}
