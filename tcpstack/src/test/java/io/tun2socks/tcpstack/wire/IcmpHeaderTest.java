package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.Inet6Address;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV4EchoPacket;
import org.pcap4j.packet.IcmpV4EchoReplyPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IcmpV6EchoReplyPacket;
import org.pcap4j.packet.IcmpV6EchoRequestPacket;
import org.pcap4j.packet.IcmpV6PacketTooBigPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IcmpV4Code;
import org.pcap4j.packet.namednumber.IcmpV4Type;
import org.pcap4j.packet.namednumber.IcmpV6Code;
import org.pcap4j.packet.namednumber.IcmpV6Type;

final class IcmpHeaderTest {
    private static final IpAddress SOURCE = IpAddress.parse("2001:db8::1").orElseThrow();
    private static final IpAddress TARGET = IpAddress.parse("fd00::2").orElseThrow();
    private static final Inet6Address SOURCE_ADDRESS = (Inet6Address) SOURCE.toInetAddress();
    private static final Inet6Address TARGET_ADDRESS = (Inet6Address) TARGET.toInetAddress();

    private static long pseudoHeader(int length) {
        return InternetChecksum.pseudoHeader(
                SOURCE.hi(), SOURCE.lo(), TARGET.hi(), TARGET.lo(), IpProtocol.ICMPV6, length);
    }

    @Test
    void typesAreThoseOfIana() {
        assertThat(IcmpHeader.V4_ECHO_REPLY)
                .isEqualTo(IcmpV4Type.ECHO_REPLY.value().intValue());
        assertThat(IcmpHeader.V4_UNREACHABLE)
                .isEqualTo(IcmpV4Type.DESTINATION_UNREACHABLE.value().intValue());
        assertThat(IcmpHeader.V4_ECHO_REQUEST).isEqualTo(IcmpV4Type.ECHO.value().intValue());
        assertThat(IcmpHeader.V6_UNREACHABLE)
                .isEqualTo(IcmpV6Type.DESTINATION_UNREACHABLE.value().intValue());
        assertThat(IcmpHeader.V6_PACKET_TOO_BIG)
                .isEqualTo(IcmpV6Type.PACKET_TOO_BIG.value().intValue());
        assertThat(IcmpHeader.V6_ECHO_REQUEST).isEqualTo(IcmpV6Type.ECHO_REQUEST.value() & 0xff);
        assertThat(IcmpHeader.V6_ECHO_REPLY).isEqualTo(IcmpV6Type.ECHO_REPLY.value() & 0xff);
    }

    @Property
    void readsTheIpv4EchoThatPcap4jBuilds(
            @ForAll short identifier, @ForAll short sequence, @ForAll @Size(min = 1, max = 100) byte[] payload) {
        byte[] raw = new IcmpV4CommonPacket.Builder()
                .type(IcmpV4Type.ECHO)
                .code(IcmpV4Code.NO_CODE)
                .payloadBuilder(new IcmpV4EchoPacket.Builder()
                        .identifier(identifier)
                        .sequenceNumber(sequence)
                        .payloadBuilder(new UnknownPacket.Builder().rawData(payload)))
                .correctChecksumAtBuild(true)
                .build()
                .getRawData();
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], raw);
        assertThat(IcmpHeader.type(b, 3)).isEqualTo(IcmpHeader.V4_ECHO_REQUEST);
        assertThat(IcmpHeader.code(b, 3)).isZero();
        assertThat(b.getInt(7)).isEqualTo(identifier << 16 | (sequence & 0xffff));
        assertThat(InternetChecksum.fold(InternetChecksum.sum(b, 3, raw.length)))
                .isEqualTo(0xffff);
    }

    @Property
    void pcap4jReadsTheIpv4EchoReplyItWrites(@ForAll int rest, @ForAll @Size(min = 1, max = 100) byte[] payload)
            throws IllegalRawDataException {
        ByteBuf out = Unpooled.buffer();
        IcmpHeader.write(out, IcmpHeader.V4_ECHO_REPLY, 0, rest);
        assertThat(out.writerIndex()).isEqualTo(IcmpHeader.LENGTH);
        out.writeBytes(payload);
        out.setShort(
                IcmpHeader.CHECKSUM_OFFSET, InternetChecksum.finish(InternetChecksum.sum(out, 0, out.writerIndex())));
        byte[] raw = ByteBufUtil.getBytes(out);
        IcmpV4CommonPacket packet = IcmpV4CommonPacket.newPacket(raw, 0, raw.length);
        assertThat(packet.hasValidChecksum(false)).isTrue();
        assertThat(packet.getHeader().getType()).isEqualTo(IcmpV4Type.ECHO_REPLY);
        IcmpV4EchoReplyPacket echo = packet.get(IcmpV4EchoReplyPacket.class);
        assertThat(echo.getHeader().getIdentifierAsInt()).isEqualTo(rest >>> 16);
        assertThat(echo.getHeader().getSequenceNumberAsInt()).isEqualTo(rest & 0xffff);
        assertThat(echo.getPayload().getRawData()).isEqualTo(payload);
    }

    @Property
    void readsTheIpv6EchoThatPcap4jBuilds(
            @ForAll short identifier, @ForAll short sequence, @ForAll @Size(min = 1, max = 100) byte[] payload) {
        byte[] raw = new IcmpV6CommonPacket.Builder()
                .type(IcmpV6Type.ECHO_REQUEST)
                .code(IcmpV6Code.NO_CODE)
                .srcAddr(SOURCE_ADDRESS)
                .dstAddr(TARGET_ADDRESS)
                .payloadBuilder(new IcmpV6EchoRequestPacket.Builder()
                        .identifier(identifier)
                        .sequenceNumber(sequence)
                        .payloadBuilder(new UnknownPacket.Builder().rawData(payload)))
                .correctChecksumAtBuild(true)
                .build()
                .getRawData();
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], raw);
        assertThat(IcmpHeader.type(b, 3)).isEqualTo(IcmpHeader.V6_ECHO_REQUEST);
        assertThat(IcmpHeader.code(b, 3)).isZero();
        assertThat(b.getInt(7)).isEqualTo(identifier << 16 | (sequence & 0xffff));
        assertThat(InternetChecksum.fold(pseudoHeader(raw.length) + InternetChecksum.sum(b, 3, raw.length)))
                .isEqualTo(0xffff);
    }

    @Property
    void pcap4jReadsTheIpv6EchoReplyItWrites(@ForAll int rest, @ForAll @Size(min = 1, max = 100) byte[] payload)
            throws IllegalRawDataException {
        IcmpV6CommonPacket packet = written(IcmpHeader.V6_ECHO_REPLY, 0, rest, payload);
        assertThat(packet.getHeader().getType()).isEqualTo(IcmpV6Type.ECHO_REPLY);
        IcmpV6EchoReplyPacket echo = packet.get(IcmpV6EchoReplyPacket.class);
        assertThat(echo.getHeader().getIdentifierAsInt()).isEqualTo(rest >>> 16);
        assertThat(echo.getHeader().getSequenceNumberAsInt()).isEqualTo(rest & 0xffff);
        assertThat(echo.getPayload().getRawData()).isEqualTo(payload);
    }

    @Test
    void pcap4jReadsThePacketTooBigItWrites() throws IllegalRawDataException {
        ByteBuf quoted = Unpooled.buffer();
        Ipv6Header.write(quoted, 0, 0, IpProtocol.NO_NEXT_HEADER, 64, 1, 2, 3, 4);
        IcmpV6CommonPacket packet = written(IcmpHeader.V6_PACKET_TOO_BIG, 0, 1280, ByteBufUtil.getBytes(quoted));
        assertThat(packet.getHeader().getType()).isEqualTo(IcmpV6Type.PACKET_TOO_BIG);
        assertThat(packet.get(IcmpV6PacketTooBigPacket.class).getHeader().getMtu())
                .isEqualTo(1280);
    }

    private static IcmpV6CommonPacket written(int type, int code, int rest, byte[] payload)
            throws IllegalRawDataException {
        ByteBuf out = Unpooled.buffer();
        IcmpHeader.write(out, type, code, rest);
        out.writeBytes(payload);
        int length = out.writerIndex();
        out.setShort(
                IcmpHeader.CHECKSUM_OFFSET,
                InternetChecksum.finish(pseudoHeader(length) + InternetChecksum.sum(out, 0, length)));
        byte[] raw = ByteBufUtil.getBytes(out);
        IcmpV6CommonPacket packet = IcmpV6CommonPacket.newPacket(raw, 0, raw.length);
        assertThat(packet.hasValidChecksum(SOURCE_ADDRESS, TARGET_ADDRESS, false))
                .isTrue();
        return packet;
    }
}
