package io.tun2socks.tcpstack.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.wire.IcmpHeader;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;
import java.util.Arrays;

/** Makes and takes apart whole IP packets. */
public final class Packets {
    private Packets() {}

    /** Returns the length of the IP header that these packets have. */
    public static int ipHeader(boolean ipv4) {
        return ipv4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
    }

    /** Makes a TCP packet. */
    public static byte[] tcp(FlowKey flow, Seg segment) {
        return ip(
                flow.client(),
                flow.target(),
                IpProtocol.TCP,
                segment.encode(flow.clientPort(), flow.targetPort()),
                TcpHeader.CHECKSUM_OFFSET);
    }

    /** Makes a UDP packet. */
    public static byte[] udp(FlowKey flow, byte[] payload) {
        ByteBuf b = Unpooled.buffer(UdpHeader.LENGTH + payload.length);
        UdpHeader.write(b, flow.clientPort(), flow.targetPort(), UdpHeader.LENGTH + payload.length, 0);
        b.writeBytes(payload);
        return ip(flow.client(), flow.target(), IpProtocol.UDP, bytes(b), UdpHeader.CHECKSUM_OFFSET);
    }

    /** Makes an echo request. */
    public static byte[] echoRequest(IpAddress source, IpAddress target, int identifier, byte[] payload) {
        boolean ipv4 = source.isIpv4();
        ByteBuf b = Unpooled.buffer(IcmpHeader.LENGTH + payload.length);
        IcmpHeader.write(b, ipv4 ? IcmpHeader.V4_ECHO_REQUEST : IcmpHeader.V6_ECHO_REQUEST, 0, identifier);
        b.writeBytes(payload);
        return ip(source, target, ipv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6, bytes(b), IcmpHeader.CHECKSUM_OFFSET);
    }

    /** Makes a router's message that a packet is longer than the next link takes (RFC 1191 4, RFC 4443 3.2). */
    public static byte[] tooBig(IpAddress router, byte[] dropped, int mtu) {
        boolean ipv4 = isIpv4(dropped);
        int quoted = Math.min(dropped.length, ipv4 ? Ipv4Header.LENGTH + 8 : 1280 - Ipv6Header.LENGTH - 8);
        ByteBuf b = Unpooled.buffer(IcmpHeader.LENGTH + quoted);
        if (ipv4) {
            IcmpHeader.write(b, IcmpHeader.V4_UNREACHABLE, 4, mtu);
        } else {
            IcmpHeader.write(b, IcmpHeader.V6_PACKET_TOO_BIG, 0, mtu);
        }
        b.writeBytes(dropped, 0, quoted);
        return ip(
                router,
                source(dropped),
                ipv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6,
                bytes(b),
                IcmpHeader.CHECKSUM_OFFSET);
    }

    /** Puts an IP header before a transport header and payload whose checksum field is zero, and fills it in. */
    public static byte[] ip(IpAddress source, IpAddress target, int protocol, byte[] transport, int checksumOffset) {
        boolean ipv4 = source.isIpv4();
        ByteBuf b = Unpooled.buffer(ipHeader(ipv4) + transport.length);
        if (ipv4) {
            Ipv4Header.write(
                    b, 0, Ipv4Header.LENGTH + transport.length, 0, Ipv4Header.DF, 64, protocol, (int) source.lo(), (int)
                            target.lo());
        } else {
            Ipv6Header.write(b, 0, transport.length, protocol, 64, source.hi(), source.lo(), target.hi(), target.lo());
        }
        int start = b.writerIndex();
        b.writeBytes(transport);
        b.setShort(
                start + checksumOffset,
                InternetChecksum.finish(transportSum(b, source, target, protocol, start, b.writerIndex())));
        return bytes(b);
    }

    /** Parses a TCP packet; null if it is another protocol or any header, length or checksum is wrong. */
    public static Seg tcp(byte[] packet) {
        return isValid(packet) && protocol(packet) == IpProtocol.TCP
                ? Seg.decode(Unpooled.wrappedBuffer(packet), ipHeader(isIpv4(packet)))
                : null;
    }

    /** Tells whether the packet is IPv4. */
    public static boolean isIpv4(byte[] packet) {
        return (packet[0] & 0xf0) == 0x40;
    }

    /** Returns the transport protocol. */
    public static int protocol(byte[] packet) {
        return isIpv4(packet) ? packet[9] : packet[6];
    }

    /** Returns the source address. */
    public static IpAddress source(byte[] packet) {
        return isIpv4(packet)
                ? IpAddress.of(Arrays.copyOfRange(packet, 12, 16))
                : IpAddress.of(Arrays.copyOfRange(packet, 8, 24));
    }

    /** Returns the destination address. */
    public static IpAddress destination(byte[] packet) {
        return isIpv4(packet)
                ? IpAddress.of(Arrays.copyOfRange(packet, 16, 20))
                : IpAddress.of(Arrays.copyOfRange(packet, 24, 40));
    }

    /** Returns what follows the IP header. */
    public static byte[] transport(byte[] packet) {
        return Arrays.copyOfRange(packet, ipHeader(isIpv4(packet)), packet.length);
    }

    /** Checks version, lengths and all checksums, as a receiving host does. */
    public static boolean isValid(byte[] packet) {
        ByteBuf b = Unpooled.wrappedBuffer(packet);
        if (packet.length < Ipv4Header.LENGTH) {
            return false;
        }
        boolean ipv4 = isIpv4(packet);
        if (ipv4) {
            if (packet[0] != 0x45 || Ipv4Header.totalLength(b, 0) != packet.length || !Ipv4Header.checksumValid(b, 0)) {
                return false;
            }
        } else if ((packet[0] & 0xf0) != 0x60
                || packet.length < Ipv6Header.LENGTH
                || Ipv6Header.payloadLength(b, 0) != packet.length - Ipv6Header.LENGTH) {
            return false;
        }
        int protocol = protocol(packet);
        int start = ipHeader(ipv4);
        int least = protocol == IpProtocol.TCP ? TcpHeader.LENGTH : 8;
        if (packet.length - start < least) {
            return false;
        }
        if (protocol == IpProtocol.TCP) {
            int header = TcpHeader.headerLength(b, start);
            if (header < TcpHeader.LENGTH || header > packet.length - start) {
                return false;
            }
        }
        long sum = transportSum(b, source(packet), destination(packet), protocol, start, packet.length);
        return InternetChecksum.fold(sum) == 0xffff;
    }

    private static long transportSum(ByteBuf b, IpAddress source, IpAddress target, int protocol, int start, int end) {
        long pseudo = protocol == IpProtocol.ICMP
                ? 0
                : InternetChecksum.pseudoHeader(
                        source.hi(), source.lo(), target.hi(), target.lo(), protocol, end - start);
        return pseudo + InternetChecksum.sum(b, start, end - start);
    }

    private static byte[] bytes(ByteBuf b) {
        return Arrays.copyOf(b.array(), b.writerIndex());
    }
}
