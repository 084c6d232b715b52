package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.wire.IpProtocol;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions, lengths, checksums, options, TTL: what makes a packet one to drop, and what does not. */
class HeaderValidationTest {
    private final IpHost host = new IpHost(1500);

    @AfterEach
    void close() {
        host.close();
    }

    private static FlowKey flow(boolean ipv4) {
        return ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
    }

    private static byte[] echo(boolean ipv4) {
        return Packets.echoRequest(flow(ipv4).client(), flow(ipv4).target(), 7, Raw.bytes(1, 2, 3, 4));
    }

    private void droppedAsMalformed(byte[] packet) {
        long before = host.stats().malformed;
        host.receive(packet).silent();
        assertThat(host.stats().malformed).isEqualTo(before + 1);
        assertThat(host.syns).isZero();
        assertThat(host.datagrams).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 7, 8, 15})
    void rfc1122_3_2_1_1_otherVersionsAreDropped(int version) {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] packet = echo(ipv4);
            packet[0] = (byte) (version << 4 | (packet[0] & 0xf));
            droppedAsMalformed(packet);
        }
    }

    @Test
    void rfc791_3_1_packetsShorterThanTheirHeaderAreDropped() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] packet = echo(ipv4);
            for (int length = 1; length < packet.length; length++) {
                droppedAsMalformed(Arrays.copyOf(packet, length));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void rfc791_3_1_aHeaderLengthBelow20IsDropped(int words) {
        droppedAsMalformed(Raw.with(echo(true), 0, 0x40 | words));
    }

    @Test
    void rfc791_3_1_aHeaderLongerThanThePacketIsDropped() {
        byte[] packet = echo(true);
        packet[0] = 0x4f;
        droppedAsMalformed(packet);
    }

    @Test
    void rfc791_3_1_aTotalLengthBelowTheHeaderIsDropped() {
        droppedAsMalformed(Raw.with(echo(true), 3, 19));
        droppedAsMalformed(Raw.with(echo(true), 3, 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc791_3_1_rfc8200_3_whatLiesBehindThePacketIsNotPartOfIt(boolean ipv4) {
        byte[] packet = echo(ipv4);
        host.receive(Arrays.copyOf(packet, packet.length + 20));
        assertThat(host.onlyAnswer()).hasSameSizeAs(packet);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1122_3_2_1_7_anyTtlIsGoodForTheFinalHostAndOursIs64(boolean ipv4) {
        for (int hopLimit : new int[] {0, 1, 2, 64, 255}) {
            host.receive(Raw.withHopLimit(echo(ipv4), hopLimit));
            assertThat(host.onlyAnswer()[ipv4 ? 8 : 7]).isEqualTo((byte) 64);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 1, 0xfc", "true, 6, 0x80", "false, 1, 0xff", "false, 3, 0x55"})
    void rfc1122_3_2_1_6_trafficClassFlowLabelAndReservedBitsDoNotMatter(boolean ipv4, int index, String value) {
        host.receive(Raw.with(echo(ipv4), index, Integer.decode(value)));
        assertThat(host.onlyAnswer()).hasSameSizeAs(echo(ipv4));
    }

    @ParameterizedTest
    @CsvSource({"true, 1, 0xb8, 46", "true, 1, 0x03, 0", "false, 0, 0x6b, 46", "false, 0, 0x60, 0"})
    void rfc2474_3_theCodePointIsTold(boolean ipv4, int index, String value, int dscp) {
        byte[] packet = Raw.with(echo(ipv4), index, Integer.decode(value));
        host.receive(ipv4 ? packet : Raw.with(packet, 1, 0x80));
        assertThat(host.dscp()).isEqualTo(ipv4 || dscp == 46 ? dscp : 2);
    }

    @Test
    void rfc1122_3_2_1_2_aWrongHeaderChecksumIsDropped() {
        byte[] packet = echo(true);
        for (int bit = 0; bit < 16; bit++) {
            byte[] wrong = packet.clone();
            wrong[10 + bit / 8] ^= (byte) (1 << bit % 8);
            droppedAsMalformed(wrong);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc9293_3_1_aWrongTcpChecksumIsDroppedWithoutRst(boolean ipv4) {
        for (int flags : new int[] {Seg.SYN, Seg.ACK}) {
            byte[] packet = Packets.tcp(flow(ipv4), Seg.of(flags).data("abc"));
            for (int at = Packets.ipHeader(ipv4); at < packet.length; at++) {
                byte[] wrong = packet.clone();
                wrong[at] ^= 0x01;
                droppedAsMalformed(wrong);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1122_4_1_3_4_aWrongUdpChecksumIsDropped(boolean ipv4) {
        byte[] packet = Packets.udp(flow(ipv4), Raw.bytes(1, 2, 3));
        for (int at = Packets.ipHeader(ipv4); at < packet.length; at++) {
            byte[] wrong = packet.clone();
            wrong[at] ^= 0x10;
            droppedAsMalformed(wrong);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc792_rfc4443_2_3_aWrongIcmpChecksumIsDropped(boolean ipv4) {
        byte[] packet = echo(ipv4);
        for (int at = Packets.ipHeader(ipv4); at < packet.length; at++) {
            byte[] wrong = packet.clone();
            wrong[at] ^= 0x10;
            droppedAsMalformed(wrong);
        }
        droppedAsMalformed(Packets.ip(
                flow(ipv4).client(), flow(ipv4).target(), ipv4 ? 1 : 58, Raw.bytes(ipv4 ? 8 : 128, 0, 0, 0), 2));
    }

    /** ICMPv6 has the pseudo-header in its checksum; a message summed as ICMP is wrong, and so is the other way. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc4443_2_3_thePseudoHeaderCounts(boolean ipv4) {
        byte[] packet = echo(ipv4);
        int offset = Packets.ipHeader(ipv4);
        byte[] swapped = Packets.transport(echo(!ipv4));
        swapped[0] = packet[offset];
        byte[] wrong = Raw.concat(Arrays.copyOf(packet, offset), swapped);
        droppedAsMalformed(wrong);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc768_lengthsThatDoNotFitAreDropped(boolean ipv4) {
        byte[] udp = Packets.transport(Packets.udp(flow(ipv4), Raw.bytes(1, 2, 3, 4)));
        for (int length : new int[] {0, 1, 7, 13, 0x7fff, 0xffff}) {
            byte[] wrong = udp.clone();
            wrong[4] = (byte) (length >> 8);
            wrong[5] = (byte) length;
            wrong[6] = 0;
            wrong[7] = 0;
            droppedAsMalformed(Packets.ip(flow(ipv4).client(), flow(ipv4).target(), IpProtocol.UDP, wrong, 6));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc768_whatLiesBehindTheUdpLengthIsNotPayload(boolean ipv4) {
        byte[] packet = Packets.udp(flow(ipv4), Raw.bytes('a', 'b', 'c'));
        byte[] surplus = Raw.concat(Packets.transport(packet), Raw.bytes(9, 9, 9));
        host.receive(Raw.ip(flow(ipv4), IpProtocol.UDP, surplus));
        assertThat(host.datagrams).containsExactly("abc");
    }

    @ParameterizedTest
    @CsvSource({"true, 0, 80", "true, 5000, 0", "false, 0, 80", "false, 5000, 0"})
    void rfc768_portZeroCannotBeAnswered(boolean ipv4, int source, int target) {
        FlowKey flow = new FlowKey(flow(ipv4).client(), source, flow(ipv4).target(), target);
        droppedAsMalformed(Packets.udp(flow, Raw.bytes(1)));
        droppedAsMalformed(Packets.tcp(flow, Seg.of(Seg.SYN)));
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 4", "false, 0", "false, 4", "true, 7", "false, 7"})
    void rfc9293_3_1_aDataOffsetThatDoesNotFitIsDropped(boolean ipv4, int words) {
        byte[] tcp = Packets.transport(Packets.tcp(flow(ipv4), Seg.of(Seg.SYN)));
        tcp[12] = (byte) (words << 4);
        tcp[16] = 0;
        tcp[17] = 0;
        droppedAsMalformed(Packets.ip(flow(ipv4).client(), flow(ipv4).target(), IpProtocol.TCP, tcp, 16));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0", // end of options
                "1 1 1 0", // NOPs
                "148 4 0 0", // router alert
                "68 12 5 0 0 0 0 0 0 0 0 0", // timestamps
                "7 7 4 0 0 0 0", // record route
                "130 11 0 0 0 0 0 0 0 0 0", // security
                "94 4 1 2 30 2", // experimental
                "0 68 0 0" // whatever is behind the end
            })
    void rfc1122_3_2_1_8_optionsAreSkipped(String text) {
        byte[] message = Packets.transport(echo(true));
        host.receive(Raw.ipv4(FlowKey.v4(0), IpProtocol.ICMP, options(text), 0, 0, message));
        assertThat(Packets.isValid(host.onlyAnswer())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"68 0 0 0, 20", "1 68 1 0, 21", "7 9 4 0, 20", "1 1 1 7, 23"})
    void rfc1122_3_2_2_5_aMalformedOptionIsReported(String text, int pointer) {
        byte[] packet = Raw.ipv4(FlowKey.v4(0), IpProtocol.ICMP, options(text), 0, 0, Packets.transport(echo(true)));
        host.receive(packet);
        byte[] problem = host.onlyAnswer();
        assertThat(Raw.icmpTypeAndCode(problem)).isEqualTo(12 << 8);
        assertThat(Raw.icmpRest(problem)).isEqualTo(pointer << 24);
        assertThat(Raw.icmpQuote(problem)).isEqualTo(packet);
        assertThat(host.stats().malformed).isOne();
    }

    private static byte[] options(String text) {
        return Raw.bytes(
                Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray());
    }

    @Test
    void rfc2675_5_jumbogramsAreDropped() {
        byte[] packet =
                Raw.withExtensions(echo(false), new int[] {IpProtocol.HOP_BY_HOP}, Raw.options(0xc2, 4, 0, 1, 0, 0));
        packet[4] = 0;
        packet[5] = 0;
        droppedAsMalformed(packet);
    }
}
