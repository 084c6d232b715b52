package io.tun2socks.demo;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.handler.codec.socksx.v5.Socks5AddressDecoder;
import io.netty.handler.codec.socksx.v5.Socks5AddressEncoder;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The UDP side of an association (RFC 1928 7): between the client's socket and one socket per address family towards
 * the destinations. The client is who first sends from the address of the control connection.
 */
final class SocksUdpRelay extends ChannelInboundHandlerAdapter {
    static final RecvByteBufAllocator READS = new FixedRecvByteBufAllocator(65_535);

    private static final int FIXED_HEADER = 3;

    private final InetAddress clientAddress;
    private final UnaryOperator<String> hosts;
    /** The address that the client asked for, by the destination that its datagrams were sent to instead. */
    private final Map<InetSocketAddress, InetAddress> askedFor = new HashMap<>();

    private InetSocketAddress client;
    private Channel ipv4;
    private Channel ipv6;

    /**
     * Makes the relay of one association.
     *
     * @param clientAddress where the client's datagrams come from
     * @param hosts as for {@link EmbeddedSocksServer#start(io.netty.channel.EventLoopGroup, InetSocketAddress,
     *     UnaryOperator)}
     */
    SocksUdpRelay(InetAddress clientAddress, UnaryOperator<String> hosts) {
        this.clientAddress = clientAddress;
        this.hosts = hosts;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            forward(context, packet);
        } finally {
            packet.release();
        }
    }

    private void forward(ChannelHandlerContext context, DatagramPacket packet) throws Exception {
        ByteBuf content = packet.content();
        boolean known = client == null
                ? packet.sender().getAddress().equals(clientAddress)
                : packet.sender().equals(client);
        if (!known || content.readableBytes() < FIXED_HEADER + 4 || content.getByte(content.readerIndex() + 2) != 0) {
            return;
        }
        client = packet.sender();
        content.skipBytes(FIXED_HEADER);
        Socks5AddressType type = Socks5AddressType.valueOf(content.readByte());
        String asked = Socks5AddressDecoder.DEFAULT.decodeAddress(type, content);
        String host = hosts.apply(asked);
        if (host == null) {
            return;
        }
        InetSocketAddress destination = new InetSocketAddress(host, content.readUnsignedShort());
        if (!destination.isUnresolved()) {
            if (!host.equals(asked) && !type.equals(Socks5AddressType.DOMAIN)) {
                askedFor.put(destination, InetAddress.getByName(asked));
            }
            Channel channel = channelFor(context, destination.getAddress() instanceof Inet4Address);
            channel.writeAndFlush(new DatagramPacket(content.retain(), destination));
        }
    }

    private Channel channelFor(ChannelHandlerContext context, boolean wantIpv4) {
        Channel channel = wantIpv4 ? ipv4 : ipv6;
        if (channel != null) {
            return channel;
        }
        channel = new EpollDatagramChannel(wantIpv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        channel.config().setRecvByteBufAllocator(READS);
        channel.pipeline().addLast(new DestinationHandler(context.channel()));
        context.channel().eventLoop().register(channel);
        channel.bind(new InetSocketAddress(0));
        if (wantIpv4) {
            ipv4 = channel;
        } else {
            ipv6 = channel;
        }
        return channel;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (ipv4 != null) {
            ipv4.close();
        }
        if (ipv6 != null) {
            ipv6.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // One bad datagram must not end the association.
    }

    private final class DestinationHandler extends ChannelInboundHandlerAdapter {
        private final Channel relay;

        DestinationHandler(Channel relay) {
            this.relay = relay;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            DatagramPacket packet = (DatagramPacket) message;
            InetSocketAddress sender = packet.sender();
            InetAddress source = askedFor.getOrDefault(sender, sender.getAddress());
            ByteBuf content = packet.content();
            // One buffer: of two, Netty 4.2.18 may send the first alone.
            ByteBuf datagram =
                    context.alloc().directBuffer(32 + content.readableBytes()).writeZero(FIXED_HEADER);
            Socks5AddressType type = source instanceof Inet4Address ? Socks5AddressType.IPv4 : Socks5AddressType.IPv6;
            datagram.writeByte(type.byteValue());
            Socks5AddressEncoder.DEFAULT.encodeAddress(type, source.getHostAddress(), datagram);
            datagram.writeShort(sender.getPort());
            datagram.writeBytes(content);
            content.release();
            relay.writeAndFlush(new DatagramPacket(datagram, client));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // One bad datagram must not end the association.
        }
    }
}
