package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Goes through an HTTP proxy by CONNECT; TCP only. */
public final class HttpConnectOutbound implements Outbound {
    private final Upstream upstream;
    private final String authorization;

    HttpConnectOutbound(Upstream upstream, OutboundUrl.Credentials credentials) {
        this.upstream = upstream;
        this.authorization = credentials == null ? null : basic(credentials);
    }

    private static String basic(OutboundUrl.Credentials credentials) {
        String userPass = credentials.user() + ":" + credentials.password();
        return "Basic " + Base64.getEncoder().encodeToString(userPass.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String name() {
        return upstream.name();
    }

    @Override
    public boolean supportsUdp() {
        return false;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        String host = destination.host();
        // A name comes from strangers (TLS, HTTP, DNS): it must not be able to add a line to the request.
        if (host != null && (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c >= 127 || c == ':'))) {
            return loop.newFailedFuture(upstream.failure(
                    Reason.HOST_UNREACHABLE, "the name '" + host + "' is empty or holds what no host name has", null));
        }
        Promise<Channel> promise = loop.newPromise();
        upstream.dial(loop, promise, new Attempt(destination.toString(), relay, promise), dial -> {});
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

    private final class Attempt implements Dial.Listener, Handshake.Listener {
        private final String authority;
        private final ChannelHandler relay;
        private final Promise<Channel> promise;
        private boolean connected;

        Attempt(String authority, ChannelHandler relay, Promise<Channel> promise) {
            this.authority = authority;
            this.relay = relay;
            this.promise = promise;
        }

        @Override
        public void prepare(EpollSocketChannel channel) {
            channel.pipeline().addLast(new HttpConnectHandshake(upstream, authorization, authority, this));
        }

        @Override
        public void connected(EpollSocketChannel channel) {
            connected = true;
        }

        @Override
        public void succeeded(ChannelHandlerContext context) {
            Tunnel.open(context.channel(), relay, promise);
        }

        @Override
        public void failed(OutboundException cause) {
            promise.tryFailure(connected ? cause : upstream.unreachable(cause));
        }
    }
}
