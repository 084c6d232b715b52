package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.rules.model.FlowMetadata;

/** Spreads flows over the members that are alive, and UDP over those of them that carry it. */
final class LoadBalanceGroup extends Group {
    private final Balance balance;

    LoadBalanceGroup(GroupConfig config, String url, EventLoop loop) {
        super(config, url, loop);
        this.balance = switch (config.strategy()) {
            case CONSISTENT_HASHING -> new ConsistentHashing();
            case ROUND_ROBIN -> new RoundRobin();
            case STICKY_SESSIONS -> new StickySessions(loop.ticker()::nanoTime);
        };
    }

    @Override
    String type() {
        return "LoadBalance";
    }

    @Override
    void onChange() {
        // Each flow is decided about by itself.
    }

    @Override
    Member next(FlowMetadata flow, boolean touch) {
        return balance.pick(members(), flow, touch);
    }

    @Override
    Member now() {
        return null;
    }
}
