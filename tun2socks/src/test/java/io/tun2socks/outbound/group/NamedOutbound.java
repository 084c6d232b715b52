package io.tun2socks.outbound.group;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.OutboundException;
import io.tun2socks.outbound.UdpReceiver;
import io.tun2socks.outbound.UdpTransport;
import java.util.ArrayList;
import java.util.List;

/** A way out that only notes where it was asked to go; every attempt fails. */
class NamedOutbound implements Outbound {
    private final String name;
    private final boolean udp;
    private final Verdict verdict;
    private final List<String> asked = new ArrayList<>();

    NamedOutbound(String name, boolean udp, Verdict verdict) {
        this.name = name;
        this.udp = udp;
        this.verdict = verdict;
    }

    NamedOutbound(String name) {
        this(name, true, Verdict.CONNECT);
    }

    List<String> asked() {
        return asked;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Verdict verdict() {
        return verdict;
    }

    @Override
    public boolean supportsUdp() {
        return udp;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        asked.add(destination.toString());
        return loop.newFailedFuture(
                new OutboundException(OutboundException.Reason.UPSTREAM_FAILED, name + ": down", null));
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        asked.add("udp");
        return loop.newFailedFuture(
                new OutboundException(OutboundException.Reason.UPSTREAM_FAILED, name + ": down", null));
    }
}
