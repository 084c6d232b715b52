package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Datagrams straight from this host: one unconnected socket per address family, opened when it is first needed, so that
 * all destinations see the same source port and anybody may answer (endpoint-independent mapping and filtering, RFC
 * 4787).
 *
 * <p>A closed port at the destination stays unknown: the kernel tells an unconnected socket of ICMP errors by
 * IP_RECVERR and its error queue only, which Netty cannot read. On its event loop only.
 */
final class DirectUdpTransport implements UdpTransport {
    private final Sockets sockets;
    private final NameResolver resolver;
    private final IpVersion version;
    private final EventLoop loop;
    private final UdpReceiver receiver;
    private EpollDatagramChannel ipv4;
    private EpollDatagramChannel ipv6;
    private boolean closed;
    private long dropped;

    DirectUdpTransport(
            Sockets sockets, NameResolver resolver, IpVersion version, EventLoop loop, UdpReceiver receiver) {
        this.sockets = sockets;
        this.resolver = resolver;
        this.version = version;
        this.loop = loop;
        this.receiver = receiver;
    }

    @Override
    public void send(Destination destination, ByteBuf payload) {
        if (closed) {
            drop(payload);
        } else if (destination.address() != null && !allowed(destination.address())) {
            drop(payload);
            receiver.onUnreachable(destination);
        } else if (destination.address() != null) {
            sendTo(destination.address().toInetAddress(), destination.port(), payload);
        } else {
            Future<List<InetAddress>> resolved = resolver.resolve(loop, destination.host());
            boolean later = !resolved.isDone();
            resolved.addListener(future -> {
                if (closed || !future.isSuccess()) {
                    drop(payload);
                    return;
                }
                sendTo(resolved.getNow().get(0), destination.port(), payload);
                if (later) {
                    flush();
                }
            });
        }
    }

    private boolean allowed(IpAddress address) {
        return switch (version) {
            case IPV4 -> address.isIpv4();
            case IPV6 -> !address.isIpv4();
            case DUAL, IPV4_PREFER, IPV6_PREFER -> true;
        };
    }

    private void sendTo(InetAddress address, int port, ByteBuf payload) {
        EpollDatagramChannel channel;
        try {
            channel = channelFor(IpAddress.of(address).isIpv4());
        } catch (ChannelException e) {
            drop(payload);
            return;
        }
        if (!channel.isWritable()) {
            drop(payload);
        } else if (payload.isReadable()) {
            channel.write(new DatagramPacket(payload, new InetSocketAddress(address, port)), channel.voidPromise());
        } else {
            sendEmpty(channel, address, port, payload);
        }
    }

    /** Sends a datagram without payload; Netty's write counts such a one as sent and sends nothing. */
    private void sendEmpty(EpollDatagramChannel channel, InetAddress address, int port, ByteBuf payload) {
        payload.release();
        channel.flush();
        ByteBuf room = channel.alloc().directBuffer(1);
        try {
            ((Socket) channel.fd()).sendToAddress(room.memoryAddress(), 0, 0, address, port);
        } catch (IOException e) {
            dropped++;
        } finally {
            room.release();
        }
    }

    private EpollDatagramChannel channelFor(boolean wantIpv4) {
        EpollDatagramChannel channel = wantIpv4 ? ipv4 : ipv6;
        if (channel != null) {
            return channel;
        }
        channel = sockets.openDatagram(wantIpv4);
        channel.pipeline().addLast(new DatagramHandler());
        loop.register(channel);
        channel.bind(new InetSocketAddress(0));
        if (!channel.isActive()) {
            channel.close();
            throw new ChannelException("cannot bind a UDP socket");
        }
        if (wantIpv4) {
            ipv4 = channel;
        } else {
            ipv6 = channel;
        }
        return channel;
    }

    @Override
    public void flush() {
        if (closed) {
            return;
        }
        if (ipv4 != null) {
            ipv4.flush();
        }
        if (ipv6 != null) {
            ipv6.flush();
        }
    }

    @Override
    public void close() {
        closed = true;
        if (ipv4 != null) {
            ipv4.close();
        }
        if (ipv6 != null) {
            ipv6.close();
        }
    }

    @Override
    public long dropped() {
        return dropped;
    }

    private void drop(ByteBuf payload) {
        payload.release();
        dropped++;
    }

    private final class DatagramHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            if (closed) {
                packet.release();
                return;
            }
            InetSocketAddress sender = packet.sender();
            receiver.onDatagram(IpAddress.of(sender.getAddress()), sender.getPort(), packet.content());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (!closed) {
                receiver.onReadComplete();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // A datagram that the kernel did not take: too long, no route, forbidden.
            dropped++;
        }
    }
}
