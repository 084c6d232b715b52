package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** Lets every flow go without an answer. */
public final class DropOutbound implements Outbound {
    @Override
    public String name() {
        return "drop://";
    }

    @Override
    public Verdict verdict() {
        return Verdict.DROP;
    }

    @Override
    public boolean supportsUdp() {
        return false;
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
