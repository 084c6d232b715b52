package io.tun2socks.outbound;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Makes the sockets of outbounds: every one is marked and bound to the interface before it is used. Any thread. */
final class Sockets {
    private static final int SOL_SOCKET = 1;

    /** SO_MARK of socket(7); Netty has no constant for it. */
    static final ChannelOption<Integer> SO_MARK = new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, 36);

    /** SO_BINDTODEVICE of socket(7): a name padded with zeros to IFNAMSIZ. */
    static final ChannelOption<ByteBuffer> SO_BINDTODEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, 25, 16);

    /** SO_RCVBUFFORCE of socket(7): a receive buffer above net.core.rmem_max, for CAP_NET_ADMIN. */
    private static final ChannelOption<Integer> SO_RCVBUFFORCE =
            new IntegerUnixChannelOption("SO_RCVBUFFORCE", SOL_SOCKET, 33);

    /** Datagrams that wait while the event loop is busy; 2 MiB is 1,400 full ones. */
    private static final int DATAGRAM_RECEIVE_BUFFER = 2 << 20;

    /** Pending datagrams per socket before new ones are dropped: a slow link must not fill the memory. */
    private static final WriteBufferWaterMark DATAGRAM_WATER_MARK = new WriteBufferWaterMark(512 << 10, 1 << 20);

    /** Only advice to the relay, which counts bytes itself. */
    private static final WriteBufferWaterMark STREAM_WATER_MARK = new WriteBufferWaterMark(256 << 10, 1 << 20);

    /**
     * Grows to 256 KiB per read for a fast flow; a chatty small one gets buffers of 512 bytes. Reading alone on loopback
     * (busy machine, so roughly): at most 64 KiB per read cost 0.42 CPU s/GiB, 256 KiB 0.3 to 0.23, 512 KiB 0.2; but
     * what is read lies in memory, per flow, until the client has acknowledged it.
     */
    private static final RecvByteBufAllocator STREAM_READS = new AdaptiveRecvByteBufAllocator(512, 2_048, 256 << 10);

    private static final RecvByteBufAllocator DATAGRAM_READS = new DatagramBuffers();

    /** Seconds of silence before the kernel asks whether the peer is still there. */
    private static final int KEEPALIVE_IDLE = 60;

    private static final int KEEPALIVE_INTERVAL = 15;

    private final SocketSettings settings;
    private final ByteBuffer interfaceName;

    Sockets(SocketSettings settings) {
        this.settings = settings;
        this.interfaceName = settings.interfaceName() == null ? null : paddedName(settings.interfaceName());
    }

    SocketSettings settings() {
        return settings;
    }

    /**
     * Makes a TCP socket for the way of a flow: reads on demand, half-close kept, no delay. Its channel does not limit the
     * time of a connect: what Netty does that with would stay with the channel as long as that lives.
     *
     * @param ipv4 whether the peer is an IPv4 address
     * @return an unregistered channel
     * @throws ChannelException if there is no such socket, or mark or interface are refused
     */
    EpollSocketChannel openStream(boolean ipv4) {
        EpollSocketChannel channel = new EpollSocketChannel(family(ipv4));
        prepare(channel);
        channel.config()
                .setAutoRead(false)
                .setAllowHalfClosure(true)
                .setTcpNoDelay(true)
                .setKeepAlive(true)
                .setTcpKeepIdle(KEEPALIVE_IDLE)
                .setTcpKeepIntvl(KEEPALIVE_INTERVAL)
                .setRecvByteBufAllocator(STREAM_READS)
                .setWriteBufferWaterMark(STREAM_WATER_MARK)
                .setConnectTimeoutMillis(0);
        return channel;
    }

    /**
     * Makes a UDP socket for a session: reads by itself, many datagrams per system call.
     *
     * @param ipv4 whether the peers are IPv4 addresses
     * @return an unregistered channel
     * @throws ChannelException if there is no such socket, or mark or interface are refused
     */
    EpollDatagramChannel openDatagram(boolean ipv4) {
        EpollDatagramChannel channel = new EpollDatagramChannel(family(ipv4));
        prepare(channel);
        ChannelConfig config = channel.config();
        config.setRecvByteBufAllocator(DATAGRAM_READS);
        config.setWriteBufferWaterMark(DATAGRAM_WATER_MARK);
        config.setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DatagramBuffers.DATAGRAM_SIZE);
        try {
            config.setOption(SO_RCVBUFFORCE, DATAGRAM_RECEIVE_BUFFER);
        } catch (ChannelException withoutPrivilege) {
            config.setOption(ChannelOption.SO_RCVBUF, DATAGRAM_RECEIVE_BUFFER);
        }
        return channel;
    }

    /** Makes a TCP socket for DNS, which reads by Netty's defaults. */
    EpollSocketChannel openDnsStream() {
        EpollSocketChannel channel = new EpollSocketChannel();
        prepare(channel);
        return channel;
    }

    /** Makes a UDP socket for DNS, which reads by Netty's defaults. */
    EpollDatagramChannel openDnsDatagram() {
        EpollDatagramChannel channel = new EpollDatagramChannel();
        prepare(channel);
        return channel;
    }

    private void prepare(Channel channel) {
        if (settings.fwmark() != 0) {
            set(channel, SO_MARK, settings.fwmark(), "the mark " + settings.fwmark() + " (SO_MARK)");
        }
        if (interfaceName != null) {
            String what = "the interface " + settings.interfaceName() + " (SO_BINDTODEVICE)";
            set(channel, SO_BINDTODEVICE, interfaceName.duplicate(), what);
        }
    }

    private static <T> void set(Channel channel, ChannelOption<T> option, T value, String what) {
        try {
            channel.config().setOption(option, value);
        } catch (ChannelException e) {
            channel.unsafe().closeForcibly();
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new ChannelException("cannot give an outbound socket " + what + ": " + reason, e);
        }
    }

    private static SocketProtocolFamily family(boolean ipv4) {
        return ipv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    private static ByteBuffer paddedName(String name) {
        ByteBuffer padded = ByteBuffer.allocateDirect(16);
        padded.put(name.getBytes(StandardCharsets.UTF_8));
        return padded.clear();
    }
}
