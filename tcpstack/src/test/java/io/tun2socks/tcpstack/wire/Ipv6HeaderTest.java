package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.Inet6Address;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;

final class Ipv6HeaderTest {
    /** Unlike {@link java.net.InetAddress}, this keeps an IPv4-mapped address an IPv6 address. */
    private static Inet6Address address(long hi, long lo) {
        byte[] bytes = ByteBufUtil.getBytes(Unpooled.buffer(16).writeLong(hi).writeLong(lo));
        try {
            return Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes are an IPv6 address", e);
        }
    }

    @Property
    void readsWhatPcap4jBuilds(
            @ForAll byte trafficClass,
            @ForAll @IntRange(max = 0xfffff) int flowLabel,
            @ForAll byte next,
            @ForAll byte hopLimit,
            @ForAll long srcHi,
            @ForAll long srcLo,
            @ForAll long dstHi,
            @ForAll long dstLo,
            @ForAll @IntRange(max = 200) int payload) {
        byte[] raw = new IpV6Packet.Builder()
                .version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance(trafficClass))
                .flowLabel(IpV6SimpleFlowLabel.newInstance(flowLabel))
                .nextHeader(IpNumber.getInstance(next))
                .hopLimit(hopLimit)
                .srcAddr(address(srcHi, srcLo))
                .dstAddr(address(dstHi, dstLo))
                .payloadBuilder(new UnknownPacket.Builder().rawData(new byte[payload]))
                .correctLengthAtBuild(true)
                .build()
                .getRawData();
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], raw);
        assertThat(Ipv6Header.trafficClass(b, 3)).isEqualTo(trafficClass & 0xff);
        assertThat(Ipv6Header.payloadLength(b, 3)).isEqualTo(payload);
        assertThat(Ipv6Header.nextHeader(b, 3)).isEqualTo(next & 0xff);
        assertThat(Ipv6Header.hopLimit(b, 3)).isEqualTo(hopLimit & 0xff);
        assertThat(Ipv6Header.sourceHi(b, 3)).isEqualTo(srcHi);
        assertThat(Ipv6Header.sourceLo(b, 3)).isEqualTo(srcLo);
        assertThat(Ipv6Header.destinationHi(b, 3)).isEqualTo(dstHi);
        assertThat(Ipv6Header.destinationLo(b, 3)).isEqualTo(dstLo);
    }

    @Property
    void pcap4jReadsWhatItWrites(
            @ForAll @IntRange(max = 255) int trafficClass,
            @ForAll @IntRange(max = 255) int hopLimit,
            @ForAll long srcHi,
            @ForAll long srcLo,
            @ForAll long dstHi,
            @ForAll long dstLo,
            @ForAll @IntRange(max = 100) int payload)
            throws IllegalRawDataException {
        ByteBuf out = Unpooled.buffer();
        Ipv6Header.write(out, trafficClass, payload, 253, hopLimit, srcHi, srcLo, dstHi, dstLo);
        assertThat(out.writerIndex()).isEqualTo(Ipv6Header.LENGTH);
        byte[] raw = ByteBufUtil.getBytes(out.writeZero(payload));
        IpV6Packet.IpV6Header header = IpV6Packet.newPacket(raw, 0, raw.length).getHeader();
        assertThat(header.getVersion()).isEqualTo(IpVersion.IPV6);
        assertThat(header.getTrafficClass().value()).isEqualTo((byte) trafficClass);
        assertThat(header.getFlowLabel().value()).isZero();
        assertThat(header.getPayloadLengthAsInt()).isEqualTo(payload);
        assertThat(header.getNextHeader().value()).isEqualTo((byte) 253);
        assertThat(header.getHopLimitAsInt()).isEqualTo(hopLimit);
        assertThat(ByteBufUtil.hexDump(raw, 8, 32)).isEqualTo(hex(srcHi) + hex(srcLo) + hex(dstHi) + hex(dstLo));
    }

    private static String hex(long value) {
        return String.format("%016x", value);
    }

    @Property
    void theFragmentHeaderIsReadAndWrittenAsPcap4jDoes(
            @ForAll @IntRange(max = 0x1fff) int offset, @ForAll boolean more, @ForAll int identification)
            throws IllegalRawDataException {
        ByteBuf out = Unpooled.buffer();
        Ipv6FragmentHeader.write(out, IpProtocol.UDP, 8 * offset, more, identification);
        byte[] written = ByteBufUtil.getBytes(out);
        byte[] built = new IpV6ExtFragmentPacket.Builder()
                .nextHeader(IpNumber.UDP)
                .fragmentOffset((short) offset)
                .m(more)
                .identification(identification)
                .payloadBuilder(new UnknownPacket.Builder().rawData(new byte[] {1}))
                .build()
                .getHeader()
                .getRawData();
        assertThat(written).isEqualTo(built).hasSize(Ipv6FragmentHeader.LENGTH);
        assertThat(Ipv6FragmentHeader.nextHeader(out, 0)).isEqualTo(IpProtocol.UDP);
        assertThat(Ipv6FragmentHeader.fragmentOffset(out, 0)).isEqualTo(8 * offset);
        assertThat(Ipv6FragmentHeader.moreFragments(out, 0)).isEqualTo(more);
        assertThat(Ipv6FragmentHeader.identification(out, 0)).isEqualTo(identification);
        out.setByte(3, out.getByte(3) | 0x06);
        assertThat(Ipv6FragmentHeader.fragmentOffset(out, 0))
                .as("reserved bits are ignored")
                .isEqualTo(8 * offset);
    }
}
