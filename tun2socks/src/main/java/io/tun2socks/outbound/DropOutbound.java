package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** Lets every flow go without an answer. */
public final class DropOutbound implements Outbound {
    private final String name;

    /** Makes one that goes by what it is. */
    DropOutbound() {
        this("drop://");
    }

    DropOutbound(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "drop://";
    }

    @Override
    public Verdict verdict() {
        return Verdict.DROP;
    }

    /** Tells that UDP is its business: it ends here, and goes no other way. */
    @Override
    public boolean supportsUdp() {
        return true;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return loop.newFailedFuture(refusal(destination + " is dropped"));
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(refusal("UDP is dropped"));
    }

    private static OutboundException refusal(String message) {
        return new OutboundException(OutboundException.Reason.REFUSED, message, null);
    }
}
