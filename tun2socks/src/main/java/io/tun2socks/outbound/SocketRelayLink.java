package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * A UDP socket connected to the relay, so that nobody else's datagrams come in and a closed relay port is told. On its
 * event loop only.
 */
final class SocketRelayLink implements RelayLink {
    private final EpollDatagramChannel datagrams;
    private final Listener listener;
    private boolean closed;

    /**
     * Makes the socket.
     *
     * @throws io.netty.channel.ChannelException if there is no such socket, or mark or interface are refused
     */
    SocketRelayLink(Sockets sockets, InetSocketAddress relay, Listener listener) {
        this.datagrams = sockets.openDatagram(relay.getAddress() instanceof Inet4Address);
        this.listener = listener;
    }

    /** Connects it. */
    void open(EventLoop loop, InetSocketAddress relay) {
        datagrams.pipeline().addLast(new Handler());
        loop.register(datagrams);
        datagrams.connect(relay).addListener(future -> {
            if (closed) {
                return;
            }
            if (future.isSuccess()) {
                listener.onOpen();
            } else {
                listener.onFailed("connect to the relay " + ConnectErrors.text(relay), future.cause());
            }
        });
    }

    @Override
    public boolean isWritable() {
        return datagrams.isWritable();
    }

    @Override
    public void write(ByteBuf datagram) {
        datagrams.write(datagram, datagrams.voidPromise());
    }

    @Override
    public void flush() {
        datagrams.flush();
    }

    @Override
    public void close() {
        closed = true;
        datagrams.close();
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf content = ((DatagramPacket) message).content();
            if (closed) {
                content.release();
            } else {
                listener.onDatagram(content);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (!closed) {
                listener.onReadComplete();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (closed) {
                return;
            }
            if (ConnectErrors.isRefused(cause)) {
                listener.onFailed("the relay port is closed", cause);
            } else {
                // A datagram that the kernel did not take: too long, no memory, no route for the moment.
                listener.onDropped();
            }
        }
    }
}
