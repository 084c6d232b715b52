package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;
import java.util.Map;

/** Goes through an HTTP proxy by CONNECT; TCP only. */
public final class HttpConnectOutbound implements Outbound {
    private final String name;
    private final Upstream upstream;
    private final HttpConnectHeaders headers;

    /** Makes one that goes by its upstream's address. */
    HttpConnectOutbound(Upstream upstream, OutboundUrl.Credentials credentials) {
        this(upstream.name(), upstream, HttpConnectHeaders.of(Map.of(), credentials));
    }

    HttpConnectOutbound(String name, Upstream upstream, HttpConnectHeaders headers) {
        this.name = name;
        this.upstream = upstream;
        this.headers = headers;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return upstream.name();
    }

    @Override
    public boolean supportsUdp() {
        return false;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return connectThrough(null, loop, destination, relay);
    }

    @Override
    public Future<Channel> connectThrough(
            Outbound before, EventLoop loop, Destination destination, ChannelHandler relay) {
        String host = destination.host();
        // A name comes from strangers (TLS, HTTP, DNS): it must not be able to add a line to the request.
        if (host != null && (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c >= 127 || c == ':'))) {
            return loop.newFailedFuture(upstream.failure(
                    Reason.HOST_UNREACHABLE, "the name '" + host + "' is empty or holds what no host name has", null));
        }
        Outbound way;
        try {
            way = upstream.way(before);
        } catch (OutboundException e) {
            return loop.newFailedFuture(e);
        }
        Promise<Channel> promise = loop.newPromise();
        upstream.dial(loop, promise, way, new Attempt(destination.toString(), relay, promise));
        return promise;
    }

    /** Fails: HTTP CONNECT carries no datagrams. */
    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(upstream.failure(Reason.UPSTREAM_FAILED, "an HTTP proxy carries no UDP", null));
    }

    @Override
    public void close() {
        upstream.close();
    }

    private final class Attempt implements Upstream.Listener, Handshake.Listener {
        private final String authority;
        private final ChannelHandler relay;
        private final Promise<Channel> promise;

        Attempt(String authority, ChannelHandler relay, Promise<Channel> promise) {
            this.authority = authority;
            this.relay = relay;
            this.promise = promise;
        }

        @Override
        public void connected(Channel channel) {
            channel.pipeline().addLast(new HttpConnectHandshake(upstream, headers, authority, this));
        }

        @Override
        public void succeeded(ChannelHandlerContext context) {
            Tunnel.open(context.channel(), relay, promise);
        }

        @Override
        public void failed(OutboundException cause) {
            promise.tryFailure(cause);
        }
    }
}
