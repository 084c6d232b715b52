package io.tun2socks.assembly;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.OutboundException;
import io.tun2socks.outbound.UdpReceiver;
import io.tun2socks.outbound.UdpTransport;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;

/** The way that the rules say, for what the program itself fetches. */
final class RoutedOutbound implements Outbound {
    private final FlowRouter router;

    RoutedOutbound(FlowRouter router) {
        this.router = router;
    }

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public boolean supportsUdp() {
        return false;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        FlowMetadata flow = new FlowMetadata()
                .inboundType(InboundType.INNER)
                .processSought(true)
                .destinationPort(destination.port());
        if (destination.host() != null) {
            flow.host(Names.normalize(destination.host()));
        }
        if (destination.address() != null) {
            flow.destinationIp(Ip.of(destination.address().toInetAddress().getAddress()));
        }
        Promise<Channel> promise = loop.newPromise();
        router.route(loop, flow, route -> {
            if (promise.isCancelled()) {
                return;
            }
            if (route.outbound().verdict() != Verdict.CONNECT) {
                promise.tryFailure(new OutboundException(
                        OutboundException.Reason.REFUSED, "the rules reject it (" + route.rule() + ")", null));
                return;
            }
            Future<Channel> connecting = route.outbound().connect(loop, destination, relay);
            connecting.addListener((Future<Channel> done) -> {
                route.feedback().onAttempt(done.cause());
                if (!done.isSuccess()) {
                    promise.tryFailure(done.cause());
                } else if (!promise.trySuccess(done.getNow())) {
                    done.getNow().close();
                }
            });
            promise.addListener(ended -> {
                if (promise.isCancelled()) {
                    connecting.cancel(false);
                }
            });
        });
        return promise;
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(
                new OutboundException(OutboundException.Reason.REFUSED, "only TCP is fetched over", null));
    }
}
