package io.tun2socks.outbound;

import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A proxy server: where it is and how to get a connection to it. Any thread. */
final class Upstream implements AutoCloseable {
    private final String name;
    private final String host;
    private final int port;
    private final List<InetSocketAddress> literal;
    private final Sockets sockets;
    private final NameResolver resolver;

    private Upstream(
            String scheme, String host, int port, SocketSettings settings, DnsServerAddressStreamProvider servers) {
        this.name = scheme + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        this.host = host;
        this.port = port;
        Optional<IpAddress> address = IpAddress.parse(host);
        this.literal = address.map(a -> List.of(new InetSocketAddress(named(a, host), port)))
                .orElse(null);
        this.sockets = new Sockets(settings);
        this.resolver = new NameResolver(sockets, servers);
    }

    /** With a name Netty, which keeps the peer's with each channel, need not make one each time. */
    private static InetAddress named(IpAddress address, String name) {
        try {
            return InetAddress.getByAddress(name, address.toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are always accepted", e);
        }
    }

    static Upstream of(String scheme, String host, int port, SocketSettings settings) {
        return of(scheme, host, port, settings, DnsServerAddressStreamProviders.platformDefault());
    }

    static Upstream of(
            String scheme, String host, int port, SocketSettings settings, DnsServerAddressStreamProvider servers) {
        return new Upstream(scheme, host, port, settings, servers);
    }

    /** Returns {@code scheme://host:port}. */
    String name() {
        return name;
    }

    Sockets sockets() {
        return sockets;
    }

    NameResolver resolver() {
        return resolver;
    }

    int timeoutMillis() {
        return sockets.settings().connectTimeoutMillis();
    }

    /** Makes an exception whose message begins with the upstream's name. */
    OutboundException failure(Reason reason, String message, Throwable cause) {
        return new OutboundException(reason, name + ": " + message, cause);
    }

    /**
     * Resolves the upstream's name if it has one, and begins to connect.
     *
     * @param loop the flow's loop; the caller is on it
     * @param owner what it is for; a failure before the listener comes in goes there
     * @param listener hears of the attempts; its failures are those of the upstream
     * @param started gets the dial before anything is opened
     */
    void dial(EventLoop loop, Promise<?> owner, Dial.Listener listener, Consumer<Dial> started) {
        if (literal != null) {
            start(loop, literal, owner, listener, started);
            return;
        }
        Future<List<InetAddress>> resolved = resolver.resolve(loop, host);
        resolved.addListener(future -> {
            if (!future.isSuccess()) {
                listener.failed(new OutboundException(
                        Reason.UPSTREAM_FAILED,
                        "cannot resolve " + host + ": " + future.cause().getMessage(),
                        future.cause()));
                return;
            }
            List<InetSocketAddress> addresses = resolved.getNow().stream()
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
            start(loop, addresses, owner, listener, started);
        });
    }

    private void start(
            EventLoop loop,
            List<InetSocketAddress> addresses,
            Promise<?> owner,
            Dial.Listener listener,
            Consumer<Dial> started) {
        Dial dial = new Dial(sockets, loop, addresses, owner, listener);
        started.accept(dial);
        dial.start();
    }

    /** Returns the exception of a connect that failed: to the client it is the upstream's failure, whatever it was. */
    OutboundException unreachable(OutboundException cause) {
        return failure(Reason.UPSTREAM_FAILED, cause.getMessage(), cause);
    }

    @Override
    public void close() {
        resolver.close();
    }
}
