package io.tun2socks.tcpstack.icmp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.ip.IpOutput;
import io.tun2socks.tcpstack.wire.IcmpHeader;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;

/** Echo replies and unreachable messages (RFC 792, RFC 4443). Confined to the stack's thread. */
public final class IcmpLayer {
    /** RFC 1812 4.3.2.8, RFC 4443 2.4 (f): errors per second, so that a flood of packets does not become two. */
    private static final int MAX_ERRORS = 1000;

    private static final long SECOND = 1_000_000_000L;

    private final IpOutput ip;
    private final StackStats stats;
    private long nowNanos;
    private long errorSecond;
    private int errors;

    /**
     * Makes the layer.
     *
     * @param config unused but for the MTU
     * @param stats counters
     * @param ip where messages go
     */
    public IcmpLayer(StackConfig config, StackStats stats, IpOutput ip) {
        this.stats = stats;
        this.ip = ip;
        assert config.mtu() > 0;
    }

    /** Sets the time of the event that is being handled. */
    public void now(long now) {
        nowNanos = now;
    }

    /**
     * Handles an ICMP or ICMPv6 message whose checksum has been checked.
     *
     * @param packet the packet, borrowed
     * @param offset where the message begins
     * @param end where it ends
     */
    public void input(ByteBuf packet, int offset, int end, long srcHi, long srcLo, long dstHi, long dstLo) {
        boolean ipv4 = IpAddress.isIpv4(srcHi, srcLo);
        int request = ipv4 ? IcmpHeader.V4_ECHO_REQUEST : IcmpHeader.V6_ECHO_REQUEST;
        if (IcmpHeader.type(packet, offset) != request || IcmpHeader.code(packet, offset) != 0) {
            stats.ignored++;
            return;
        }
        ByteBuf out = ip.begin(dstHi, dstLo, srcHi, srcLo);
        int reply = ipv4 ? IcmpHeader.V4_ECHO_REPLY : IcmpHeader.V6_ECHO_REPLY;
        IcmpHeader.write(out, reply, 0, packet.getInt(offset + 4));
        int payload = end - offset - IcmpHeader.LENGTH;
        if (payload > 0) {
            ip.packet().addSlice(packet, offset + IcmpHeader.LENGTH, payload);
        }
        ip.send(protocol(ipv4), IcmpHeader.CHECKSUM_OFFSET, VirtioNetHeader.GSO_NONE, 0);
    }

    /**
     * Tells a client that its SYN led nowhere.
     *
     * @param seq the SYN's sequence number, by which the client knows it again
     */
    public void unreachableForTcp(
            long clientHi,
            long clientLo,
            int clientPort,
            long targetHi,
            long targetLo,
            int targetPort,
            int seq,
            Unreachable reason) {
        ByteBuf out = begin(clientHi, clientLo, targetHi, targetLo, IpProtocol.TCP, TcpHeader.LENGTH, reason);
        if (out != null) {
            TcpHeader.write(out, clientPort, targetPort, seq, 0, TcpHeader.SYN, 0);
            send(clientHi, clientLo);
        }
    }

    /**
     * Tells a client that its datagram led nowhere.
     *
     * @param length the datagram's UDP length
     */
    public void unreachableForUdp(
            long clientHi,
            long clientLo,
            int clientPort,
            long targetHi,
            long targetLo,
            int targetPort,
            int length,
            Unreachable reason) {
        ByteBuf out = begin(clientHi, clientLo, targetHi, targetLo, IpProtocol.UDP, length, reason);
        if (out != null) {
            UdpHeader.write(out, clientPort, targetPort, length, 0);
            send(clientHi, clientLo);
        }
    }

    private ByteBuf begin(
            long clientHi,
            long clientLo,
            long targetHi,
            long targetLo,
            int protocol,
            int transportLength,
            Unreachable reason) {
        long second = nowNanos / SECOND;
        if (second != errorSecond) {
            errorSecond = second;
            errors = 0;
        }
        if (++errors > MAX_ERRORS) {
            return null;
        }
        boolean ipv4 = IpAddress.isIpv4(clientHi, clientLo);
        ByteBuf out = ip.begin(targetHi, targetLo, clientHi, clientLo);
        if (ipv4) {
            IcmpHeader.write(out, IcmpHeader.V4_UNREACHABLE, reason.ipv4Code(), 0);
            Ipv4Header.write(
                    out,
                    0,
                    Ipv4Header.LENGTH + transportLength,
                    0,
                    Ipv4Header.DF,
                    IpOutput.HOP_LIMIT,
                    protocol,
                    (int) clientLo,
                    (int) targetLo);
        } else {
            IcmpHeader.write(out, IcmpHeader.V6_UNREACHABLE, reason.ipv6Code(), 0);
            Ipv6Header.write(
                    out, 0, transportLength, protocol, IpOutput.HOP_LIMIT, clientHi, clientLo, targetHi, targetLo);
        }
        return out;
    }

    private void send(long clientHi, long clientLo) {
        ip.send(
                protocol(IpAddress.isIpv4(clientHi, clientLo)),
                IcmpHeader.CHECKSUM_OFFSET,
                VirtioNetHeader.GSO_NONE,
                0);
    }

    private static int protocol(boolean ipv4) {
        return ipv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    }
}
