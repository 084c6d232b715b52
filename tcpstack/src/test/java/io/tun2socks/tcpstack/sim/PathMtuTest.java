package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routers that say a TCP segment of ours was too long, and who is believed. */
class PathMtuTest {
    private static final int MTU = 1500;

    private ScriptedPeer peer = ScriptedPeer.plain();
    private FlowKey flow = FlowKey.v4(40000);

    @AfterEach
    void close() {
        peer.close();
    }

    private void use(boolean ipv4, Offloads offloads) {
        peer.close();
        peer = new ScriptedPeer(StackConfig.defaults(MTU, offloads));
        use(ipv4 ? FlowKey.v4(40000) : FlowKey.v6(40000));
    }

    private void use(FlowKey newFlow) {
        flow = newFlow;
        peer.use(newFlow);
    }

    private int mss(int mtu) {
        return mtu - Packets.ipHeader(flow.isIpv4()) - 20;
    }

    /** A segment of the stack's as it went out, or could have: SEG.SEQ is relative. */
    private byte[] segment(int seq, int length) {
        Seg s = Seg.of(Seg.ACK).seq(peer.serverIsn() + seq).ack(0x7fff_0001).data(new byte[length]);
        return Packets.tcp(flow.reversed(), s);
    }

    private void tooBig(int seq, int mtu) {
        peer.deliver(SimPacket.plain(Raw.tooBig(segment(seq, mss(MTU)), mtu, 1000)));
    }

    /** Sends ten full segments into the network. */
    private void fly() {
        peer.connect();
        peer.write(100 * mss(MTU));
        assertThat(peer.drain())
                .hasSize(10)
                .allSatisfy(s -> assertThat(s.payload).hasSize(mss(MTU)));
    }

    private void nothingChanged() {
        peer.expectNothing();
        assertThat(peer.stack().stats().packetTooBig).isZero();
        peer.inject(Seg.of(Seg.ACK).seq(1).ack(1 + mss(MTU)));
        assertThat(peer.drain())
                .isNotEmpty()
                .allSatisfy(s -> assertThat(s.payload).hasSize(mss(MTU)));
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void rfc1191_6_4_rfc8201_5_4_whatIsInFlightIsSentAgainInShorterSegmentsAtOnce(boolean ipv4, boolean offloads) {
        use(ipv4, offloads ? Offloads.ALL : Offloads.NONE);
        fly();
        tooBig(1, 1400);
        List<Seg> again = peer.drain();
        assertThat(again.get(0).seq).isOne();
        int next = 1;
        for (Seg s : again) {
            assertThat(s.seq).isEqualTo(next);
            assertThat(s.payload).hasSizeLessThanOrEqualTo(mss(1400));
            next += s.payload.length;
        }
        assertThat(next).as("no congestion: cwnd is used up to the end").isGreaterThan(9 * mss(MTU));
        assertThat(peer.stack().stats().packetTooBig).isOne();
        assertThat(peer.stack().stats().timeouts).isZero();
        // Other routers' messages about the same flight change nothing.
        tooBig(1, 1400);
        tooBig(1 + mss(MTU), 1400);
        peer.expectNothing();
        peer.inject(Seg.of(Seg.ACK).seq(1).ack(next));
        assertThat(peer.drain())
                .hasSizeGreaterThan(8)
                .allSatisfy(s -> assertThat(s.payload).hasSizeLessThanOrEqualTo(mss(1400)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc6691_2_timestampsTakeTheirShare(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        peer.connect(Seg.of(Seg.SYN).mss(1460).sackPermitted(true).timestamps(0, 0));
        peer.write(20_000);
        peer.drain();
        tooBig(1, 1300);
        assertThat(peer.next().payload).hasSize(mss(1300) - 12);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1191_6_4_withoutSackAsWell(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        peer.connect(Seg.of(Seg.SYN).mss(1460));
        peer.write(5 * mss(MTU));
        peer.drain();
        tooBig(1, 1300);
        int sentAgain = peer.drain().stream().mapToInt(Seg::length).sum();
        assertThat(sentAgain).isEqualTo(5 * mss(MTU));
        peer.inject(Seg.of(Seg.ACK).seq(1).ack(1 + 5 * mss(MTU)));
        peer.expectNothing();
    }

    /** SND.UNA &lt;= SEG.SEQ &lt; SND.NXT: who cannot see the connection has to guess this. */
    @ParameterizedTest
    @CsvSource({"true, 0", "true, -1000", "true, 14601", "true, 1000000", "false, 0", "false, 14401", "false, 16000"})
    void rfc5927_4_1_aSegmentThatIsNotInFlightIsNotBelieved(boolean ipv4, int seq) {
        use(ipv4, Offloads.NONE);
        fly();
        tooBig(seq, 1300);
        nothingChanged();
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "true, 14600", "false, 1", "false, 14400"})
    void rfc5927_4_1_aSegmentAtTheEdgesIsInFlight(boolean ipv4, int seq) {
        use(ipv4, Offloads.NONE);
        fly();
        tooBig(seq, 1300);
        assertThat(peer.stack().stats().packetTooBig).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc5927_4_aQuoteOfAnotherConnectionIsNotBelieved(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        fly();
        FlowKey right = flow;
        IpAddress other =
                IpAddress.parse(ipv4 ? "192.0.2.81" : "2001:db8:80::2").orElseThrow();
        for (FlowKey wrong : new FlowKey[] {
            new FlowKey(right.client(), 40001, right.target(), 80),
            new FlowKey(right.client(), 40000, right.target(), 81),
            new FlowKey(right.client(), 40000, other, 80),
            right.reversed()
        }) {
            flow = wrong;
            tooBig(1, 1300);
        }
        flow = right;
        nothingChanged();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc792_rfc4443_3_2_aQuoteOfEightBytesOfTcpIsEnough(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        fly();
        int header = Packets.ipHeader(ipv4);
        for (int length : new int[] {0, 1, header - 1, header, header + 7}) {
            peer.deliver(SimPacket.plain(Raw.tooBig(segment(1, 1000), 1300, length)));
        }
        peer.expectNothing();
        peer.deliver(SimPacket.plain(Raw.tooBig(segment(1, 1000), 1300, header + 8)));
        assertThat(peer.next().payload).hasSize(mss(1300));
    }

    @Test
    void rfc1812_4_3_2_3_theQuoteMayHaveOptions() {
        fly();
        byte[] quoted = Raw.ipv4(
                flow.reversed(), IpProtocol.TCP, Raw.bytes(1, 1, 1, 1), 0, 0, Packets.transport(segment(1, 100)));
        peer.deliver(SimPacket.plain(Raw.tooBig(quoted, 1300, 100)));
        assertThat(peer.next().payload).hasSize(mss(1300));
    }

    @Test
    void rfc4443_3_2_theQuoteMayHaveExtensionHeaders() {
        use(false, Offloads.NONE);
        fly();
        byte[] quoted = Raw.withExtensions(
                segment(1, 100),
                new int[] {IpProtocol.HOP_BY_HOP, IpProtocol.FRAGMENT, IpProtocol.DESTINATION_OPTIONS},
                Raw.options(5, 2, 0, 0),
                Raw.bytes(0, 0, 0, 1, 0, 0, 0, 9),
                Raw.options());
        peer.deliver(SimPacket.plain(Raw.tooBig(quoted, 1300, 200)));
        assertThat(peer.next().payload).hasSize(mss(1300));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc5927_4_quotesThatAreNoSegmentOfOursAreNotBelieved(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        fly();
        byte[] good = segment(1, 100);
        byte[] tcp = Packets.transport(good);
        byte[][] wrong = {
            Raw.with(good, ipv4 ? 9 : 6, 132),
            Raw.ip(flow.reversed(), ipv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6, tcp),
            Raw.fragment(flow.reversed(), IpProtocol.TCP, 1, 1480, false, tcp),
            ipv4 ? Raw.with(good, 0, 0x41) : Raw.with(good, 0, 0x40),
            ipv4 ? Raw.with(good, 0, 0x65) : Raw.with(good, 0, 0x70),
        };
        for (byte[] quoted : wrong) {
            byte[] envelope = Raw.tooBig(good, 1300, 0);
            IpAddress router = Packets.source(envelope);
            int type = Raw.icmpTypeAndCode(envelope);
            peer.deliver(SimPacket.plain(Raw.icmpError(router, flow.target(), type >>> 8, type & 0xff, 1300, quoted)));
        }
        nothingChanged();
    }

    @Test
    void rfc4291_2_5_5_2_ipv6DoesNotSpeakForIpv4() {
        fly();
        byte[] quoted = Raw.ipv6(flow.target(), flow.client(), IpProtocol.TCP, Packets.transport(segment(1, 100)));
        IpAddress router = FlowKey.v6(0).client();
        peer.deliver(SimPacket.plain(Raw.icmpError(router, FlowKey.v6(0).target(), 2, 0, 1300, quoted)));
        nothingChanged();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1122_3_2_2_aMessageWithAWrongChecksumIsDropped(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        fly();
        byte[] message = Raw.tooBig(segment(1, 100), 1300, 100);
        message[message.length - 1] ^= 1;
        peer.deliver(SimPacket.plain(message));
        assertThat(peer.stack().stats().malformed).isOne();
        nothingChanged();
    }

    @ParameterizedTest
    @CsvSource({"true, 1500", "true, 1501", "true, 65535", "true, 1", "true, 67", "false, 1500", "false, 9000"})
    void rfc1191_6_3_rfc8201_4_anMtuThatIsNoReductionOrNonsenseIsIgnored(boolean ipv4, int mtu) {
        use(ipv4, Offloads.NONE);
        fly();
        tooBig(1, mtu);
        peer.expectNothing();
        peer.inject(Seg.of(Seg.ACK).seq(1).ack(1 + mss(MTU)));
        assertThat(peer.next().payload).hasSize(mss(MTU));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 576, 1279})
    void rfc8201_4_lessThan1280IsIgnoredInIpv6(int mtu) {
        use(false, Offloads.NONE);
        fly();
        tooBig(1, mtu);
        nothingChanged();
    }

    @Test
    void rfc8201_4_1280IsTaken() {
        use(false, Offloads.NONE);
        fly();
        tooBig(1, 1280);
        assertThat(peer.next().payload).hasSize(1220);
    }

    @ParameterizedTest
    @CsvSource({"552, 512", "551, 512", "296, 512", "68, 512", "553, 513"})
    void rfc1191_3_belowOurLeastWeSend552(int mtu, int payload) {
        fly();
        tooBig(1, mtu);
        assertThat(peer.next().payload).hasSize(payload);
    }

    @ParameterizedTest
    @CsvSource({"1500, 1492", "1492, 1006", "1006, 552", "1400, 1006"})
    void rfc1191_7_1_withoutAnMtuTheNextPlateauIsTaken(int length, int mtu) {
        fly();
        byte[] quoted = segment(1, length - 40);
        peer.deliver(SimPacket.plain(Raw.tooBig(quoted, 0, 28)));
        assertThat(peer.next().payload).hasSize(mss(mtu));
    }

    @Test
    void rfc1191_4_theUpperHalfOfTheFieldIsUnused() {
        fly();
        tooBig(1, 0x1234_0000 | 1300);
        assertThat(peer.next().payload).hasSize(mss(1300));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1191_6_3_newConnectionsOfTheClientKnowItForTenMinutes(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        fly();
        tooBig(1, 1300);
        peer.drain();
        peer.inject(Seg.of(Seg.RST).seq(1));
        FlowKey first = flow;
        use(new FlowKey(first.client(), 40001, first.target(), 443));
        peer.inject(Seg.of(Seg.SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle();
        assertThat(peer.next().mss).as("what we take has not changed").isEqualTo(mss(MTU));
        peer.inject(Seg.of(Seg.ACK).seq(1).ack(1));
        peer.write(3000);
        assertThat(peer.next().payload).hasSize(mss(1300));
        peer.drain();
        IpAddress other = IpAddress.parse(ipv4 ? "10.0.0.3" : "2001:db8::3").orElseThrow();
        use(new FlowKey(other, 40001, first.target(), 443));
        peer.connect();
        peer.write(3000);
        assertThat(peer.next().payload).as("another client").hasSize(mss(MTU));
        peer.drain();
        peer.advance(600_000);
        use(new FlowKey(first.client(), 40002, first.target(), 443));
        peer.drain();
        peer.connect();
        peer.write(3000);
        assertThat(peer.next().payload).as("after ten minutes").hasSize(mss(MTU));
    }

    /** All that RFC 1122 and RFC 5461 call soft, and what RFC 6633 has taken back. */
    @ParameterizedTest
    @CsvSource({
        "true, 3, 0", "true, 3, 1", "true, 3, 2", "true, 3, 3", "true, 3, 5", "true, 3, 13", "true, 4, 0",
        "true, 5, 1", "true, 11, 0", "true, 11, 1", "true, 12, 0", "false, 1, 0", "false, 1, 1", "false, 1, 3",
        "false, 1, 4", "false, 3, 0", "false, 3, 1", "false, 4, 0", "false, 4, 1", "false, 100, 0"
    })
    void rfc5461_4_rfc6633_4_otherErrorsAreSoft(boolean ipv4, int type, int code) {
        use(ipv4, Offloads.NONE);
        fly();
        IpAddress router = IpAddress.parse(ipv4 ? "10.0.0.1" : "2001:db8::1").orElseThrow();
        peer.deliver(SimPacket.plain(
                Raw.icmpError(router, flow.target(), type, code, 1300, Arrays.copyOf(segment(1, 100), 100))));
        assertThat(peer.stack().stats().ignored).isOne();
        assertThat(peer.flow().closed).isNull();
        nothingChanged();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc5461_4_aHalfOpenConnectionOutlivesErrorsToo(boolean ipv4) {
        use(ipv4, Offloads.NONE);
        peer.inject(Seg.of(Seg.SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle();
        peer.expect(Seg.SYN | Seg.ACK, 0, 1, 0);
        IpAddress router = IpAddress.parse(ipv4 ? "10.0.0.1" : "2001:db8::1").orElseThrow();
        int type = ipv4 ? 3 : 1;
        peer.deliver(SimPacket.plain(Raw.icmpError(router, flow.target(), type, 1, 0, segment(0, 0))));
        tooBig(0, 1300);
        peer.inject(Seg.of(Seg.ACK).seq(1).ack(1));
        assertThat(peer.flow().established).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1191_6_2_datagramsAreFragmentedForThePath(boolean ipv4) {
        try (IpHost host = new IpHost(MTU)) {
            FlowKey udp = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
            host.receive(Packets.udp(udp, new byte[1]));
            host.send(udp, 1400);
            byte[] whole = host.onlyAnswer();
            FlowKey stranger = new FlowKey(udp.client(), 5001, udp.target(), 80);
            host.receive(Raw.tooBig(Packets.udp(stranger.reversed(), new byte[1400]), 1300, 100));
            host.send(udp, 1400);
            assertThat(host.onlyAnswer()).as("a stranger is not believed").hasSameSizeAs(whole);
            host.receive(Raw.tooBig(whole, 1300, 100));
            assertThat(host.stats().packetTooBig).isOne();
            host.send(udp, 1400);
            assertThat(host.sent)
                    .hasSize(2)
                    .allSatisfy(fragment -> assertThat(fragment).hasSizeLessThanOrEqualTo(1300));
        }
    }

    /** Below 552 we do not go; routers have to fragment, so that the client gets it still. */
    @Test
    void rfc1191_3_belowOurLeastRoutersMayFragment() {
        try (IpHost host = new IpHost(MTU)) {
            FlowKey udp = FlowKey.v4(5000);
            host.receive(Packets.udp(udp, new byte[1]));
            host.send(udp, 400);
            assertThat(flags(host.sent.peek())).isEqualTo(Ipv4Header.DF);
            host.receive(Raw.tooBig(host.onlyAnswer(), 300, 28));
            host.send(udp, 400);
            assertThat(flags(host.onlyAnswer()))
                    .as("longer than the path takes")
                    .isZero();
            host.send(udp, 200);
            assertThat(flags(host.onlyAnswer())).as("short enough").isEqualTo(Ipv4Header.DF);
            host.send(udp, 1000);
            assertThat(host.sent).hasSize(2).allSatisfy(f -> assertThat(f).hasSizeLessThanOrEqualTo(552));
        }
    }

    private static int flags(byte[] packet) {
        return (packet[6] & 0xe0) << 8;
    }
}
