package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A UDP association (RFC 1928 7): a TCP connection that keeps it alive, and a UDP socket connected to the server's relay
 * address, so that nobody else's datagrams come in and a closed relay port is told.
 *
 * <p>On its event loop only.
 */
final class Socks5Association implements UdpTransport {
    /** The address of a client that does not know its own. */
    static final Destination UNSPECIFIED = Destination.of(IpAddress.ofIpv4(0), 0);

    /** RSV, FRAG, ATYP, a name of 255 bytes with its length, PORT. */
    private static final int MAX_HEADER = 262;

    /** RSV, FRAG. */
    private static final int FIXED_HEADER = 3;

    private final Upstream upstream;
    private final Channel control;
    private final UdpReceiver receiver;
    private final Promise<UdpTransport> promise;
    private EpollDatagramChannel datagrams;
    private boolean open;
    private boolean closed;
    private long dropped;

    /**
     * Begins with the control connection.
     *
     * @param control the connection on which the server has agreed to associate
     * @param promise succeeds with this
     */
    Socks5Association(Upstream upstream, Channel control, UdpReceiver receiver, Promise<UdpTransport> promise) {
        this.upstream = upstream;
        this.control = control;
        this.receiver = receiver;
        this.promise = promise;
    }

    /**
     * Opens the socket to the relay.
     *
     * @param bound the relay address of the server's reply; an unspecified one means the address of the server itself
     */
    void open(Destination bound) {
        control.pipeline().addLast(new ControlHandler());
        control.read();
        if (bound.port() == 0) {
            fail("UDP ASSOCIATE: the server named the relay port 0", null);
        } else if (bound.address() == null) {
            Future<List<InetAddress>> resolved = upstream.resolver().resolve(control.eventLoop(), bound.host());
            resolved.addListener(future -> {
                if (future.isSuccess()) {
                    connect(new InetSocketAddress(resolved.getNow().get(0), bound.port()));
                } else {
                    fail("UDP ASSOCIATE: cannot resolve the relay address " + bound, future.cause());
                }
            });
        } else {
            InetAddress address = bound.address().toInetAddress();
            InetAddress server = ((InetSocketAddress) control.remoteAddress()).getAddress();
            connect(new InetSocketAddress(address.isAnyLocalAddress() ? server : address, bound.port()));
        }
    }

    private void connect(InetSocketAddress relay) {
        if (closed) {
            return;
        }
        try {
            datagrams = upstream.sockets()
                    .openDatagram(IpAddress.of(relay.getAddress()).isIpv4());
        } catch (ChannelException e) {
            fail("UDP ASSOCIATE: " + e.getMessage(), e);
            return;
        }
        datagrams.pipeline().addLast(new DatagramHandler());
        control.eventLoop().register(datagrams);
        ChannelFuture connect = datagrams.connect(relay);
        connect.addListener(future -> {
            if (!future.isSuccess()) {
                fail("UDP ASSOCIATE: connect to the relay " + ConnectErrors.text(relay), future.cause());
            } else if (promise.setUncancellable()) {
                open = true;
                promise.setSuccess(this);
            } else {
                close();
            }
        });
    }

    @Override
    public void send(Destination destination, ByteBuf payload) {
        if (closed || !datagrams.isWritable() || !Socks5Wire.expressible(destination)) {
            payload.release();
            dropped++;
            return;
        }
        // One buffer, also for large datagrams: Netty 4.2.18 writes several within a limit that TCP writes on the same
        // loop have left behind in its array of buffers, and sends the header alone.
        ByteBuf datagram = control.alloc().directBuffer(MAX_HEADER + payload.readableBytes());
        datagram.writeZero(FIXED_HEADER);
        Socks5Wire.writeDestination(datagram, destination);
        datagram.writeBytes(payload);
        payload.release();
        datagrams.write(datagram, datagrams.voidPromise());
    }

    @Override
    public void flush() {
        if (!closed) {
            datagrams.flush();
        }
    }

    @Override
    public void close() {
        closed = true;
        control.close();
        if (datagrams != null) {
            datagrams.close();
        }
    }

    @Override
    public long dropped() {
        return dropped;
    }

    private void fail(String message, Throwable cause) {
        String detail = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        end(upstream.failure(Reason.UPSTREAM_FAILED, message + detail, cause));
    }

    private void end(OutboundException cause) {
        if (closed) {
            return;
        }
        close();
        if (open) {
            receiver.onClosed(cause);
        } else {
            promise.tryFailure(
                    cause != null
                            ? cause
                            : upstream.failure(Reason.UPSTREAM_FAILED, "closed the UDP association at once", null));
        }
    }

    private void received(DatagramPacket packet) {
        ByteBuf content = packet.content();
        int addressLength = 0;
        if (content.readableBytes() > FIXED_HEADER) {
            addressLength = Socks5Wire.addressLength(content, content.readerIndex() + FIXED_HEADER);
        }
        // RFC 1928 7: who does not reassemble drops what has a FRAG other than 0.
        boolean valid = addressLength > 0
                && content.readableBytes() >= FIXED_HEADER + addressLength
                && content.getByte(content.readerIndex() + 2) == 0;
        Destination source = null;
        if (valid) {
            content.skipBytes(FIXED_HEADER);
            source = Socks5Wire.readDestination(content);
        }
        if (closed || source == null || source.address() == null) {
            content.release();
            dropped++;
            return;
        }
        receiver.onDatagram(source.address(), source.port(), content);
    }

    /** Watches the connection whose end is the end of the association. */
    private final class ControlHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            // The server has nothing to say here.
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.read();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                end(null);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail("UDP ASSOCIATE: the control connection failed", cause);
        }
    }

    private final class DatagramHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            received((DatagramPacket) message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (open && !closed) {
                receiver.onReadComplete();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (ConnectErrors.isRefused(cause)) {
                fail("UDP ASSOCIATE: the relay port is closed", cause);
            } else {
                // A datagram that the kernel did not take: too long, no memory, no route for the moment.
                dropped++;
            }
        }
    }
}
