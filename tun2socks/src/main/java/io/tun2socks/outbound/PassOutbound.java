package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * Stands for "look at the rules that follow", which is for who decides to do. A flow that comes here nevertheless has
 * nowhere to go, and is refused.
 */
public final class PassOutbound implements Outbound {
    private final String name;

    PassOutbound(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "pass://";
    }

    @Override
    public Verdict verdict() {
        return Verdict.REJECT;
    }

    @Override
    public boolean supportsUdp() {
        return true;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return loop.newFailedFuture(refusal(destination + " is rejected: no rule follows " + name));
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(refusal("UDP is rejected: no rule follows " + name));
    }

    private static OutboundException refusal(String message) {
        return new OutboundException(OutboundException.Reason.REFUSED, message, null);
    }
}
