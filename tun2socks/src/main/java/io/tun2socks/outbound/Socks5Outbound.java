package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;

/** Goes through a SOCKS5 server (RFC 1928): CONNECT for TCP, UDP ASSOCIATE for datagrams. */
public final class Socks5Outbound implements Outbound {
    private final String name;
    private final boolean udp;
    private final Upstream upstream;
    private final OutboundUrl.Credentials credentials;
    private final Socks5Pipelining pipelining;

    /** Makes one that goes by its upstream's address and carries UDP. */
    Socks5Outbound(Upstream upstream, OutboundUrl.Credentials credentials) {
        this(upstream.name(), upstream, credentials, /* udp= */ true);
    }

    /**
     * Makes one with a name.
     *
     * @param credentials user and password, or null
     * @param udp whether UDP may go through it
     */
    Socks5Outbound(String name, Upstream upstream, OutboundUrl.Credentials credentials, boolean udp) {
        this.name = name;
        this.udp = udp;
        this.upstream = upstream;
        this.credentials = credentials;
        this.pipelining = new Socks5Pipelining(upstream, credentials);
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
        return udp && upstream.carriesUdp();
    }

    /** What is known about the server's taste for pipelined handshakes; for tests. */
    Socks5Pipelining pipelining() {
        return pipelining;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return connectThrough(null, loop, destination, relay);
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return openUdpThrough(null, loop, receiver);
    }

    @Override
    public Future<Channel> connectThrough(
            Outbound before, EventLoop loop, Destination destination, ChannelHandler relay) {
        if (!Socks5Wire.expressible(destination)) {
            return loop.newFailedFuture(upstream.failure(
                    Reason.HOST_UNREACHABLE, "the name " + destination + " does not have 1 to 255 bytes", null));
        }
        Outbound way;
        try {
            way = upstream.way(before);
        } catch (OutboundException e) {
            return loop.newFailedFuture(e);
        }
        Promise<Channel> promise = loop.newPromise();
        Socks5Request<Channel> request = new Socks5Request<>(upstream, way, pipelining, loop, promise) {
            @Override
            Socks5Handshake newHandshake(boolean pipelined) {
                return new Socks5Handshake(upstream, credentials, pipelined, Socks5Wire.CONNECT, destination, this);
            }

            @Override
            void agreed(Channel channel, Destination bound) {
                Tunnel.open(channel, relay, promise);
            }
        };
        request.start();
        return promise;
    }

    @Override
    public Future<UdpTransport> openUdpThrough(Outbound before, EventLoop loop, UdpReceiver receiver) {
        if (!udp) {
            return loop.newFailedFuture(
                    upstream.failure(Reason.UPSTREAM_FAILED, "UDP is not allowed through it (udp: true would)", null));
        }
        Outbound way;
        try {
            way = upstream.way(before);
        } catch (OutboundException e) {
            return loop.newFailedFuture(e);
        }
        Promise<UdpTransport> promise = loop.newPromise();
        Socks5Request<UdpTransport> request = new Socks5Request<>(upstream, way, pipelining, loop, promise) {
            @Override
            Socks5Handshake newHandshake(boolean pipelined) {
                // RFC 1928 7: a client that does not know its own address yet names none.
                return new Socks5Handshake(
                        upstream,
                        credentials,
                        pipelined,
                        Socks5Wire.UDP_ASSOCIATE,
                        Socks5Association.UNSPECIFIED,
                        this);
            }

            @Override
            void agreed(Channel channel, Destination bound) {
                new Socks5Association(upstream, way, channel, receiver, promise).open(bound);
            }
        };
        request.start();
        return promise;
    }

    @Override
    public void close() {
        upstream.close();
    }
}
