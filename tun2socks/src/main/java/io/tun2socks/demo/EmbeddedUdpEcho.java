package io.tun2socks.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;

/** Sends every datagram back to where it came from. */
public final class EmbeddedUdpEcho implements AutoCloseable {
    private static final int MAX_DATAGRAM = 65_535;

    private final Channel channel;

    private EmbeddedUdpEcho(Channel channel) {
        this.channel = channel;
    }

    /**
     * Starts the server.
     *
     * @param group where it runs; must be of epoll
     * @param address where to listen; port 0 takes a free one
     * @return the running server
     */
    public static EmbeddedUdpEcho start(EventLoopGroup group, InetSocketAddress address) {
        Channel channel = new Bootstrap()
                .group(group)
                .channel(EpollDatagramChannel.class)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM))
                .handler(new EchoHandler())
                .bind(address)
                .syncUninterruptibly()
                .channel();
        return new EmbeddedUdpEcho(channel);
    }

    /** Returns the port that is listened on. */
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Closes the socket and waits for it. */
    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }

    private static final class EchoHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            context.write(new DatagramPacket(packet.content(), packet.sender()));
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // An answer that cannot be sent is lost, as datagrams are.
        }
    }
}
