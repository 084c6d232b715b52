package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A UDP association (RFC 1928 7): a TCP connection that keeps it alive, and a link to the server's relay address.
 *
 * <p>On its event loop only.
 */
final class Socks5Association implements UdpTransport, RelayLink.Listener {
    /** The address of a client that does not know its own. */
    static final Destination UNSPECIFIED = Destination.of(IpAddress.ofIpv4(0), 0);

    /** RSV, FRAG, ATYP, a name of 255 bytes with its length, PORT. */
    private static final int MAX_HEADER = 262;

    /** RSV, FRAG. */
    private static final int FIXED_HEADER = 3;

    private final Upstream upstream;
    private final Outbound way;
    private final Channel control;
    private final UdpReceiver receiver;
    private final Promise<UdpTransport> promise;
    private RelayLink link;
    private boolean open;
    private boolean closed;
    private long dropped;

    /**
     * Begins with the control connection.
     *
     * @param way through what the server is reached, or null if directly
     * @param control the connection on which the server has agreed to associate
     * @param promise succeeds with this
     */
    Socks5Association(
            Upstream upstream, Outbound way, Channel control, UdpReceiver receiver, Promise<UdpTransport> promise) {
        this.upstream = upstream;
        this.way = way;
        this.control = control;
        this.receiver = receiver;
        this.promise = promise;
    }

    /**
     * Opens the link to the relay.
     *
     * @param bound the relay address of the server's reply; an unspecified one means the address of the server itself
     */
    void open(Destination bound) {
        control.pipeline().addLast(new ControlHandler());
        control.read();
        promise.addListener(future -> {
            if (future.isCancelled()) {
                close();
            }
        });
        boolean unspecified =
                bound.address() != null && bound.address().toInetAddress().isAnyLocalAddress();
        if (bound.port() == 0) {
            fail("UDP ASSOCIATE: the server named the relay port 0", null);
        } else if (way != null) {
            Destination server = upstream.destination();
            connectThrough(unspecified ? new Destination(server.host(), server.address(), bound.port()) : bound);
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
            InetAddress server = ((InetSocketAddress) control.remoteAddress()).getAddress();
            InetAddress address = unspecified ? server : bound.address().toInetAddress();
            connect(new InetSocketAddress(address, bound.port()));
        }
    }

    private void connect(InetSocketAddress relay) {
        if (closed) {
            return;
        }
        SocketRelayLink socket;
        try {
            socket = new SocketRelayLink(upstream.sockets(), relay, this);
        } catch (ChannelException e) {
            fail("UDP ASSOCIATE: " + e.getMessage(), e);
            return;
        }
        link = socket;
        socket.open(control.eventLoop(), relay);
    }

    private void connectThrough(Destination relay) {
        if (closed) {
            return;
        }
        ThroughRelayLink through = new ThroughRelayLink(relay, this);
        link = through;
        through.open(way, control.eventLoop());
    }

    @Override
    public void onOpen() {
        if (promise.setUncancellable()) {
            open = true;
            promise.setSuccess(this);
        } else {
            close();
        }
    }

    @Override
    public void send(Destination destination, ByteBuf payload) {
        if (closed || !link.isWritable() || !Socks5Wire.expressible(destination)) {
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
        link.write(datagram);
    }

    @Override
    public void flush() {
        if (!closed) {
            link.flush();
        }
    }

    @Override
    public void close() {
        closed = true;
        control.close();
        if (link != null) {
            link.close();
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

    @Override
    public void onDatagram(ByteBuf content) {
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

    @Override
    public void onReadComplete() {
        if (open && !closed) {
            receiver.onReadComplete();
        }
    }

    @Override
    public void onDropped() {
        dropped++;
    }

    @Override
    public void onFailed(String message, Throwable cause) {
        fail("UDP ASSOCIATE: " + message, cause);
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
}
