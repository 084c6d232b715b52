package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ECN is refused, and never half spoken: a client that offers it gets a connection without. */
class EcnTest {
    private static final int CE = 3;
    /** The flag that Accurate ECN (RFC 9768) has taken out of the reserved bits: the lowest of byte 12. */
    private static final int AE = 1;

    private ScriptedPeer peer = new ScriptedPeer(StackConfig.defaults(1500, Offloads.NONE));

    @AfterEach
    void close() {
        peer.close();
    }

    private static FlowKey flow(boolean ipv4) {
        return ipv4 ? FlowKey.v4(40000) : FlowKey.v6(40000);
    }

    @ParameterizedTest
    @CsvSource({"true, 0xc0", "true, 0x40", "true, 0x80", "false, 0xc0", "false, 0x40", "false, 0x80"})
    void rfc3168_6_1_1_anOfferIsAnsweredWithoutEce(boolean ipv4, String bits) {
        peer.use(flow(ipv4));
        peer.inject(Seg.of(Seg.SYN | Integer.decode(bits)).mss(1460));
        peer.flow().connection.accept();
        peer.settle();
        peer.expect(Seg.SYN | Seg.ACK, 0, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc9768_3_1_1_anOfferOfAccurateEcnIsRefusedAsWell(boolean ipv4) {
        peer.use(flow(ipv4));
        byte[] syn = Packets.tcp(flow(ipv4), Seg.of(Seg.SYN | TcpHeader.ECE | TcpHeader.CWR));
        byte[] tcp = Packets.transport(syn);
        tcp[12] |= AE;
        tcp[16] = 0;
        tcp[17] = 0;
        peer.deliver(SimPacket.plain(
                Packets.ip(flow(ipv4).client(), flow(ipv4).target(), 6, tcp, TcpHeader.CHECKSUM_OFFSET)));
        peer.flow().connection.accept();
        peer.settle();
        Seg answer = peer.next();
        assertThat(answer.flags).isEqualTo(Seg.SYN | Seg.ACK);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x02, 0x04, 0x08, 0x0e, 0x0f})
    void rfc9293_3_1_reservedBitsOfASegmentAreIgnored(int bits) {
        peer.connect();
        byte[] packet = Packets.tcp(
                FlowKey.v4(40000),
                Seg.of(Seg.ACK).seq(0x7fff_0001).ack(peer.serverIsn() + 1).data("abc"));
        byte[] tcp = Packets.transport(packet);
        tcp[12] |= (byte) bits;
        tcp[16] = 0;
        tcp[17] = 0;
        peer.deliver(SimPacket.plain(
                Packets.ip(Packets.source(packet), Packets.destination(packet), 6, tcp, TcpHeader.CHECKSUM_OFFSET)));
        assertThat(peer.flow().received).hasToString("abc");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc3168_6_1_3_congestionExperiencedIsNotEchoed(boolean ipv4) {
        peer.use(flow(ipv4));
        peer.connect();
        int seq = 0x7fff_0001;
        for (String text : new String[] {"abc", "def", "ghi"}) {
            byte[] packet = Packets.tcp(
                    flow(ipv4),
                    Seg.of(Seg.ACK | Seg.PSH | TcpHeader.CWR)
                            .seq(seq)
                            .ack(peer.serverIsn() + 1)
                            .data(text));
            peer.deliver(SimPacket.plain(Raw.withEcn(packet, CE)));
            seq += 3;
        }
        peer.advance(500);
        assertThat(peer.flow().received).hasToString("abcdefghi");
        assertThat(peer.drain())
                .isNotEmpty()
                .allSatisfy(s -> assertThat(s.flags).isEqualTo(Seg.ACK));
    }

    /** A client that sends ECE although it was refused does not slow us down. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc3168_6_1_2_eceIsNotTakenForCongestion(boolean ipv4) {
        peer.use(flow(ipv4));
        peer.connect();
        peer.write(100 * 1460);
        List<Seg> first = peer.drain();
        int length = first.stream().mapToInt(Seg::length).sum();
        peer.inject(Seg.of(Seg.ACK | TcpHeader.ECE).seq(1).ack(1 + length));
        assertThat(peer.drain()).as("cwnd grew").hasSizeGreaterThan(first.size());
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void rfc3168_5_whatWeSendIsNotEct(boolean ipv4, boolean offloads) {
        StackConfig config = StackConfig.defaults(1500, offloads ? Offloads.ALL : Offloads.NONE);
        try (IpHost host = new IpHost(config)) {
            FlowKey flow = flow(ipv4);
            host.receive(
                    Raw.withEcn(Packets.tcp(flow, Seg.of(Seg.ACK)), 1),
                    Raw.withEcn(Packets.echoRequest(flow.client(), flow.target(), 1, new byte[3000]), 2));
            host.receive(Raw.withEcn(Packets.udp(flow, new byte[1]), 1));
            host.send(flow, 10);
            host.send(flow, 3000);
            assertThat(host.sent).hasSizeGreaterThan(6);
            assertThat(host.sent)
                    .allSatisfy(packet -> assertThat(Raw.ecn(packet)).isZero());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void virtio_5_1_6_aSuperSegmentWithCwrIsTakenAsAnyOther(boolean ipv4) {
        peer.close();
        peer = ScriptedPeer.offloading();
        peer.use(flow(ipv4));
        peer.connect();
        byte[] data = new byte[4000];
        Seg s = Seg.of(Seg.ACK | TcpHeader.CWR)
                .seq(0x7fff_0001)
                .ack(peer.serverIsn() + 1)
                .data(data);
        int gso = (ipv4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6) | VirtioNetHeader.GSO_ECN;
        peer.deliver(new SimPacket(Packets.tcp(flow(ipv4), s), gso, 1400));
        assertThat(peer.flow().received).hasSize(4000);
    }
}
