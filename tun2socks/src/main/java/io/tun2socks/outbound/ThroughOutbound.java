package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** An outbound whose upstream is reached through another one. */
record ThroughOutbound(Outbound last, Outbound before) implements Outbound {
    @Override
    public String name() {
        return last.name();
    }

    @Override
    public String description() {
        return before.description() + " > " + last.description();
    }

    @Override
    public boolean supportsUdp() {
        return last.supportsUdp() && before.supportsUdp();
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return last.connectThrough(before, loop, destination, relay);
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return last.openUdpThrough(before, loop, receiver);
    }

    @Override
    public Future<Channel> connectThrough(
            Outbound outer, EventLoop loop, Destination destination, ChannelHandler relay) {
        return last.connectThrough(new ThroughOutbound(before, outer), loop, destination, relay);
    }

    @Override
    public Future<UdpTransport> openUdpThrough(Outbound outer, EventLoop loop, UdpReceiver receiver) {
        return last.openUdpThrough(new ThroughOutbound(before, outer), loop, receiver);
    }
}
