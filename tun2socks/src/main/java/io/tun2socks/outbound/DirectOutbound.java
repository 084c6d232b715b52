package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import io.tun2socks.outbound.OutboundException.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Goes to the destination itself, by the host's own routes; mark and interface keep the connection out of the device. A
 * destination with an address goes there, one with only a name, or with an address that may not be used, is resolved.
 */
public final class DirectOutbound implements Outbound {
    private final String name;
    private final boolean udp;
    private final Sockets sockets;
    private final NameResolver resolver;
    private final IpVersion version;

    DirectOutbound(SocketSettings settings, DnsServerAddressStreamProvider servers) {
        this("direct://", settings, servers, IpVersion.DUAL, /* udp= */ true);
    }

    /**
     * Makes one with a name.
     *
     * @param version which addresses of destinations are used
     * @param udp whether UDP may go this way
     */
    DirectOutbound(
            String name,
            SocketSettings settings,
            DnsServerAddressStreamProvider servers,
            IpVersion version,
            boolean udp) {
        this.name = name;
        this.udp = udp;
        this.version = version;
        this.sockets = new Sockets(settings);
        this.resolver = new NameResolver(sockets, servers, version);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "direct://";
    }

    @Override
    public boolean supportsUdp() {
        return udp;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        Promise<Channel> promise = loop.newPromise();
        if (destination.address() != null) {
            InetAddress address = destination.address().toInetAddress();
            if (Candidates.allowed(version, address)) {
                dial(loop, Candidates.of(new InetSocketAddress(address, destination.port())), relay, promise);
                return promise;
            }
            if (destination.host() == null) {
                return loop.newFailedFuture(new OutboundException(
                        Reason.NETWORK_UNREACHABLE,
                        "connect to " + destination + ": the ip-version " + version + " of " + name + " forbids it",
                        null));
            }
        }
        Future<List<InetAddress>> resolved = resolver.resolve(loop, destination.host());
        resolved.addListener(future -> {
            if (future.isSuccess()) {
                boolean concurrent = sockets.settings().tcpConcurrent();
                dial(loop, Candidates.of(resolved.getNow(), destination.port(), version, concurrent), relay, promise);
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

    private void dial(EventLoop loop, Candidates candidates, ChannelHandler relay, Promise<Channel> promise) {
        Dial.Listener listener = new Dial.Listener() {
            @Override
            public void connected(Channel channel) {
                Tunnel.open(channel, relay, promise);
            }

            @Override
            public void unreachable(OutboundException cause) {
                promise.tryFailure(cause);
            }
        };
        new Dial(sockets, loop, candidates, promise, listener).start();
    }

    /**
     * {@inheritDoc}
     *
     * <p>No socket is opened before the first datagram; {@link UdpReceiver#onUnreachable} is never called for a closed
     * port, because the kernel tells unconnected sockets nothing that Netty could read.
     */
    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        if (!udp) {
            return loop.newFailedFuture(
                    new OutboundException(Reason.UPSTREAM_FAILED, "UDP is not allowed through " + name, null));
        }
        return loop.newSucceededFuture(new DirectUdpTransport(sockets, resolver, version, loop, receiver));
    }

    /** Has no upstream of its own: goes where the other goes. */
    @Override
    public Future<Channel> connectThrough(
            Outbound before, EventLoop loop, Destination destination, ChannelHandler relay) {
        return before.connect(loop, destination, relay);
    }

    @Override
    public Future<UdpTransport> openUdpThrough(Outbound before, EventLoop loop, UdpReceiver receiver) {
        return before.openUdp(loop, receiver);
    }

    @Override
    public void close() {
        resolver.close();
    }
}
