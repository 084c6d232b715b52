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
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;

/**
 * A web site (HTTP/1.1): {@code /} is a small page, {@code /bytes/N} a body of N bytes, the same in every run,
 * {@code /sha256/N} the hash of that body, {@code /upload} counts and hashes what is posted, {@code /slow} sends a line
 * every 200 ms, five times.
 */
public final class EmbeddedWebServer implements AutoCloseable {
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;

    private EmbeddedWebServer(EventLoopGroup group, InetSocketAddress address) {
        listener = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                // A client may close its side behind the request and still wants the answer.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channels.add(channel);
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpServerKeepAliveHandler(),
                                        new HttpServerExpectContinueHandler(),
                                        new WebHandler());
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    /**
     * Starts the server.
     *
     * @param group where it runs; must be of epoll
     * @param address where to listen; port 0 takes a free one
     * @return the running server
     */
    public static EmbeddedWebServer start(EventLoopGroup group, InetSocketAddress address) {
        return new EmbeddedWebServer(group, address);
    }

    /**
     * Returns the hash of the body of {@code /bytes/N}.
     *
     * @param length N, 0 or more
     * @return SHA-256 in hexadecimal
     */
    public static String sha256(long length) {
        return TestBytes.sha256(length);
    }

    /** Returns the port that is listened on. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Closes the listening socket and all connections and waits for them. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        channels.close().syncUninterruptibly();
    }
}
