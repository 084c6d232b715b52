package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.wire.IcmpHeader;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Extensions;
import io.tun2socks.tcpstack.wire.Ipv6FragmentHeader;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;

/** One fragment, parsed into a reusable object; it trusts nothing in the packet. */
final class FragmentView {
    private static final int ICMP_FIXED_LENGTH = 4;
    private static final int PAYLOAD_LENGTH_FIELD = 4;
    private static final int OFFSET_FIELD = 2;

    private boolean ipv6;
    private int headerStart;
    private int headerLength;
    private int nextHeaderAt;
    private int dataStart;
    private int dataLength;
    private int offset;
    private boolean more;
    private int identification;
    private int protocol;
    private int ecn;
    private long problem;

    /**
     * Parses a packet.
     *
     * @param packet a virtio-net header at the reader index, the IP packet behind it
     * @return false if it is no fragment, or one that cannot become part of any valid datagram
     */
    boolean parse(ByteBuf packet) {
        problem = Ipv6Extensions.MALFORMED;
        int vnet = packet.readerIndex();
        int end = packet.writerIndex();
        if (end - vnet <= VirtioNetHeader.LENGTH
                // The kernel completes checksums before it fragments; a partial one could not be completed here, for
                // it covers what lies in other fragments.
                || (VirtioNetHeader.flags(packet, vnet) & VirtioNetHeader.F_NEEDS_CSUM) != 0
                || VirtioNetHeader.gsoType(packet, vnet) != VirtioNetHeader.GSO_NONE) {
            return false;
        }
        headerStart = vnet + VirtioNetHeader.LENGTH;
        int version = packet.getUnsignedByte(headerStart) >>> 4;
        ipv6 = version == 6;
        return (ipv6 ? parseIpv6(packet, end) : version == 4 && parseIpv4(packet, end)) && lengthsFit();
    }

    private boolean parseIpv4(ByteBuf packet, int end) {
        int available = end - headerStart;
        if (available < Ipv4Header.LENGTH || !Ipv4Header.isFragment(packet, headerStart)) {
            return false;
        }
        headerLength = Ipv4Header.headerLength(packet, headerStart);
        int totalLength = Ipv4Header.totalLength(packet, headerStart);
        if (headerLength < Ipv4Header.LENGTH
                || totalLength < headerLength
                || totalLength > available
                || !Ipv4Header.checksumValid(packet, headerStart)) {
            return false;
        }
        int flagsAndOffset = Ipv4Header.flagsAndOffset(packet, headerStart);
        offset = (flagsAndOffset & 0x1fff) * 8;
        more = (flagsAndOffset & Ipv4Header.MF) != 0;
        identification = Ipv4Header.identification(packet, headerStart);
        protocol = Ipv4Header.protocol(packet, headerStart);
        ecn = Ipv4Header.trafficClass(packet, headerStart) & 3;
        dataStart = headerStart + headerLength;
        dataLength = totalLength - headerLength;
        return offset == 0
                ? transportHeaderComplete(packet, protocol, dataStart, headerStart + totalLength)
                // RFC 3128: behind a first fragment of 8 bytes it would rewrite the flags of TCP.
                : protocol != IpProtocol.TCP || offset >= TcpHeader.LENGTH;
    }

    private boolean parseIpv6(ByteBuf packet, int end) {
        int extensions = headerStart + Ipv6Header.LENGTH;
        if (extensions > end || Ipv6Header.payloadLength(packet, headerStart) > end - extensions) {
            return false;
        }
        int packetEnd = extensions + Ipv6Header.payloadLength(packet, headerStart);
        long walked = Ipv6Extensions.skip(packet, extensions, packetEnd, Ipv6Header.nextHeader(packet, headerStart));
        if (walked < 0) {
            problem = walked;
            return false;
        }
        if (Ipv6Extensions.protocol(walked) != IpProtocol.FRAGMENT) {
            return false;
        }
        int fragmentHeader = Ipv6Extensions.offset(walked);
        if (packetEnd - fragmentHeader < Ipv6FragmentHeader.LENGTH) {
            return false;
        }
        headerLength = fragmentHeader - headerStart;
        nextHeaderAt = Ipv6Extensions.nextHeaderField(packet, headerStart, fragmentHeader) - headerStart;
        offset = Ipv6FragmentHeader.fragmentOffset(packet, fragmentHeader);
        more = Ipv6FragmentHeader.moreFragments(packet, fragmentHeader);
        identification = Ipv6FragmentHeader.identification(packet, fragmentHeader);
        protocol = Ipv6FragmentHeader.nextHeader(packet, fragmentHeader);
        ecn = Ipv6Header.trafficClass(packet, headerStart) & 3;
        dataStart = fragmentHeader + Ipv6FragmentHeader.LENGTH;
        dataLength = packetEnd - dataStart;
        return offset != 0 || headerChainComplete(packet, packetEnd);
    }

    /**
     * RFC 7112: the first fragment holds all headers, the transport header included. A second fragment header is refused,
     * so that what is reassembled never needs reassembly again.
     */
    private boolean headerChainComplete(ByteBuf packet, int end) {
        if (protocol == IpProtocol.HOP_BY_HOP) {
            problem = Ipv6Extensions.problem(IcmpHeader.V6_CODE_NEXT_HEADER, headerStart + headerLength);
            return false;
        }
        long walked = Ipv6Extensions.skip(packet, dataStart, end, protocol);
        if (Ipv6Extensions.isProblem(walked)) {
            problem = walked;
            return false;
        }
        if (walked >= 0 && Ipv6Extensions.protocol(walked) == IpProtocol.FRAGMENT) {
            return false;
        }
        if (walked < 0
                || !transportHeaderComplete(
                        packet, Ipv6Extensions.protocol(walked), Ipv6Extensions.offset(walked), end)) {
            problem = Ipv6Extensions.problem(IcmpHeader.V6_CODE_FIRST_FRAGMENT, headerStart);
            return false;
        }
        return true;
    }

    /** RFC 1858, RFC 7112: what the rest of a header says must not depend on a later fragment. */
    private static boolean transportHeaderComplete(ByteBuf packet, int protocol, int at, int end) {
        int available = end - at;
        return switch (protocol) {
            case IpProtocol.TCP -> available >= TcpHeader.LENGTH && available >= TcpHeader.headerLength(packet, at);
            case IpProtocol.UDP -> available >= UdpHeader.LENGTH;
            case IpProtocol.ICMP, IpProtocol.ICMPV6 -> available >= ICMP_FIXED_LENGTH;
            default -> true;
        };
    }

    private boolean lengthsFit() {
        if (more && dataLength % 8 != 0) {
            problem = Ipv6Extensions.problem(IcmpHeader.V6_CODE_FIELD, headerStart + PAYLOAD_LENGTH_FIELD);
            return false;
        }
        if (offset + dataLength > maxDataLength(ipv6, headerLength)) {
            problem = Ipv6Extensions.problem(IcmpHeader.V6_CODE_FIELD, headerStart + headerLength + OFFSET_FIELD);
            return false;
        }
        return dataLength > 0;
    }

    /** Returns what the sender of a refused IPv6 packet is to be told, as {@link Ipv6Extensions#skip} does. */
    long problem() {
        return ipv6 ? problem : Ipv6Extensions.MALFORMED;
    }

    /**
     * The most data of a datagram.
     *
     * @param ipv6 whether it is IPv6
     * @param headerLength the IPv4 header, or the IPv6 header and the extension headers before the fragment header
     * @return bytes
     */
    static int maxDataLength(boolean ipv6, int headerLength) {
        // IPv6's length field does not count the IPv6 header itself.
        return 0xffff - (ipv6 ? headerLength - Ipv6Header.LENGTH : headerLength);
    }

    /** Tells whether the fragment is a whole datagram (RFC 6946). */
    boolean isAtomic() {
        return offset == 0 && !more;
    }

    /** Returns what all fragments of the datagram have in common. */
    FragmentKey key(ByteBuf packet) {
        if (ipv6) {
            return new FragmentKey(
                    Ipv6Header.sourceHi(packet, headerStart),
                    Ipv6Header.sourceLo(packet, headerStart),
                    Ipv6Header.destinationHi(packet, headerStart),
                    Ipv6Header.destinationLo(packet, headerStart),
                    identification,
                    -1);
        }
        return new FragmentKey(
                0,
                IpAddress.lowHalfOfIpv4(Ipv4Header.source(packet, headerStart)),
                0,
                IpAddress.lowHalfOfIpv4(Ipv4Header.destination(packet, headerStart)),
                identification,
                protocol);
    }

    /** Tells whether the packet is IPv6. */
    boolean ipv6() {
        return ipv6;
    }

    /** Returns the absolute index of the IP header. */
    int headerStart() {
        return headerStart;
    }

    /** Returns the bytes of the IPv4 header, or of the IPv6 header and the extension headers before the fragment's. */
    int headerLength() {
        return headerLength;
    }

    /** Returns where in the IPv6 header and its extensions the type of the fragment header stands. */
    int nextHeaderAt() {
        return nextHeaderAt;
    }

    /** Returns the absolute index of the data. */
    int dataStart() {
        return dataStart;
    }

    /** Returns the bytes of data, at least 1. */
    int dataLength() {
        return dataLength;
    }

    /** Returns where in the datagram the data begins, in bytes. */
    int offset() {
        return offset;
    }

    /** Returns where in the datagram the data ends, in bytes. */
    int end() {
        return offset + dataLength;
    }

    /** Tells whether more fragments follow. */
    boolean more() {
        return more;
    }

    /** Returns the protocol (IPv4) or the fragment header's next header (IPv6). */
    int protocol() {
        return protocol;
    }

    /** Returns the ECN bits, 0 to 3. */
    int ecn() {
        return ecn;
    }
}
