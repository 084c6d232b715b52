package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.Inet6Address;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.IpV6ExtDestinationOptionsPacket;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6ExtHopByHopOptionsPacket;
import org.pcap4j.packet.IpV6ExtOptionsPacket;
import org.pcap4j.packet.IpV6ExtRoutingPacket;
import org.pcap4j.packet.IpV6Pad1Option;
import org.pcap4j.packet.IpV6PadNOption;
import org.pcap4j.packet.IpV6RoutingSourceRouteData;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UnknownIpV6Option;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpV6OptionType;
import org.pcap4j.packet.namednumber.IpV6RoutingType;

final class Ipv6ExtensionsTest {
    private static final Packet.Builder PAYLOAD = new UnknownPacket.Builder().rawData(new byte[20]);

    private static IpV6ExtOptionsPacket.IpV6Option pad(int dataLength) {
        return new IpV6PadNOption.Builder()
                .data(new byte[dataLength])
                .correctLengthAtBuild(true)
                .build();
    }

    private static IpV6ExtOptionsPacket.IpV6Option unknown(int type, int dataLength) {
        return new UnknownIpV6Option.Builder()
                .type(IpV6OptionType.getInstance((byte) type))
                .data(new byte[dataLength])
                .correctLengthAtBuild(true)
                .build();
    }

    private static IpV6ExtDestinationOptionsPacket.Builder destinationOptions(
            IpNumber next, IpV6ExtOptionsPacket.IpV6Option... options) {
        return (IpV6ExtDestinationOptionsPacket.Builder) new IpV6ExtDestinationOptionsPacket.Builder()
                .nextHeader(next)
                .options(List.of(options))
                .correctLengthAtBuild(true);
    }

    private static IpV6ExtRoutingPacket.Builder routing(IpNumber next, int segmentsLeft) {
        Inet6Address hop =
                (Inet6Address) IpAddress.parse("2001:db8::9").orElseThrow().toInetAddress();
        return new IpV6ExtRoutingPacket.Builder()
                .nextHeader(next)
                .routingType(IpV6RoutingType.SOURCE_ROUTE)
                .segmentsLeft((byte) segmentsLeft)
                .data(new IpV6RoutingSourceRouteData(0, List.of(hop)))
                .correctLengthAtBuild(true);
    }

    private static long skip(byte[] chain, int first) {
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], chain);
        return Ipv6Extensions.skip(b, 3, 3 + chain.length, first);
    }

    private static void assertStopsAt(byte[] chain, int first, int protocol, int offset) {
        long walked = skip(chain, first);
        assertThat(walked).isNotNegative();
        assertThat(Ipv6Extensions.protocol(walked)).isEqualTo(protocol);
        assertThat(Ipv6Extensions.offset(walked)).isEqualTo(3 + offset);
    }

    @Test
    void aPacketWithoutExtensionsIsLeftWhereItIs() {
        assertStopsAt(new byte[20], IpProtocol.TCP, IpProtocol.TCP, 0);
        assertStopsAt(new byte[0], IpProtocol.NO_NEXT_HEADER, IpProtocol.NO_NEXT_HEADER, 0);
    }

    @Test
    void skipsTheChainThatPcap4jBuilds() {
        byte[] chain = new IpV6ExtHopByHopOptionsPacket.Builder()
                .nextHeader(IpNumber.IPV6_DST_OPTS)
                .options(List.of(pad(4)))
                .correctLengthAtBuild(true)
                .payloadBuilder(destinationOptions(IpNumber.IPV6_ROUTE, pad(1), IpV6Pad1Option.getInstance(), pad(0))
                        .payloadBuilder(routing(IpNumber.TCP, 0).payloadBuilder(PAYLOAD)))
                .build()
                .getRawData();
        assertStopsAt(chain, IpProtocol.HOP_BY_HOP, IpProtocol.TCP, 8 + 8 + 24);
    }

    @Test
    void stopsAtAFragmentHeader() {
        byte[] chain = destinationOptions(IpNumber.IPV6_FRAG, pad(12))
                .payloadBuilder(new IpV6ExtFragmentPacket.Builder()
                        .nextHeader(IpNumber.UDP)
                        .m(true)
                        .payloadBuilder(PAYLOAD))
                .build()
                .getRawData();
        assertStopsAt(chain, IpProtocol.DESTINATION_OPTIONS, IpProtocol.FRAGMENT, 16);
    }

    @Test
    void refusesARoutingHeaderThatIsNotAtItsEnd() {
        byte[] chain = routing(IpNumber.TCP, 1).payloadBuilder(PAYLOAD).build().getRawData();
        assertThat(skip(chain, IpProtocol.ROUTING)).isNegative();
    }

    @Test
    void unknownOptionsAreSkippedOnlyIfTheirTypeAllowsIt() {
        for (int type : new int[] {0x1e, 0x3e, 0x5e, 0x9e, 0xde}) {
            byte[] chain = destinationOptions(IpNumber.UDP, unknown(type, 4))
                    .payloadBuilder(PAYLOAD)
                    .build()
                    .getRawData();
            if (type < 0x40) {
                assertStopsAt(chain, IpProtocol.DESTINATION_OPTIONS, IpProtocol.UDP, 8);
            } else {
                assertThat(skip(chain, IpProtocol.DESTINATION_OPTIONS))
                        .as("option type %x", type)
                        .isNegative();
            }
        }
    }

    @Test
    void refusesOptionsThatEndBehindTheirHeader() {
        assertThat(skip(new byte[] {17, 0, 1, 5, 0, 0, 0, 0, 9, 9, 9, 9}, IpProtocol.DESTINATION_OPTIONS))
                .isNegative();
        assertThat(skip(new byte[] {17, 0, 1, 3, 0, 0, 0, 1, 9, 9, 9, 9}, IpProtocol.DESTINATION_OPTIONS))
                .isNegative();
    }

    @Test
    void hopByHopOptionsAreAllowedAtTheHeadOnly() {
        byte[] chain = {0, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0};
        assertThat(skip(chain, IpProtocol.DESTINATION_OPTIONS)).isNegative();
        assertThat(skip(chain, IpProtocol.HOP_BY_HOP)).isNegative();
    }

    @Test
    void refusesATruncatedChain() {
        byte[] chain = destinationOptions(IpNumber.IPV6_DST_OPTS, pad(12))
                .payloadBuilder(destinationOptions(IpNumber.UDP, pad(4)).payloadBuilder(PAYLOAD))
                .build()
                .getRawData();
        for (int length = 0; length < 24; length++) {
            assertThat(skip(Arrays.copyOf(chain, length), IpProtocol.DESTINATION_OPTIONS))
                    .as("length %d", length)
                    .isNegative();
        }
        assertStopsAt(Arrays.copyOf(chain, 24), IpProtocol.DESTINATION_OPTIONS, IpProtocol.UDP, 24);
    }

    @Test
    void walksEightHeadersAndNotNine() {
        for (int count = 1; count <= 9; count++) {
            ByteBuf chain = Unpooled.buffer();
            for (int i = 1; i <= count; i++) {
                chain.writeByte(i < count ? IpProtocol.DESTINATION_OPTIONS : IpProtocol.TCP)
                        .writeZero(7);
            }
            long walked = Ipv6Extensions.skip(chain, 0, 8 * count, IpProtocol.DESTINATION_OPTIONS);
            assertThat(walked >= 0).as("%d headers", count).isEqualTo(count <= Ipv6Extensions.MAX_HEADERS);
        }
    }

    @Property(tries = 2000)
    void anyBytesEndWithinTheirBounds(
            @ForAll @Size(max = 120) byte[] bytes, @ForAll @IntRange(max = 3) int kind, @ForAll long seed) {
        int[] kinds = {IpProtocol.HOP_BY_HOP, IpProtocol.ROUTING, IpProtocol.DESTINATION_OPTIONS};
        Random random = new Random(seed);
        // Half of the bytes are made what keeps a walk going.
        for (int i = 0; i < bytes.length; i++) {
            if (random.nextBoolean()) {
                bytes[i] = (byte) (random.nextBoolean() ? kinds[random.nextInt(3)] : random.nextInt(3));
            }
        }
        int first = kind < 3 ? kinds[kind] : random.nextInt(256);
        ByteBuf whole = Unpooled.wrappedBuffer(new byte[Ipv6Header.LENGTH], bytes);
        whole.setByte(6, random.nextInt(4) == 0 ? IpProtocol.FRAGMENT : first);
        long found = Ipv6Extensions.findTransport(whole, 0, whole.writerIndex());
        if (found != Ipv6Extensions.MALFORMED) {
            assertThat(Ipv6Extensions.offset(found)).isBetween(Ipv6Header.LENGTH, whole.writerIndex());
            assertThat(Ipv6Extensions.protocol(found)).isBetween(0, 255);
        }
        ByteBuf exact = Unpooled.wrappedBuffer(bytes);
        long walked = Ipv6Extensions.skip(exact, 0, bytes.length, first);
        if (walked >= 0 || Ipv6Extensions.isProblem(walked)) {
            assertThat(Ipv6Extensions.offset(walked)).isBetween(0, bytes.length);
        }
        if (walked >= 0) {
            assertThat(Ipv6Extensions.protocol(walked)).isBetween(0, 255);
        }
    }
}
