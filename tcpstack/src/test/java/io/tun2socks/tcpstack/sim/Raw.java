package io.tun2socks.tcpstack.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.wire.IcmpHeader;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6FragmentHeader;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Packets that {@link Packets} does not make: options, extension headers, fragments, ICMP errors, odd fields. */
final class Raw {
    private Raw() {}

    /** Returns bytes given as ints. */
    static byte[] bytes(int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            b[i] = (byte) values[i];
        }
        return b;
    }

    static byte[] concat(byte[]... parts) {
        return Unpooled.wrappedBuffer(parts).copy().array();
    }

    /** Puts an IP header before bytes that are left as they are. */
    static byte[] ip(FlowKey flow, int protocol, byte[] payload) {
        return flow.isIpv4()
                ? ipv4(flow, protocol, new byte[0], 0, 0, payload)
                : ipv6(flow.client(), flow.target(), protocol, payload);
    }

    /** Makes an IPv4 packet; options are filled up to four bytes. */
    static byte[] ipv4(
            FlowKey flow, int protocol, byte[] options, int identification, int flagsAndOffset, byte[] payload) {
        int headerLength = Ipv4Header.LENGTH + (options.length + 3) / 4 * 4;
        ByteBuf b = Unpooled.buffer(headerLength + payload.length);
        Ipv4Header.write(
                b,
                0,
                headerLength + payload.length,
                identification,
                flagsAndOffset,
                64,
                protocol,
                (int) flow.client().lo(),
                (int) flow.target().lo());
        b.setByte(0, 0x40 | headerLength / 4);
        b.writeBytes(options).writeZero(headerLength - b.writerIndex()).writeBytes(payload);
        return withChecksum(b.array());
    }

    static byte[] ipv6(IpAddress source, IpAddress target, int next, byte[] payload) {
        ByteBuf b = Unpooled.buffer(Ipv6Header.LENGTH + payload.length);
        Ipv6Header.write(b, 0, payload.length, next, 64, source.hi(), source.lo(), target.hi(), target.lo());
        return b.writeBytes(payload).array();
    }

    /** Returns a packet with one byte of it set, an IPv4 header checksum made right again. */
    static byte[] with(byte[] packet, int index, int value) {
        byte[] copy = packet.clone();
        copy[index] = (byte) value;
        return Packets.isIpv4(packet) ? withChecksum(copy) : copy;
    }

    /** Sets TTL or hop limit. */
    static byte[] withHopLimit(byte[] packet, int value) {
        return with(packet, Packets.isIpv4(packet) ? 8 : 7, value);
    }

    /** Sets the ECN bits. */
    static byte[] withEcn(byte[] packet, int ecn) {
        return Packets.isIpv4(packet)
                ? with(packet, 1, (packet[1] & ~3) | ecn)
                : with(packet, 1, (packet[1] & ~0x30) | ecn << 4);
    }

    /** Returns the ECN bits. */
    static int ecn(byte[] packet) {
        return Packets.isIpv4(packet) ? packet[1] & 3 : packet[1] >>> 4 & 3;
    }

    private static byte[] withChecksum(byte[] ipv4) {
        ByteBuf b = Unpooled.wrappedBuffer(ipv4);
        b.setShort(10, 0);
        int length = Math.min(Ipv4Header.headerLength(b, 0), ipv4.length);
        b.setShort(10, InternetChecksum.finish(InternetChecksum.sum(b, 0, length)));
        return ipv4;
    }

    /** Puts extension headers between an IPv6 header and what follows it: the first byte of each is set here. */
    static byte[] withExtensions(byte[] packet, int[] types, byte[]... headers) {
        List<byte[]> parts = new ArrayList<>();
        int last = Packets.protocol(packet);
        for (int i = 0; i < headers.length; i++) {
            byte[] header = headers[i].clone();
            header[0] = (byte) (i + 1 < headers.length ? types[i + 1] : last);
            parts.add(header);
        }
        parts.add(Packets.transport(packet));
        return ipv6(
                Packets.source(packet), Packets.destination(packet), types[0], concat(parts.toArray(byte[][]::new)));
    }

    /** An options header (hop-by-hop or destination), filled up with Pad1. */
    static byte[] options(int... options) {
        byte[] header = new byte[(2 + options.length + 7) / 8 * 8];
        header[1] = (byte) (header.length / 8 - 1);
        System.arraycopy(bytes(options), 0, header, 2, options.length);
        return header;
    }

    /** Cuts a packet up into fragments of so many bytes of data each, a multiple of 8. */
    static List<byte[]> fragments(byte[] packet, int identification, int size) {
        FlowKey flow = new FlowKey(Packets.source(packet), 0, Packets.destination(packet), 0);
        byte[] data = Packets.transport(packet);
        List<byte[]> fragments = new ArrayList<>();
        for (int at = 0; at < data.length; at += size) {
            byte[] part = Arrays.copyOfRange(data, at, Math.min(at + size, data.length));
            boolean more = at + size < data.length;
            fragments.add(fragment(flow, Packets.protocol(packet), identification, at, more, part));
        }
        return fragments;
    }

    static byte[] fragment(FlowKey flow, int protocol, int identification, int offset, boolean more, byte[] data) {
        if (flow.isIpv4()) {
            int flags = offset / 8 | (more ? Ipv4Header.MF : 0);
            return ipv4(flow, protocol, new byte[0], identification, flags, data);
        }
        ByteBuf header = Unpooled.buffer(Ipv6FragmentHeader.LENGTH);
        Ipv6FragmentHeader.write(header, protocol, offset, more, identification);
        return ipv6(flow.client(), flow.target(), IpProtocol.FRAGMENT, concat(header.array(), data));
    }

    /** Makes an ICMP error of a router or host about a packet. */
    static byte[] icmpError(IpAddress source, IpAddress target, int type, int code, int rest, byte[] quoted) {
        ByteBuf b = Unpooled.buffer(IcmpHeader.LENGTH + quoted.length);
        IcmpHeader.write(b, type, code, rest);
        b.writeBytes(quoted);
        int protocol = source.isIpv4() ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        return Packets.ip(source, target, protocol, b.array(), IcmpHeader.CHECKSUM_OFFSET);
    }

    /** Makes the message that a packet was too long, as a router on the way to its destination sends it. */
    static byte[] tooBig(byte[] packet, int mtu, int quotedLength) {
        boolean ipv4 = Packets.isIpv4(packet);
        IpAddress router = IpAddress.parse(ipv4 ? "10.0.0.1" : "2001:db8::1").orElseThrow();
        return icmpError(
                router,
                Packets.source(packet),
                ipv4 ? IcmpHeader.V4_UNREACHABLE : IcmpHeader.V6_PACKET_TOO_BIG,
                ipv4 ? IcmpHeader.V4_CODE_FRAGMENTATION_NEEDED : 0,
                mtu,
                Arrays.copyOf(packet, Math.min(quotedLength, packet.length)));
    }

    /** Returns type and code of an ICMP message as one number, {@code type << 8 | code}. */
    static int icmpTypeAndCode(byte[] packet) {
        return Unpooled.wrappedBuffer(Packets.transport(packet)).getUnsignedShort(0);
    }

    /** Returns the last four bytes of an ICMP header. */
    static int icmpRest(byte[] packet) {
        return Unpooled.wrappedBuffer(Packets.transport(packet)).getInt(4);
    }

    /** Returns what an ICMP error quotes. */
    static byte[] icmpQuote(byte[] packet) {
        byte[] message = Packets.transport(packet);
        return Arrays.copyOfRange(message, IcmpHeader.LENGTH, message.length);
    }
}
