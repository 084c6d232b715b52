package io.tun2socks.tcpstack.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.OutboundPacket;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.util.IpV4Helper;

final class FragmenterTest {
    private static final IpAddress SOURCE4 = IpAddress.parse("192.0.2.1").orElseThrow();
    private static final IpAddress TARGET4 = IpAddress.parse("10.0.0.7").orElseThrow();
    private static final IpAddress SOURCE6 = IpAddress.parse("2001:db8::1").orElseThrow();
    private static final IpAddress TARGET6 = IpAddress.parse("fd00::7").orElseThrow();
    private static final int TRAFFIC_CLASS = 0xb8;
    private static final int HOP_LIMIT = 63;

    private final OutboundPacket outbound =
            new OutboundPacket(Unpooled.buffer(Fragmenter.HEADER_ROOM, Fragmenter.HEADER_ROOM));
    private final List<byte[]> sent = new ArrayList<>();
    private ByteBuf payload = Unpooled.EMPTY_BUFFER;
    private final Fragmenter fragmenter = new Fragmenter(outbound, packet -> {
        for (int i = 0; i < packet.slices(); i++) {
            assertThat(packet.sliceBuffer(i)).isSameAs(payload);
        }
        ByteBuf copy = Unpooled.buffer(packet.length());
        packet.copyTo(copy);
        sent.add(ByteBufUtil.getBytes(copy));
    });

    /** Sends a UDP datagram whose payload does not begin at the start of its buffer. */
    private int send(boolean ipv6, int mtu, int identification, byte[] bytes) {
        IpAddress source = ipv6 ? SOURCE6 : SOURCE4;
        IpAddress target = ipv6 ? TARGET6 : TARGET4;
        payload = Unpooled.buffer().writeZero(5).writeBytes(bytes).readerIndex(5);
        int length = UdpHeader.LENGTH + bytes.length;
        ByteBuf udp = Unpooled.buffer().writeZero(2).readerIndex(2);
        UdpHeader.write(udp, 53, 40000, length, 0);
        long sum = InternetChecksum.pseudoHeader(
                        source.hi(), source.lo(), target.hi(), target.lo(), IpProtocol.UDP, length)
                + InternetChecksum.sum(udp, 2, UdpHeader.LENGTH)
                + InternetChecksum.sum(payload, 5, bytes.length);
        udp.setShort(2 + UdpHeader.CHECKSUM_OFFSET, InternetChecksum.finishUdp(sum));
        sent.clear();
        int packets = fragmenter
                .between(source.hi(), source.lo(), target.hi(), target.lo())
                .carrying(IpProtocol.UDP, TRAFFIC_CLASS, HOP_LIMIT)
                .send(mtu, identification, udp, payload);
        assertThat(packets).isEqualTo(sent.size());
        assertThat(udp.readableBytes()).isEqualTo(UdpHeader.LENGTH);
        assertThat(payload.readableBytes()).isEqualTo(bytes.length);
        assertThat(outbound.slices()).isZero();
        for (byte[] packet : sent) {
            assertThat(packet.length - VirtioNetHeader.LENGTH).isLessThanOrEqualTo(mtu);
            assertThat(Arrays.copyOf(packet, VirtioNetHeader.LENGTH)).containsOnly(0);
        }
        return packets;
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private byte[] ipPacket(int index) {
        byte[] packet = sent.get(index);
        return Arrays.copyOfRange(packet, VirtioNetHeader.LENGTH, packet.length);
    }

    @ParameterizedTest
    @CsvSource({"1500, 65507", "1500, 1473", "576, 65507", "68, 1000", "9000, 65507", "65535, 65507", "1280, 1472"})
    void pcap4jReadsAndJoinsIpv4Fragments(int mtu, int length) throws IllegalRawDataException {
        byte[] bytes = bytes(length, 1);
        int packets = send(false, mtu, 0x1_abcd, bytes);
        int room = (mtu - 20) / 8 * 8;
        assertThat(packets).isEqualTo(length + 28 <= mtu ? 1 : (length + 8 + room - 1) / room);
        List<IpV4Packet> fragments = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            byte[] raw = ipPacket(i);
            IpV4Packet fragment = IpV4Packet.newPacket(raw, 0, raw.length);
            IpV4Packet.IpV4Header header = fragment.getHeader();
            assertThat(header.hasValidChecksum(false)).isTrue();
            assertThat(header.getTotalLengthAsInt()).isEqualTo(raw.length);
            assertThat(header.getIdentificationAsInt()).isEqualTo(0xabcd);
            assertThat(header.getTtlAsInt()).isEqualTo(HOP_LIMIT);
            assertThat(header.getTos().value()).isEqualTo((byte) TRAFFIC_CLASS);
            assertThat(header.getProtocol()).isEqualTo(IpNumber.UDP);
            assertThat(header.getSrcAddr()).isEqualTo(SOURCE4.toInetAddress());
            assertThat(header.getDstAddr()).isEqualTo(TARGET4.toInetAddress());
            assertThat(header.getDontFragmentFlag()).isFalse();
            assertThat(header.getMoreFragmentFlag()).isEqualTo(i < packets - 1);
            assertThat(header.getFragmentOffset() * 8).isEqualTo(i * room);
            fragments.add(fragment);
        }
        IpV4Packet whole = packets == 1 ? fragments.get(0) : IpV4Helper.defragment(fragments);
        UdpPacket udp = whole.get(UdpPacket.class);
        assertThat(udp.hasValidChecksum(SOURCE4.toInetAddress(), TARGET4.toInetAddress(), false))
                .isTrue();
        assertThat(udp.getPayload().getRawData()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"1500, 65527", "1500, 1453", "1280, 65507", "9000, 65507", "65535, 65527", "1500, 1452"})
    void pcap4jReadsIpv6Fragments(int mtu, int length) throws IllegalRawDataException {
        byte[] bytes = bytes(length, 1);
        int packets = send(true, mtu, 0xdead_beef, bytes);
        int room = (mtu - 48) / 8 * 8;
        assertThat(packets).isEqualTo(length + 48 <= mtu ? 1 : (length + 8 + room - 1) / room);
        ByteBuf joined = Unpooled.buffer();
        for (int i = 0; i < packets; i++) {
            byte[] raw = ipPacket(i);
            IpV6Packet packet = IpV6Packet.newPacket(raw, 0, raw.length);
            IpV6Packet.IpV6Header header = packet.getHeader();
            assertThat(header.getPayloadLengthAsInt()).isEqualTo(raw.length - 40);
            assertThat(header.getHopLimitAsInt()).isEqualTo(HOP_LIMIT);
            assertThat(header.getTrafficClass().value()).isEqualTo((byte) TRAFFIC_CLASS);
            assertThat(header.getSrcAddr()).isEqualTo(SOURCE6.toInetAddress());
            assertThat(header.getDstAddr()).isEqualTo(TARGET6.toInetAddress());
            if (packets == 1) {
                joined.writeBytes(packet.getPayload().getRawData());
                continue;
            }
            IpV6ExtFragmentPacket fragment = packet.get(IpV6ExtFragmentPacket.class);
            assertThat(fragment.getHeader().getNextHeader()).isEqualTo(IpNumber.UDP);
            assertThat(fragment.getHeader().getIdentification()).isEqualTo(0xdead_beef);
            assertThat(fragment.getHeader().getM()).isEqualTo(i < packets - 1);
            assertThat(fragment.getHeader().getFragmentOffset() * 8).isEqualTo(i * room);
            joined.writeBytes(fragment.getPayload().getRawData());
        }
        byte[] datagram = ByteBufUtil.getBytes(joined);
        UdpPacket udp = UdpPacket.newPacket(datagram, 0, datagram.length);
        assertThat(udp.hasValidChecksum(SOURCE6.toInetAddress(), TARGET6.toInetAddress(), false))
                .isTrue();
        assertThat(udp.getPayload().getRawData()).isEqualTo(bytes);
    }

    @Property(tries = 200)
    void theReassemblerJoinsWhatIsSent(
            @ForAll boolean ipv6,
            @ForAll @IntRange(min = 1280, max = 9000) int mtu,
            @ForAll @IntRange(min = 0, max = 65507) int length,
            @ForAll int identification) {
        byte[] bytes = bytes(length, identification);
        send(ipv6, 1 << 17, identification, bytes);
        assertThat(sent).hasSize(1);
        byte[] whole = sent.get(0);
        send(ipv6, mtu, identification, bytes);
        if (sent.size() == 1) {
            assertThat(sent.get(0)).isEqualTo(whole);
            return;
        }
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT)) {
            for (int i = 0; i < sent.size() - 1; i++) {
                assertThat(fixture.feed(ipPacket(i))).isNull();
            }
            assertThat(fixture.feed(ipPacket(sent.size() - 1))).isEqualTo(whole);
            fixture.assertEmpty();
        }
    }

    @Test
    void refusesWhatCannotBeSent() {
        assertThatThrownBy(() -> send(false, 1500, 1, new byte[65508]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65516");
        assertThatThrownBy(() -> send(true, 1500, 1, new byte[65528]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536");
        assertThatThrownBy(() -> send(false, 27, 1, new byte[100]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MTU of 27");
        assertThatThrownBy(() -> send(true, 48, 1, new byte[100]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MTU of 48");
    }
}
