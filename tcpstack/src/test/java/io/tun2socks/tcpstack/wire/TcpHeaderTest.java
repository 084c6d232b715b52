package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetAddress;
import java.util.Collections;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.TcpNoOperationOption;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.TcpPort;

final class TcpHeaderTest {
    private static final int ALL_FLAGS =
            TcpHeader.FIN | TcpHeader.SYN | TcpHeader.RST | TcpHeader.PSH | TcpHeader.ACK | TcpHeader.URG;

    private static IpAddress address(boolean ipv6, int last) {
        return IpAddress.parse(ipv6 ? "2001:db8::" + last : "192.0.2." + last).orElseThrow();
    }

    private static long pseudoHeader(boolean ipv6, int length) {
        IpAddress source = address(ipv6, 1);
        IpAddress destination = address(ipv6, 2);
        return InternetChecksum.pseudoHeader(
                source.hi(), source.lo(), destination.hi(), destination.lo(), IpProtocol.TCP, length);
    }

    @Test
    void flagsAreThoseOfTheStandard() {
        assertThat(ALL_FLAGS).isEqualTo(0x3f);
        assertThat(TcpHeader.ECE).isEqualTo(0x40);
        assertThat(TcpHeader.CWR).isEqualTo(0x80);
    }

    @Property
    void readsWhatPcap4jBuilds(
            @ForAll boolean ipv6,
            @ForAll short sourcePort,
            @ForAll short destinationPort,
            @ForAll int seq,
            @ForAll int ack,
            @ForAll @IntRange(max = 0x3f) int flags,
            @ForAll short window,
            @ForAll @IntRange(max = 10) int optionWords,
            @ForAll @Size(max = 200) byte[] payload) {
        InetAddress source = address(ipv6, 1).toInetAddress();
        InetAddress destination = address(ipv6, 2).toInetAddress();
        TcpPacket packet = new TcpPacket.Builder()
                .srcAddr(source)
                .dstAddr(destination)
                .srcPort(TcpPort.getInstance(sourcePort))
                .dstPort(TcpPort.getInstance(destinationPort))
                .sequenceNumber(seq)
                .acknowledgmentNumber(ack)
                .fin((flags & TcpHeader.FIN) != 0)
                .syn((flags & TcpHeader.SYN) != 0)
                .rst((flags & TcpHeader.RST) != 0)
                .psh((flags & TcpHeader.PSH) != 0)
                .ack((flags & TcpHeader.ACK) != 0)
                .urg((flags & TcpHeader.URG) != 0)
                .window(window)
                .options(Collections.<TcpPacket.TcpOption>nCopies(4 * optionWords, TcpNoOperationOption.getInstance()))
                .payloadBuilder(new UnknownPacket.Builder().rawData(payload))
                .correctLengthAtBuild(true)
                .correctChecksumAtBuild(true)
                .build();
        byte[] raw = packet.getRawData();
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], raw);
        assertThat(TcpHeader.sourcePort(b, 3)).isEqualTo(sourcePort & 0xffff);
        assertThat(TcpHeader.destinationPort(b, 3)).isEqualTo(destinationPort & 0xffff);
        assertThat(TcpHeader.seq(b, 3)).isEqualTo(seq);
        assertThat(TcpHeader.ack(b, 3)).isEqualTo(ack);
        assertThat(TcpHeader.headerLength(b, 3)).isEqualTo(20 + 4 * optionWords);
        assertThat(TcpHeader.flags(b, 3)).isEqualTo(flags);
        assertThat(TcpHeader.window(b, 3)).isEqualTo(window & 0xffff);
        assertThat(TcpHeader.checksum(b, 3)).isEqualTo(packet.getHeader().getChecksum() & 0xffff);
        assertThat(InternetChecksum.fold(pseudoHeader(ipv6, raw.length) + InternetChecksum.sum(b, 3, raw.length)))
                .isEqualTo(0xffff);
    }

    @Property
    void pcap4jReadsWhatItWrites(
            @ForAll boolean ipv6,
            @ForAll @IntRange(max = 65535) int sourcePort,
            @ForAll @IntRange(max = 65535) int destinationPort,
            @ForAll int seq,
            @ForAll int ack,
            @ForAll @IntRange(max = 0x3f) int flags,
            @ForAll @IntRange(max = 65535) int window,
            @ForAll @IntRange(max = 10) int optionWords,
            @ForAll @Size(max = 200) byte[] payload)
            throws IllegalRawDataException {
        ByteBuf out = Unpooled.buffer();
        TcpHeader.write(out, sourcePort, destinationPort, seq, ack, flags, window);
        assertThat(out.writerIndex()).isEqualTo(TcpHeader.LENGTH);
        for (int i = 0; i < optionWords; i++) {
            out.writeInt(0x01010101);
        }
        int headerLength = out.writerIndex();
        TcpHeader.headerLength(out, 0, headerLength);
        out.writeBytes(payload);
        // As a sender would: the sum of a header and of a payload that lies elsewhere.
        long sum = pseudoHeader(ipv6, headerLength + payload.length)
                + InternetChecksum.sum(out, 0, headerLength)
                + InternetChecksum.sumAt(out, headerLength, payload.length, headerLength);
        out.setShort(TcpHeader.CHECKSUM_OFFSET, InternetChecksum.finish(sum));

        byte[] raw = ByteBufUtil.getBytes(out);
        TcpPacket packet = TcpPacket.newPacket(raw, 0, raw.length);
        TcpPacket.TcpHeader header = packet.getHeader();
        assertThat(header.getSrcPort().valueAsInt()).isEqualTo(sourcePort);
        assertThat(header.getDstPort().valueAsInt()).isEqualTo(destinationPort);
        assertThat(header.getSequenceNumber()).isEqualTo(seq);
        assertThat(header.getAcknowledgmentNumber()).isEqualTo(ack);
        assertThat(header.getDataOffsetAsInt() * 4).isEqualTo(20 + 4 * optionWords);
        assertThat(header.getReserved()).isZero();
        assertThat(header.getFin()).isEqualTo((flags & TcpHeader.FIN) != 0);
        assertThat(header.getSyn()).isEqualTo((flags & TcpHeader.SYN) != 0);
        assertThat(header.getRst()).isEqualTo((flags & TcpHeader.RST) != 0);
        assertThat(header.getPsh()).isEqualTo((flags & TcpHeader.PSH) != 0);
        assertThat(header.getAck()).isEqualTo((flags & TcpHeader.ACK) != 0);
        assertThat(header.getUrg()).isEqualTo((flags & TcpHeader.URG) != 0);
        assertThat(header.getWindowAsInt()).isEqualTo(window);
        assertThat(header.getUrgentPointer()).isZero();
        assertThat(packet.hasValidChecksum(
                        address(ipv6, 1).toInetAddress(), address(ipv6, 2).toInetAddress(), false))
                .isTrue();
        assertThat(
                        packet.getPayload() == null
                                ? new byte[0]
                                : packet.getPayload().getRawData())
                .isEqualTo(payload);
    }
}
