package io.tun2socks.demo;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5ServerEncoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * A SOCKS5 server (RFC 1928, RFC 1929): CONNECT to IPv4, IPv6 and names, UDP ASSOCIATE; half-close and back-pressure
 * kept; takes pipelined requests.
 */
public final class EmbeddedSocksServer implements AutoCloseable {
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final LongAdder connects = new LongAdder();
    private final LongAdder associations = new LongAdder();
    private final UnaryOperator<String> hosts;
    private final Channel listener;

    private EmbeddedSocksServer(
            EventLoopGroup group, InetSocketAddress address, Account account, UnaryOperator<String> hosts) {
        this.hosts = hosts;
        listener = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channels.add(channel);
                        channel.pipeline().addLast(Socks5ServerEncoder.DEFAULT, new Socks5InitialRequestDecoder());
                        if (account != null) {
                            channel.pipeline().addLast(new Socks5PasswordAuthRequestDecoder());
                        }
                        channel.pipeline()
                                .addLast(
                                        new Socks5CommandRequestDecoder(),
                                        new SocksRequestHandler(EmbeddedSocksServer.this, account));
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    /** The one user of a server with authentication. */
    record Account(String user, String password) {}

    /**
     * Starts a server without authentication.
     *
     * @param group where it runs; must be of epoll
     * @param address where to listen; port 0 takes a free one
     * @return the running server
     */
    public static EmbeddedSocksServer start(EventLoopGroup group, InetSocketAddress address) {
        return start(group, address, UnaryOperator.identity());
    }

    /**
     * Starts a server without authentication that connects to other hosts than it is asked for. Answers to datagrams
     * come from the host that was asked for.
     *
     * @param group where it runs; must be of epoll
     * @param address where to listen; port 0 takes a free one
     * @param hosts gives the host (address or name) to connect to instead of a host, or null if that is to be
     *     unreachable; called on threads of the group
     * @return the running server
     */
    public static EmbeddedSocksServer start(
            EventLoopGroup group, InetSocketAddress address, UnaryOperator<String> hosts) {
        return new EmbeddedSocksServer(group, address, null, hosts);
    }

    /**
     * Starts a server for one user.
     *
     * @param group where it runs; must be of epoll
     * @param address where to listen; port 0 takes a free one
     * @param user the user name
     * @param password the password
     * @return the running server
     */
    public static EmbeddedSocksServer start(
            EventLoopGroup group, InetSocketAddress address, String user, String password) {
        return new EmbeddedSocksServer(group, address, new Account(user, password), UnaryOperator.identity());
    }

    /** Returns the port that is listened on. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Returns how many connections to destinations stood. */
    public long connects() {
        return connects.sum();
    }

    /** Returns how many UDP associations stood. */
    public long associations() {
        return associations.sum();
    }

    /** Returns the host to connect to instead of this one, or null if it is to be unreachable. */
    String hostFor(String host) {
        return hosts.apply(host);
    }

    void countConnect() {
        connects.increment();
    }

    void countAssociation() {
        associations.increment();
    }

    void track(Channel channel) {
        channels.add(channel);
    }

    /** Closes the listening socket and all connections and waits for them. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        channels.close().syncUninterruptibly();
    }
}
