package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Goes to the destination itself, by the host's own routes; mark and interface keep the connection out of the device. A
 * destination with an address goes there, one with only a name is resolved.
 */
public final class DirectOutbound implements Outbound {
    private final Sockets sockets;
    private final NameResolver resolver;

    DirectOutbound(SocketSettings settings, DnsServerAddressStreamProvider servers) {
        this.sockets = new Sockets(settings);
        this.resolver = new NameResolver(sockets, servers);
    }

    @Override
    public String name() {
        return "direct://";
    }

    @Override
    public boolean supportsUdp() {
        return true;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        Promise<Channel> promise = loop.newPromise();
        if (destination.address() != null) {
            InetAddress address = destination.address().toInetAddress();
            dial(loop, List.of(new InetSocketAddress(address, destination.port())), relay, promise);
            return promise;
        }
        Future<List<InetAddress>> resolved = resolver.resolve(loop, destination.host());
        resolved.addListener(future -> {
            if (future.isSuccess()) {
                List<InetSocketAddress> addresses = resolved.getNow().stream()
                        .map(address -> new InetSocketAddress(address, destination.port()))
                        .toList();
                dial(loop, addresses, relay, promise);
            } else {
                promise.tryFailure(new OutboundException(
                        Reason.HOST_UNREACHABLE,
                        "cannot resolve " + destination.host() + ": "
                                + future.cause().getMessage(),
                        future.cause()));
            }
        });
        return promise;
    }

    private void dial(
            EventLoop loop, List<InetSocketAddress> addresses, ChannelHandler relay, Promise<Channel> promise) {
        Dial.Listener listener = new Dial.Listener() {
            @Override
            public void prepare(EpollSocketChannel channel) {}

            @Override
            public void connected(EpollSocketChannel channel) {
                Tunnel.open(channel, relay, promise);
            }

            @Override
            public void failed(OutboundException cause) {
                promise.tryFailure(cause);
            }
        };
        new Dial(sockets, loop, addresses, promise, listener).start();
    }

    /**
     * {@inheritDoc}
     *
     * <p>No socket is opened before the first datagram; {@link UdpReceiver#onUnreachable} is never called, because the
     * kernel tells unconnected sockets nothing that Netty could read.
     */
    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newSucceededFuture(new DirectUdpTransport(sockets, resolver, loop, receiver));
    }

    @Override
    public void close() {
        resolver.close();
    }
}
