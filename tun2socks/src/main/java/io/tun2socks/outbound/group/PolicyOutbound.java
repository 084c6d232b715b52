package io.tun2socks.outbound.group;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.OutboundException;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.outbound.UdpReceiver;
import io.tun2socks.outbound.UdpTransport;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;
import io.tun2socks.rules.model.Network;
import java.util.function.Function;

/** A group as a way out, for proxies that are reached through it, and for downloads: picks a member each time. */
final class PolicyOutbound implements Outbound {
    /** How many groups may be gone through for one connection: through {@code dialer-proxy} it could be without end. */
    private static final int DEEPEST = 16;

    private static final FastThreadLocal<Integer> DEPTH = new FastThreadLocal<>() {
        @Override
        protected Integer initialValue() {
            return 0;
        }
    };

    private final Group group;

    PolicyOutbound(Group group) {
        this.group = group;
    }

    @Override
    public String name() {
        return group.name();
    }

    @Override
    public boolean supportsUdp() {
        return group.carriesUdp(new FlowMetadata().network(Network.UDP));
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return through(loop, flowTo(destination), way -> way.connect(loop, destination, relay));
    }

    @Override
    public Future<Channel> connectThrough(
            Outbound before, EventLoop loop, Destination destination, ChannelHandler relay) {
        return through(loop, flowTo(destination), way -> way.connectThrough(before, loop, destination, relay));
    }

    private static FlowMetadata flowTo(Destination destination) {
        FlowMetadata flow = new FlowMetadata().destinationPort(destination.port());
        if (destination.host() != null) {
            flow.host(Names.normalize(destination.host()));
        }
        if (destination.address() != null) {
            flow.destinationIp(Ip.of(destination.address().toInetAddress().getAddress()));
        }
        return flow;
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return through(loop, new FlowMetadata().network(Network.UDP), way -> way.openUdp(loop, receiver));
    }

    @Override
    public Future<UdpTransport> openUdpThrough(Outbound before, EventLoop loop, UdpReceiver receiver) {
        return through(
                loop, new FlowMetadata().network(Network.UDP), way -> way.openUdpThrough(before, loop, receiver));
    }

    private <T> Future<T> through(EventLoop loop, FlowMetadata flow, Function<Outbound, Future<T>> open) {
        int depth = DEPTH.get();
        if (depth >= DEEPEST) {
            return loop.newFailedFuture(new OutboundException(
                    Reason.UPSTREAM_FAILED,
                    group.name() + ": the way through this group leads back to it (see dialer-proxy)",
                    null));
        }
        DEPTH.set(depth + 1);
        try {
            Member member = group.pick(flow, true);
            Future<T> opened = open.apply(member.policy().outbound());
            opened.addListener(done -> {
                if (!done.isCancelled()) {
                    member.feedback().onAttempt(done.cause());
                }
            });
            return opened;
        } finally {
            DEPTH.set(depth);
        }
    }
}
