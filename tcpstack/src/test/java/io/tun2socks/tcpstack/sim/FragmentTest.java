package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.TcpHeader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fragments through the whole stack; the reassembler's own tests are {@code FragmentReassembler…Test}. */
class FragmentTest {
    private static final int FLOOD = 20_000;
    private static final long REASSEMBLY_MILLIS = 60_000;

    private final IpHost host = new IpHost(1500);

    @AfterEach
    void close() {
        host.close();
    }

    private static FlowKey flow(boolean ipv4) {
        return ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
    }

    private static byte[] udp(boolean ipv4, int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return Packets.udp(flow(ipv4), payload);
    }

    private static String payload(byte[] udp) {
        byte[] b = Packets.transport(udp);
        return new String(b, 8, b.length - 8, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({"true, 3000", "true, 60000", "true, 65507", "false, 3000", "false, 60000", "false, 65527"})
    void rfc791_3_2_rfc8200_4_5_datagramsArriveWholeInAnyOrder(boolean ipv4, int length) {
        byte[] packet = udp(ipv4, length);
        List<byte[]> fragments = Raw.fragments(packet, 77, 1448);
        for (int round = 0; round < 3; round++) {
            Collections.shuffle(fragments, new Random(round));
            fragments.forEach(host::receive);
            assertThat(host.datagrams).containsExactly(payload(packet));
            host.datagrams.clear();
        }
        assertThat(host.usedMemory()).as("nothing is kept").isLessThan(2000);
    }

    @Test
    void rfc791_3_2_aFragmentedSynOpensAConnection() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] syn = Packets.tcp(flow(ipv4), Seg.of(Seg.SYN).mss(1460).data(new byte[100]));
            Raw.fragments(syn, 3, 64).forEach(host::receive);
        }
        assertThat(host.syns).isEqualTo(2);
    }

    /** The checksum is verified over the whole, and nobody vouches for it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1122_4_1_3_4_aWrongChecksumOfTheWholeIsDropped(boolean ipv4) {
        byte[] packet = udp(ipv4, 3000);
        packet[2000] ^= 1;
        Raw.fragments(packet, 1, 1448).forEach(host::receive);
        assertThat(host.datagrams).isEmpty();
        assertThat(host.stats().malformed).isOne();
    }

    /** RFC 1858 and RFC 3128 for IPv4: overlapping never rewrites what was checked; here the whole datagram goes. */
    @ParameterizedTest
    @CsvSource({"true, 8", "true, 16", "true, 1440", "false, 8", "false, 16", "false, 1440"})
    void rfc5722_4_rfc1858_4_overlapsDropTheDatagram(boolean ipv4, int overlap) {
        byte[] packet = udp(ipv4, 2800);
        byte[] data = Packets.transport(packet);
        FlowKey flow = flow(ipv4);
        host.receive(Raw.fragment(flow, 17, 9, 0, true, Arrays.copyOf(data, 1448)));
        host.receive(Raw.fragment(flow, 17, 9, 1448 - overlap, false, Arrays.copyOfRange(data, 1448 - overlap, 2808)));
        host.receive(Raw.fragment(flow, 17, 9, 1448, false, Arrays.copyOfRange(data, 1448, 2808)));
        assertThat(host.datagrams).isEmpty();
        assertThat(host.stats().reassemblyFailed).isOne();
        host.silent();
    }

    /** A retransmission of a fragment is no overlap. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc8200_4_5_exactDuplicatesAreIgnored(boolean ipv4) {
        byte[] packet = udp(ipv4, 2800);
        List<byte[]> fragments = Raw.fragments(packet, 9, 1448);
        host.receive(fragments.get(0), fragments.get(0), fragments.get(1));
        assertThat(host.datagrams).containsExactly(payload(packet));
    }

    /** An atomic fragment is whole, whatever waits under its identification. */
    @Test
    void rfc6946_4_atomicFragmentsStandAlone() {
        byte[] other = udp(false, 2800);
        List<byte[]> fragments = Raw.fragments(other, 9, 1448);
        host.receive(fragments.get(0));
        byte[] small = udp(false, 50);
        host.receive(Raw.fragment(flow(false), 17, 9, 0, false, Packets.transport(small)));
        assertThat(host.datagrams).containsExactly(payload(small));
        host.receive(fragments.get(1));
        assertThat(host.datagrams).containsExactly(payload(small), payload(other));
    }

    @ParameterizedTest
    @CsvSource({"6, 8", "6, 16", "1, 0"})
    void rfc1858_3_aFirstFragmentWithoutTheWholeTransportHeaderIsDropped(int protocol, int length) {
        byte[] data = Packets.transport(Packets.tcp(flow(true), Seg.of(Seg.SYN).mss(1460)));
        byte[] first = Arrays.copyOf(data, length);
        host.receive(Raw.fragment(flow(true), protocol, 4, 0, true, first));
        assertThat(host.stats().malformed).isOne();
        host.receive(Raw.fragment(flow(true), protocol, 4, length, false, Arrays.copyOfRange(data, length, 24)));
        assertThat(host.syns).isZero();
    }

    @Test
    void rfc1858_3_tcpOptionsBelongToTheHeader() {
        byte[] data = Packets.transport(Packets.tcp(
                flow(true), Seg.of(Seg.SYN).mss(1460).timestamps(1, 0).data(new byte[8])));
        assertThat(TcpHeader.headerLength(Unpooled.wrappedBuffer(data), 0)).isEqualTo(36);
        host.receive(Raw.fragment(flow(true), 6, 4, 0, true, Arrays.copyOf(data, 24)));
        assertThat(host.stats().malformed).isOne();
        host.receive(Raw.fragment(flow(true), 6, 5, 0, true, Arrays.copyOf(data, 40)));
        host.receive(Raw.fragment(flow(true), 6, 5, 40, false, Arrays.copyOfRange(data, 40, 44)));
        assertThat(host.syns).isOne();
    }

    @Test
    void rfc3128_2_aFragmentAtEightBytesOfTcpIsDropped() {
        host.receive(Raw.fragment(flow(true), 6, 4, 8, true, new byte[16]));
        host.receive(Raw.fragment(flow(true), 6, 4, 16, true, new byte[16]));
        assertThat(host.stats().malformed).isEqualTo(2);
        assertThat(host.usedMemory()).isLessThan(2000);
    }

    @Test
    void rfc7112_5_aFirstFragmentWithoutTheHeaderChainIsReported() {
        byte[] chain = Raw.concat(Raw.bytes(17, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), udpHeader());
        for (int length : new int[] {8, 16, 8 + 8}) {
            byte[] first =
                    Raw.fragment(flow(false), IpProtocol.DESTINATION_OPTIONS, 4, 0, true, Arrays.copyOf(chain, length));
            reported(first, 3, 0);
        }
        assertThat(host.stats().malformed).isEqualTo(3);
    }

    private static byte[] udpHeader() {
        return Packets.transport(Packets.udp(flow(false), new byte[0]));
    }

    private void reported(byte[] packet, int code, int pointer) {
        host.receive(packet);
        byte[] problem = host.onlyAnswer();
        assertThat(Raw.icmpTypeAndCode(problem)).isEqualTo(4 << 8 | code);
        assertThat(Raw.icmpRest(problem)).isEqualTo(pointer);
        assertThat(Raw.icmpQuote(problem)).isEqualTo(Arrays.copyOf(packet, Math.min(packet.length, 1232)));
    }

    @Test
    void rfc8200_4_5_aLengthThatIsNoMultipleOfEightIsReported() {
        reported(Raw.fragment(flow(false), 17, 4, 0, true, new byte[17]), 0, 4);
        host.receive(Raw.fragment(flow(true), 17, 4, 0, true, new byte[17])).silent();
        assertThat(host.stats().malformed).isEqualTo(2);
    }

    @Test
    void rfc8200_4_5_aDatagramLongerThan65535IsReported() {
        reported(Raw.fragment(flow(false), 17, 4, 65528, false, new byte[8]), 0, 42);
        host.receive(Raw.fragment(flow(false), 58, 4, 65528, false, new byte[8]))
                .silent();
        host.receive(Raw.fragment(flow(true), 17, 4, 65528, false, new byte[8])).silent();
        host.receive(Raw.fragment(flow(true), 17, 4, 65512, false, new byte[8])).silent();
        assertThat(host.stats().malformed).isEqualTo(4);
    }

    @Test
    void rfc8200_4_1_hopByHopOptionsBehindTheFragmentHeaderAreReported() {
        reported(Raw.fragment(flow(false), 0, 4, 0, true, Raw.concat(Raw.options(), udpHeader())), 1, 40);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc792_rfc4443_3_3_theSenderIsToldWhenFragmentsDoNotCome(boolean ipv4) {
        List<byte[]> fragments = Raw.fragments(udp(ipv4, 2800), 0x1234, 1448);
        host.receive(fragments.get(0));
        host.advance(REASSEMBLY_MILLIS - 10).silent();
        host.advance(20);
        byte[] error = host.onlyAnswer();
        assertThat(Packets.isValid(error)).isTrue();
        assertThat(Packets.source(error)).isEqualTo(flow(ipv4).target());
        assertThat(Packets.destination(error)).isEqualTo(flow(ipv4).client());
        assertThat(Raw.icmpTypeAndCode(error)).isEqualTo((ipv4 ? 11 : 3) << 8 | 1);
        assertThat(Raw.icmpRest(error)).isZero();
        assertThat(Raw.icmpQuote(error)).isEqualTo(Arrays.copyOf(fragments.get(0), ipv4 ? 548 : 1232));
        assertThat(host.stats().reassemblyFailed).isOne();
        assertThat(host.usedMemory()).isLessThan(2000);
        // What comes now is too late.
        host.receive(fragments.get(1));
        assertThat(host.datagrams).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc792_rfc4443_3_3_withoutTheFirstFragmentNothingIsSaid(boolean ipv4) {
        host.receive(Raw.fragments(udp(ipv4, 2800), 0x1234, 1448).get(1));
        host.advance(REASSEMBLY_MILLIS + 100).silent();
        assertThat(host.stats().reassemblyFailed).isOne();
    }

    @Test
    void rfc4443_2_4_e_nothingIsSaidOfErrorsThatCameInFragments() {
        byte[] error = Raw.icmpError(flow(false).client(), flow(false).target(), 1, 0, 0, new byte[2000]);
        host.receive(Raw.fragments(error, 5, 1200).get(0));
        byte[] error4 = Raw.icmpError(flow(true).client(), flow(true).target(), 3, 0, 0, new byte[2000]);
        host.receive(Raw.fragments(error4, 5, 1200).get(0));
        host.advance(REASSEMBLY_MILLIS + 100).silent();
        assertThat(host.stats().reassemblyFailed).isEqualTo(2);
    }

    /** From the first that arrives on, whichever it is; later ones give no more time. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1122_3_3_2_rfc8200_4_5_fragmentsAreWaitedForSixtySeconds(boolean ipv4) {
        byte[] packet = udp(ipv4, 4000);
        List<byte[]> fragments = Raw.fragments(packet, 1, 1448);
        host.receive(fragments.get(2));
        host.advance(REASSEMBLY_MILLIS / 2);
        host.receive(fragments.get(0));
        host.advance(REASSEMBLY_MILLIS / 2 - 10);
        host.receive(fragments.get(1));
        assertThat(host.datagrams).containsExactly(payload(packet));
        host.receive(fragments.get(2));
        host.advance(REASSEMBLY_MILLIS / 2);
        host.receive(fragments.get(0));
        host.advance(REASSEMBLY_MILLIS / 2 + 10);
        host.receive(fragments.get(1));
        assertThat(host.datagrams).hasSize(1);
        host.advance(REASSEMBLY_MILLIS + 10);
        host.sent.clear();
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void rfc1122_3_3_2_aFloodOfFirstFragmentsHarmsNobodyElse(boolean ipv4, boolean ofManySources) {
        byte[] healthy = udp(ipv4, 3000);
        List<byte[]> fragments = Raw.fragments(healthy, 1, 1448);
        int rounds = 0;
        long most = 0;
        for (int i = 0; i < FLOOD; i++) {
            int source = ofManySources ? i : 1;
            IpAddress attacker = IpAddress.parse(
                            ipv4
                                    ? "10.9." + (source >> 8) + "." + (source & 0xff)
                                    : "2001:db8:9::" + Integer.toHexString(source))
                    .orElseThrow();
            FlowKey flood = new FlowKey(attacker, 0, flow(ipv4).target(), 0);
            host.receive(Raw.fragment(flood, 17, i, 0, true, new byte[1400]));
            if (i % 200 == 0) {
                // Its fragments with a hundred of the flood's between them.
                host.receive(fragments.get(0));
            } else if (i % 200 == 100) {
                host.receive(fragments.get(1), fragments.get(2));
                rounds++;
            }
            most = Math.max(most, host.usedMemory());
        }
        assertThat(host.datagrams).hasSize(rounds).containsOnly(payload(healthy));
        assertThat(most).as("bytes held").isLessThan(4 << 20);
        assertThat(host.stats().reassemblyFailed).isGreaterThan(FLOOD - 300);
        host.advance(REASSEMBLY_MILLIS + 100);
        assertThat(host.usedMemory()).isLessThan(2000);
        assertThat(host.sent).as("time exceeded").hasSizeLessThanOrEqualTo(256);
    }

    /** TCP goes on beside a flood of fragments, which may even carry its own addresses. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1122_3_3_2_connectionsGoOnDuringAFlood(boolean ipv4) {
        try (ScriptedPeer peer = ScriptedPeer.plain()) {
            FlowKey key = ipv4 ? FlowKey.v4(40000) : FlowKey.v6(40000);
            peer.use(key).connect();
            for (int i = 0; i < FLOOD / 10; i++) {
                peer.deliver(SimPacket.plain(Raw.fragment(key, 6, i, 0, true, new byte[1400])));
                if (i % 100 == 0) {
                    peer.inject(Seg.of(Seg.ACK).seq(1 + i / 100).ack(1).data("x"));
                }
            }
            assertThat(peer.flow().received).hasSize(FLOOD / 1000);
            assertThat(peer.usedMemory()).isLessThan(5 << 20);
        }
    }

    /** RFC 3168 5.3: a mark on any fragment counts, and one on a datagram that cannot have it drops it. */
    @ParameterizedTest
    @CsvSource({"2, 3, true", "1, 3, true", "3, 3, true", "0, 3, false", "0, 0, true", "2, 2, true"})
    void rfc3168_5_3_marksOfFragmentsMustAgree(int first, int second, boolean whole) {
        for (boolean ipv4 : new boolean[] {true, false}) {
            List<byte[]> fragments = Raw.fragments(udp(ipv4, 2800), 8, 1448);
            host.datagrams.clear();
            host.receive(Raw.withEcn(fragments.get(0), first), Raw.withEcn(fragments.get(1), second));
            assertThat(host.datagrams).hasSize(whole ? 1 : 0);
        }
    }
}
