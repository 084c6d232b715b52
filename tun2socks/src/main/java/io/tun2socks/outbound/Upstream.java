package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
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

/** A proxy server: where it is and how to get a connection to it. Any thread. */
final class Upstream implements AutoCloseable {
    private final String name;
    private final Destination destination;
    private final Candidates literal;
    private final Sockets sockets;
    private final NameResolver resolver;
    private final UpstreamOptions options;

    /** Hears of the end of a dial, once. */
    interface Listener {
        /**
         * The upstream is there.
         *
         * @param channel connected, and behind the TLS handshake if there is one; it reads when it is asked to, and
         *     what is added to the end of its pipeline gets what the upstream sends; {@code channelActive} may follow
         */
        void connected(Channel channel);

        /** It cannot be reached; the message begins with its name. */
        void failed(OutboundException cause);
    }

    private Upstream(
            String scheme,
            String host,
            int port,
            SocketSettings settings,
            DnsServerAddressStreamProvider servers,
            UpstreamOptions options) {
        this.name = scheme + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        IpAddress address = IpAddress.parse(host).orElse(null);
        this.destination = new Destination(address == null ? host : null, address, port);
        this.literal = address == null ? null : Candidates.of(new InetSocketAddress(named(address, host), port));
        this.sockets = new Sockets(settings);
        this.resolver = new NameResolver(sockets, servers, options.ipVersion());
        this.options = options;
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
        return of(scheme, host, port, settings, servers, UpstreamOptions.PLAIN);
    }

    static Upstream of(
            String scheme,
            String host,
            int port,
            SocketSettings settings,
            DnsServerAddressStreamProvider servers,
            UpstreamOptions options) {
        return new Upstream(scheme, host, port, settings, servers, options);
    }

    /** Returns {@code scheme://host:port}. */
    String name() {
        return name;
    }

    /** Returns where the server is: its name, or its address if it was given as one. */
    Destination destination() {
        return destination;
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
     * Tells whether datagrams can get where the server is.
     *
     * @return false if there is a dialer that carries none
     */
    boolean carriesUdp() {
        return options.dialer() == null || options.dialer().supportsUdp();
    }

    /**
     * Finds out through what the server is reached.
     *
     * @param before the outbound behind which it is asked to be, or null
     * @return that, with the server's own dialer behind it if there is one; null if it is reached directly
     * @throws OutboundException if there is no such dialer
     */
    Outbound way(Outbound before) throws OutboundException {
        if (options.dialer() == null) {
            return before;
        }
        Outbound dialer;
        try {
            dialer = options.dialer().find();
        } catch (OutboundException e) {
            throw unreachable(e);
        }
        return before == null ? dialer : new ThroughOutbound(dialer, before);
    }

    /**
     * Opens a connection, to the point where the upstream's own protocol begins.
     *
     * @param loop the flow's loop; the caller is on it
     * @param owner what it is for; when it is cancelled, the attempt is abandoned and its channel closed
     * @param way through what, as {@link #way} says, or null if directly
     * @param listener hears of the end
     */
    void dial(EventLoop loop, Promise<?> owner, Outbound way, Listener listener) {
        if (way != null) {
            dialThrough(way, loop, owner, listener);
        } else if (literal != null) {
            dialLiteral(loop, owner, listener);
        } else {
            dialName(loop, owner, listener);
        }
    }

    private void dialLiteral(EventLoop loop, Promise<?> owner, Listener listener) {
        if (Candidates.allowed(options.ipVersion(), literal.addresses().get(0).getAddress())) {
            start(loop, literal, owner, listener);
        } else {
            listener.failed(failure(
                    Reason.UPSTREAM_FAILED, "its ip-version " + options.ipVersion() + " forbids its address", null));
        }
    }

    private void dialName(EventLoop loop, Promise<?> owner, Listener listener) {
        Future<List<InetAddress>> resolved = resolver.resolve(loop, destination.host());
        resolved.addListener(future -> {
            if (!future.isSuccess()) {
                listener.failed(failure(
                        Reason.UPSTREAM_FAILED,
                        "cannot resolve " + destination.host() + ": "
                                + future.cause().getMessage(),
                        future.cause()));
            } else if (!owner.isDone()) {
                boolean concurrent = sockets.settings().tcpConcurrent();
                start(
                        loop,
                        Candidates.of(resolved.getNow(), destination.port(), options.ipVersion(), concurrent),
                        owner,
                        listener);
            }
        });
    }

    private void start(EventLoop loop, Candidates candidates, Promise<?> owner, Listener listener) {
        Dial.Listener dialed = new Dial.Listener() {
            @Override
            public void connected(Channel channel) {
                secure(channel, listener);
            }

            @Override
            public void unreachable(OutboundException cause) {
                listener.failed(Upstream.this.unreachable(cause));
            }
        };
        new Dial(sockets, loop, candidates, owner, dialed).start();
    }

    private void dialThrough(Outbound way, EventLoop loop, Promise<?> owner, Listener listener) {
        if (!DialDepth.enter()) {
            listener.failed(failure(
                    Reason.UPSTREAM_FAILED,
                    "more than " + DialDepth.MAX + " upstreams behind one another; does its dialer-proxy lead back?",
                    null));
            return;
        }
        Future<Channel> dialed;
        try {
            dialed = way.connect(loop, destination, new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    secure(channel, listener);
                }
            });
        } finally {
            DialDepth.leave();
        }
        dialed.addListener(future -> {
            if (!future.isSuccess() && !future.isCancelled()) {
                listener.failed(unreachable(future.cause()));
            }
        });
        owner.addListener(future -> {
            if (future.isCancelled() && !dialed.cancel(false) && dialed.isSuccess()) {
                dialed.getNow().close();
            }
        });
    }

    private void secure(Channel channel, Listener listener) {
        if (options.tls() == null) {
            listener.connected(channel);
        } else {
            options.tls().start(channel, this, listener);
        }
    }

    /** Returns the exception of a connect that failed: to the client it is the upstream's failure, whatever it was. */
    private OutboundException unreachable(Throwable cause) {
        return failure(Reason.UPSTREAM_FAILED, cause.getMessage(), cause);
    }

    @Override
    public void close() {
        resolver.close();
    }
}
