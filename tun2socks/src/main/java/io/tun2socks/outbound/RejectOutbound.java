package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** Refuses every flow: RST for TCP, ICMP port unreachable for UDP. */
public final class RejectOutbound implements Outbound {
    private final String name;

    /** Makes one that goes by what it is. */
    RejectOutbound() {
        this("reject://");
    }

    RejectOutbound(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "reject://";
    }

    @Override
    public Verdict verdict() {
        return Verdict.REJECT;
    }

    /** Tells that UDP is its business: it ends here, and goes no other way. */
    @Override
    public boolean supportsUdp() {
        return true;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return loop.newFailedFuture(refusal(destination + " is rejected"));
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(refusal("UDP is rejected"));
    }

    private static OutboundException refusal(String message) {
        return new OutboundException(OutboundException.Reason.REFUSED, message, null);
    }
}
