package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.UdpPort;

final class UdpHeaderTest {
    private static IpAddress address(boolean ipv6, int last) {
        return IpAddress.parse(ipv6 ? "2001:db8::" + last : "192.0.2." + last).orElseThrow();
    }

    private static long pseudoHeader(boolean ipv6, int length) {
        IpAddress source = address(ipv6, 1);
        IpAddress destination = address(ipv6, 2);
        return InternetChecksum.pseudoHeader(
                source.hi(), source.lo(), destination.hi(), destination.lo(), IpProtocol.UDP, length);
    }

    @Property
    void readsWhatPcap4jBuilds(
            @ForAll boolean ipv6,
            @ForAll short sourcePort,
            @ForAll short destinationPort,
            @ForAll @Size(max = 200) byte[] payload) {
        UdpPacket packet = new UdpPacket.Builder()
                .srcAddr(address(ipv6, 1).toInetAddress())
                .dstAddr(address(ipv6, 2).toInetAddress())
                .srcPort(UdpPort.getInstance(sourcePort))
                .dstPort(UdpPort.getInstance(destinationPort))
                .payloadBuilder(new UnknownPacket.Builder().rawData(payload))
                .correctLengthAtBuild(true)
                .correctChecksumAtBuild(true)
                .build();
        byte[] raw = packet.getRawData();
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], raw);
        assertThat(UdpHeader.sourcePort(b, 3)).isEqualTo(sourcePort & 0xffff);
        assertThat(UdpHeader.destinationPort(b, 3)).isEqualTo(destinationPort & 0xffff);
        assertThat(UdpHeader.length(b, 3)).isEqualTo(raw.length);
        assertThat(UdpHeader.checksum(b, 3)).isEqualTo(packet.getHeader().getChecksum() & 0xffff);
        assertThat(InternetChecksum.fold(pseudoHeader(ipv6, raw.length) + InternetChecksum.sum(b, 3, raw.length)))
                .isEqualTo(0xffff);
    }

    @Property
    void pcap4jReadsWhatItWrites(
            @ForAll boolean ipv6,
            @ForAll @IntRange(max = 65535) int sourcePort,
            @ForAll @IntRange(max = 65535) int destinationPort,
            @ForAll @Size(max = 200) byte[] payload)
            throws IllegalRawDataException {
        int length = UdpHeader.LENGTH + payload.length;
        ByteBuf out = Unpooled.buffer();
        UdpHeader.write(out, sourcePort, destinationPort, length, 0);
        assertThat(out.writerIndex()).isEqualTo(UdpHeader.LENGTH);
        out.writeBytes(payload);
        out.setShort(
                UdpHeader.CHECKSUM_OFFSET,
                InternetChecksum.finishUdp(pseudoHeader(ipv6, length) + InternetChecksum.sum(out, 0, length)));
        byte[] raw = ByteBufUtil.getBytes(out);
        UdpPacket packet = UdpPacket.newPacket(raw, 0, raw.length);
        assertThat(packet.getHeader().getSrcPort().valueAsInt()).isEqualTo(sourcePort);
        assertThat(packet.getHeader().getDstPort().valueAsInt()).isEqualTo(destinationPort);
        assertThat(packet.getHeader().getLengthAsInt()).isEqualTo(length);
        assertThat(packet.hasValidChecksum(
                        address(ipv6, 1).toInetAddress(), address(ipv6, 2).toInetAddress(), false))
                .isTrue();
    }
}
