package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** Stands for the program's own DNS; while nobody answers questions here, flows are refused. */
public final class DnsOutbound implements Outbound {
    private final String name;

    DnsOutbound(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "dns:// (rejects: the program does not answer DNS questions)";
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
        return loop.newFailedFuture(refusal(destination.toString()));
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(refusal("UDP"));
    }

    private OutboundException refusal(String what) {
        return new OutboundException(
                OutboundException.Reason.REFUSED,
                what + " is rejected: " + name + " does not answer DNS questions",
                null);
    }
}
