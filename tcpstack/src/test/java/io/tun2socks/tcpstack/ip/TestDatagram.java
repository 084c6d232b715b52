package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.pcap4j.packet.IpV4NoOperationOption;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.IpV6ExtDestinationOptionsPacket;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6PadNOption;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;
import org.pcap4j.packet.namednumber.UdpPort;

/** A UDP datagram built by pcap4j, and any fragment of it. */
final class TestDatagram {
    private final boolean ipv6;
    private final int source;
    private final int identification;
    private final boolean extended;
    private final byte[] data;

    /**
     * Makes a datagram.
     *
     * @param ipv6 the family
     * @param source the last bits of the source address
     * @param identification the identification
     * @param extended whether there are IPv4 options, or IPv6 extension headers before the fragment header
     * @param payloadLength bytes of UDP payload
     */
    TestDatagram(boolean ipv6, int source, int identification, boolean extended, int payloadLength) {
        this.ipv6 = ipv6;
        this.source = source;
        this.identification = identification;
        this.extended = extended;
        byte[] payload = new byte[payloadLength];
        new Random(identification).nextBytes(payload);
        data = new UdpPacket.Builder()
                .srcAddr(sourceAddress())
                .dstAddr(destinationAddress())
                .srcPort(UdpPort.getInstance((short) 40000))
                .dstPort(UdpPort.DOMAIN)
                .payloadBuilder(new UnknownPacket.Builder().rawData(payload))
                .correctLengthAtBuild(true)
                .correctChecksumAtBuild(true)
                .build()
                .getRawData();
    }

    static TestDatagram ipv4(int source, int identification, int payloadLength) {
        return new TestDatagram(false, source, identification, false, payloadLength);
    }

    static TestDatagram ipv6(int source, int identification, int payloadLength) {
        return new TestDatagram(true, source, identification, false, payloadLength);
    }

    private InetAddress sourceAddress() {
        return IpAddress.parse(ipv6 ? "2001:db8::" + Integer.toHexString(source & 0xffff) : "10.0.0.0")
                .map(address -> ipv6 ? address : IpAddress.ofIpv4((int) address.lo() + source))
                .orElseThrow()
                .toInetAddress();
    }

    private InetAddress destinationAddress() {
        return IpAddress.parse(ipv6 ? "2001:db8:1::1" : "192.0.2.1")
                .orElseThrow()
                .toInetAddress();
    }

    /** The bytes of UDP header and payload. */
    int length() {
        return data.length;
    }

    byte[] data(int from, int to) {
        return Arrays.copyOfRange(data, from, to);
    }

    /** The unfragmented packet. */
    byte[] whole() {
        return ipv6 ? ipv6Packet(data, null, 0) : ipv4Packet(data, 0, false, 0);
    }

    /** The whole packet as the stack hands it on. */
    byte[] wholeFramed() {
        return frame(whole());
    }

    byte[] fragment(int from, int to) {
        return fragment(from, to, to < data.length, 0);
    }

    byte[] fragment(int from, int to, boolean more, int trafficClass) {
        return fragment(from, Arrays.copyOfRange(data, from, to), more, trafficClass);
    }

    byte[] fragment(int offset, byte[] bytes, boolean more, int trafficClass) {
        if (!ipv6) {
            return ipv4Packet(bytes, offset, more, trafficClass);
        }
        return ipv6Packet(
                bytes,
                new IpV6ExtFragmentPacket.Builder()
                        .nextHeader(IpNumber.UDP)
                        .fragmentOffset((short) (offset / 8))
                        .m(more)
                        .identification(identification),
                trafficClass);
    }

    private byte[] ipv4Packet(byte[] bytes, int offset, boolean more, int trafficClass) {
        List<IpV4Packet.IpV4Option> options =
                extended ? Collections.nCopies(4, IpV4NoOperationOption.getInstance()) : List.of();
        return new IpV4Packet.Builder()
                .version(IpVersion.IPV4)
                .tos(IpV4Rfc791Tos.newInstance((byte) trafficClass))
                .identification((short) identification)
                .fragmentOffset((short) (offset / 8))
                .moreFragmentFlag(more)
                .ttl((byte) 61)
                .protocol(IpNumber.UDP)
                .srcAddr((Inet4Address) sourceAddress())
                .dstAddr((Inet4Address) destinationAddress())
                .options(options)
                .payloadBuilder(new UnknownPacket.Builder().rawData(bytes))
                .correctLengthAtBuild(true)
                .correctChecksumAtBuild(true)
                .build()
                .getRawData();
    }

    private byte[] ipv6Packet(byte[] bytes, IpV6ExtFragmentPacket.Builder fragment, int trafficClass) {
        Packet.Builder last = new UnknownPacket.Builder().rawData(bytes);
        IpNumber next = IpNumber.UDP;
        if (fragment != null) {
            last = fragment.payloadBuilder(last);
            next = IpNumber.IPV6_FRAG;
        }
        if (extended) {
            last = new IpV6ExtDestinationOptionsPacket.Builder()
                    .nextHeader(next)
                    .options(List.of(new IpV6PadNOption.Builder()
                            .data(new byte[12])
                            .correctLengthAtBuild(true)
                            .build()))
                    .correctLengthAtBuild(true)
                    .payloadBuilder(last);
            next = IpNumber.IPV6_DST_OPTS;
        }
        return new IpV6Packet.Builder()
                .version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance((byte) trafficClass))
                .flowLabel(IpV6SimpleFlowLabel.newInstance(0x12345))
                .nextHeader(next)
                .hopLimit((byte) 61)
                .srcAddr((Inet6Address) sourceAddress())
                .dstAddr((Inet6Address) destinationAddress())
                .payloadBuilder(last)
                .correctLengthAtBuild(true)
                .build()
                .getRawData();
    }

    /** Puts a plain virtio-net header before a packet. */
    static byte[] frame(byte[] packet) {
        byte[] framed = new byte[VirtioNetHeader.LENGTH + packet.length];
        System.arraycopy(packet, 0, framed, VirtioNetHeader.LENGTH, packet.length);
        return framed;
    }

    /** Returns a framed packet in a buffer that ends where the packet ends, and does not begin where it begins. */
    static ByteBuf buffer(byte[] packet) {
        byte[] bytes = new byte[3 + VirtioNetHeader.LENGTH + packet.length];
        System.arraycopy(packet, 0, bytes, 3 + VirtioNetHeader.LENGTH, packet.length);
        return Unpooled.wrappedBuffer(bytes).readerIndex(3);
    }
}
