package io.tun2socks.demo;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.NetUtil;
import io.tun2socks.outbound.EpollLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The far side of the demo, all on loopback and on one thread: SOCKS5 server, web site and UDP echo. */
final class DemoServers implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollLoops.factory());
    private final Deque<AutoCloseable> servers = new ArrayDeque<>();
    private final EmbeddedSocksServer socks;

    /**
     * Starts them.
     *
     * @param ipv6 whether the site and the echo are also at their IPv6 addresses
     */
    DemoServers(boolean ipv6) {
        socks = EmbeddedSocksServer.start(
                group, new InetSocketAddress(NetUtil.LOCALHOST4, DemoNetwork.SOCKS), DemoNetwork::loopbackFor);
        servers.push(socks);
        for (InetAddress host : ipv6 ? List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6) : List.of(NetUtil.LOCALHOST4)) {
            servers.push(EmbeddedWebServer.start(group, new InetSocketAddress(host, DemoNetwork.HTTP)));
            servers.push(EmbeddedUdpEcho.start(group, new InetSocketAddress(host, DemoNetwork.ECHO)));
        }
    }

    /** Returns the SOCKS5 server. */
    EmbeddedSocksServer socks() {
        return socks;
    }

    @Override
    public void close() {
        try {
            while (!servers.isEmpty()) {
                servers.pop().close();
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a server of the demo cannot be closed", e);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        }
    }
}
