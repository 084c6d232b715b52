package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.Inet4Address;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4NoOperationOption;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;

final class Ipv4HeaderTest {
    private static Inet4Address address(int bits) {
        return (Inet4Address) IpAddress.ofIpv4(bits).toInetAddress();
    }

    @Property
    void readsWhatPcap4jBuilds(
            @ForAll byte tos,
            @ForAll short identification,
            @ForAll boolean df,
            @ForAll boolean mf,
            @ForAll @IntRange(max = 0x1fff) int offset,
            @ForAll byte ttl,
            @ForAll byte protocol,
            @ForAll int source,
            @ForAll int destination,
            @ForAll @IntRange(max = 10) int optionWords,
            @ForAll @IntRange(max = 200) int payload) {
        byte[] raw = new IpV4Packet.Builder()
                .version(IpVersion.IPV4)
                .tos(IpV4Rfc791Tos.newInstance(tos))
                .identification(identification)
                .dontFragmentFlag(df)
                .moreFragmentFlag(mf)
                .fragmentOffset((short) offset)
                .ttl(ttl)
                .protocol(IpNumber.getInstance(protocol))
                .srcAddr(address(source))
                .dstAddr(address(destination))
                .options(Collections.<IpV4Packet.IpV4Option>nCopies(
                        4 * optionWords, IpV4NoOperationOption.getInstance()))
                .payloadBuilder(new UnknownPacket.Builder().rawData(new byte[payload]))
                .correctLengthAtBuild(true)
                .correctChecksumAtBuild(true)
                .build()
                .getRawData();
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], raw);
        assertThat(Ipv4Header.headerLength(b, 3)).isEqualTo(20 + 4 * optionWords);
        assertThat(Ipv4Header.trafficClass(b, 3)).isEqualTo(tos & 0xff);
        assertThat(Ipv4Header.totalLength(b, 3)).isEqualTo(20 + 4 * optionWords + payload);
        assertThat(Ipv4Header.identification(b, 3)).isEqualTo(identification & 0xffff);
        assertThat(Ipv4Header.flagsAndOffset(b, 3))
                .isEqualTo(offset | (df ? Ipv4Header.DF : 0) | (mf ? Ipv4Header.MF : 0));
        assertThat(Ipv4Header.isFragment(b, 3)).isEqualTo(mf || offset != 0);
        assertThat(Ipv4Header.ttl(b, 3)).isEqualTo(ttl & 0xff);
        assertThat(Ipv4Header.protocol(b, 3)).isEqualTo(protocol & 0xff);
        assertThat(Ipv4Header.source(b, 3)).isEqualTo(source);
        assertThat(Ipv4Header.destination(b, 3)).isEqualTo(destination);
        assertThat(Ipv4Header.checksumValid(b, 3)).isTrue();
        for (int at : List.of(0, 9, 19 + 4 * optionWords)) {
            b.setByte(3 + at, b.getByte(3 + at) ^ (at == 0 ? 0x10 : 0x01));
            assertThat(Ipv4Header.checksumValid(b, 3)).as("byte %d", at).isFalse();
            b.setByte(3 + at, b.getByte(3 + at) ^ (at == 0 ? 0x10 : 0x01));
        }
    }

    @Property
    void pcap4jReadsWhatItWrites(
            @ForAll @IntRange(max = 255) int trafficClass,
            @ForAll @IntRange(max = 65535) int identification,
            @ForAll boolean df,
            @ForAll @IntRange(max = 255) int ttl,
            @ForAll @IntRange(max = 255) int protocol,
            @ForAll int source,
            @ForAll int destination,
            @ForAll @IntRange(max = 100) int payload)
            throws IllegalRawDataException {
        ByteBuf out = Unpooled.buffer();
        Ipv4Header.write(
                out,
                trafficClass,
                Ipv4Header.LENGTH + payload,
                identification,
                df ? Ipv4Header.DF : 0,
                ttl,
                protocol,
                source,
                destination);
        assertThat(out.writerIndex()).isEqualTo(Ipv4Header.LENGTH);
        byte[] raw = ByteBufUtil.getBytes(out.writeZero(payload));
        IpV4Packet.IpV4Header header = IpV4Packet.newPacket(raw, 0, raw.length).getHeader();
        assertThat(header.getVersion()).isEqualTo(IpVersion.IPV4);
        assertThat(header.getIhlAsInt()).isEqualTo(5);
        assertThat(header.getTos().value()).isEqualTo((byte) trafficClass);
        assertThat(header.getTotalLengthAsInt()).isEqualTo(raw.length);
        assertThat(header.getIdentificationAsInt()).isEqualTo(identification);
        assertThat(header.getDontFragmentFlag()).isEqualTo(df);
        assertThat(header.getMoreFragmentFlag()).isFalse();
        assertThat(header.getReservedFlag()).isFalse();
        assertThat(header.getFragmentOffset()).isZero();
        assertThat(header.getTtlAsInt()).isEqualTo(ttl);
        assertThat(header.getProtocol().value()).isEqualTo((byte) protocol);
        assertThat(header.getSrcAddr()).isEqualTo(address(source));
        assertThat(header.getDstAddr()).isEqualTo(address(destination));
        assertThat(header.hasValidChecksum(false)).isTrue();
    }
}
