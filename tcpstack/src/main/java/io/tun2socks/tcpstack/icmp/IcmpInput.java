package io.tun2socks.tcpstack.icmp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.Handoff;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.ip.PathMtus;
import io.tun2socks.tcpstack.tcp.TcpLayer;
import io.tun2socks.tcpstack.udp.UdpLayer;
import io.tun2socks.tcpstack.wire.IcmpHeader;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Extensions;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;

/**
 * The messages that come: echo requests, and errors about what we sent.
 *
 * <p>Of the errors only those about packets that were too long are acted on. All others are soft: TCP goes on and finds
 * out by itself (RFC 1122 4.2.3.9, RFC 5461 4, RFC 6633), and what became of a datagram is of no use to its sender.
 * Confined to the stack's thread.
 */
public final class IcmpInput {
    /** What an error must quote at least of the transport header: for TCP ports and sequence number (RFC 792). */
    private static final int LEAST_QUOTE = 8;

    private final StackStats stats;
    private final IcmpLayer icmp;
    private final TcpLayer tcp;
    private final UdpLayer udp;
    private final PathMtus paths;
    private final Handoff handoff;

    // What an error quotes: one of our own packets, so that its destination is a client.
    private boolean ipv4;
    private int quotedProtocol;
    private int quotedTransport;
    private int quotedLength;
    private long targetHi;
    private long targetLo;
    private long clientHi;
    private long clientLo;

    /**
     * Makes an input.
     *
     * @param stats counters
     * @param icmp answers echo requests
     * @param tcp knows its segments again
     * @param udp knows its clients again
     * @param paths learns how long packets may be
     * @param handoff gets errors about what other stacks sent
     */
    public IcmpInput(StackStats stats, IcmpLayer icmp, TcpLayer tcp, UdpLayer udp, PathMtus paths, Handoff handoff) {
        this.stats = stats;
        this.icmp = icmp;
        this.tcp = tcp;
        this.udp = udp;
        this.paths = paths;
        this.handoff = handoff;
    }

    /**
     * Handles an ICMP or ICMPv6 message whose checksum has been checked.
     *
     * @param packet the packet, borrowed
     * @param offset where the message begins
     * @param end where it ends, at least its header behind that
     * @param handedOff whether another stack has passed it on
     */
    public void input(
            ByteBuf packet, int offset, int end, long srcHi, long srcLo, long dstHi, long dstLo, boolean handedOff) {
        ipv4 = IpAddress.isIpv4(srcHi, srcLo);
        int type = IcmpHeader.type(packet, offset);
        int code = IcmpHeader.code(packet, offset);
        if (type == (ipv4 ? IcmpHeader.V4_ECHO_REQUEST : IcmpHeader.V6_ECHO_REQUEST) && code == 0) {
            icmp.echoReply(packet, offset, end, srcHi, srcLo, dstHi, dstLo);
            return;
        }
        boolean tooBig = ipv4
                ? type == IcmpHeader.V4_UNREACHABLE && code == IcmpHeader.V4_CODE_FRAGMENTATION_NEEDED
                : type == IcmpHeader.V6_PACKET_TOO_BIG;
        if (!tooBig || !parseQuote(packet, offset + IcmpHeader.LENGTH, end)) {
            stats.ignored++;
            return;
        }
        int rest = IcmpHeader.rest(packet, offset);
        // RFC 1191 4: IPv4 has the MTU in the lower half, the upper is unused; in IPv6 it is all four bytes.
        int mtu = PathMtus.plausible(ipv4, ipv4 ? rest & 0xffff : rest & 0xffff_ffffL, quotedLength);
        if (mtu == 0) {
            stats.ignored++;
        } else if (quotedProtocol == IpProtocol.TCP) {
            tcpTooBig(packet, mtu);
        } else {
            udpTooBig(packet, mtu, handedOff);
        }
    }

    private void tcpTooBig(ByteBuf packet, int mtu) {
        int ports = Integer.rotateLeft(packet.getInt(quotedTransport), 16);
        int seq = TcpHeader.seq(packet, quotedTransport);
        boolean known = tcp.onPacketTooBig(clientHi, clientLo, targetHi, targetLo, ports, seq, mtu);
        if (!known && !handoff.unknownTcp(packet)) {
            stats.ignored++;
        }
    }

    private void udpTooBig(ByteBuf packet, int mtu, boolean handedOff) {
        int clientPort = UdpHeader.destinationPort(packet, quotedTransport);
        if (!handedOff && handoff.udp(packet, UdpLayer.hash(clientHi, clientLo, clientPort, 0))) {
            return;
        }
        if (udp.isOpen(clientHi, clientLo, clientPort)) {
            stats.packetTooBig++;
            paths.reduce(clientHi, clientLo, mtu);
        } else {
            stats.ignored++;
        }
    }

    /** Parses the packet that an error quotes; it may be cut off behind the first 8 bytes of its transport header. */
    private boolean parseQuote(ByteBuf packet, int header, int end) {
        boolean parsed = ipv4 ? parseIpv4(packet, header, end) : parseIpv6(packet, header, end);
        return parsed
                && end - quotedTransport >= LEAST_QUOTE
                && (quotedProtocol == IpProtocol.TCP || quotedProtocol == IpProtocol.UDP);
    }

    private boolean parseIpv4(ByteBuf packet, int header, int end) {
        if (end - header < Ipv4Header.LENGTH || packet.getByte(header) >>> 4 != 4) {
            return false;
        }
        int headerLength = Ipv4Header.headerLength(packet, header);
        if (headerLength < Ipv4Header.LENGTH || !Ipv4Header.isFirst(packet, header)) {
            return false;
        }
        quotedProtocol = Ipv4Header.protocol(packet, header);
        quotedTransport = header + headerLength;
        quotedLength = Ipv4Header.totalLength(packet, header);
        targetHi = 0;
        targetLo = IpAddress.lowHalfOfIpv4(Ipv4Header.source(packet, header));
        clientHi = 0;
        clientLo = IpAddress.lowHalfOfIpv4(Ipv4Header.destination(packet, header));
        return true;
    }

    private boolean parseIpv6(ByteBuf packet, int header, int end) {
        if (end - header < Ipv6Header.LENGTH || packet.getByte(header) >>> 4 != 6) {
            return false;
        }
        long found = Ipv6Extensions.findTransport(packet, header, end);
        if (found < 0) {
            return false;
        }
        quotedProtocol = Ipv6Extensions.protocol(found);
        quotedTransport = Ipv6Extensions.offset(found);
        quotedLength = Ipv6Header.LENGTH + Ipv6Header.payloadLength(packet, header);
        targetHi = Ipv6Header.sourceHi(packet, header);
        targetLo = Ipv6Header.sourceLo(packet, header);
        clientHi = Ipv6Header.destinationHi(packet, header);
        clientLo = Ipv6Header.destinationLo(packet, header);
        // An IPv4 address in IPv6's clothes would be taken for the real one.
        return !IpAddress.isIpv4(targetHi, targetLo) && !IpAddress.isIpv4(clientHi, clientLo);
    }
}
