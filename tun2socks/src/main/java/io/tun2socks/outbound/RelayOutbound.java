package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.OutboundException.Reason;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** A chain: each hop's upstream is reached through the hops before it. */
final class RelayOutbound implements Outbound {
    private final String name;
    private final List<Supplier<Outbound>> hops;

    RelayOutbound(String name, List<Supplier<Outbound>> hops) {
        if (hops.isEmpty()) {
            throw new IllegalArgumentException("relay '" + name + "': expected at least one hop");
        }
        this.name = name;
        this.hops = List.copyOf(hops);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "relay://";
    }

    @Override
    public boolean supportsUdp() {
        if (!DialDepth.enter()) {
            return false;
        }
        try {
            return chain(null).supportsUdp();
        } finally {
            DialDepth.leave();
        }
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return guarded(loop, null, chain -> chain.connect(loop, destination, relay));
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return guarded(loop, null, chain -> chain.openUdp(loop, receiver));
    }

    @Override
    public Future<Channel> connectThrough(
            Outbound before, EventLoop loop, Destination destination, ChannelHandler relay) {
        return guarded(loop, before, chain -> chain.connect(loop, destination, relay));
    }

    @Override
    public Future<UdpTransport> openUdpThrough(Outbound before, EventLoop loop, UdpReceiver receiver) {
        return guarded(loop, before, chain -> chain.openUdp(loop, receiver));
    }

    private Outbound chain(Outbound before) {
        Outbound chain = before;
        for (Supplier<Outbound> hop : hops) {
            chain = chain == null ? hop.get() : new ThroughOutbound(hop.get(), chain);
        }
        return chain;
    }

    private <T> Future<T> guarded(EventLoop loop, Outbound before, Function<Outbound, Future<T>> call) {
        if (!DialDepth.enter()) {
            return loop.newFailedFuture(new OutboundException(
                    Reason.UPSTREAM_FAILED,
                    name + ": more than " + DialDepth.MAX + " hops; does one of them lead back here?",
                    null));
        }
        try {
            return call.apply(chain(before));
        } finally {
            DialDepth.leave();
        }
    }
}
