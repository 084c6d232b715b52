package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.FIN;
import static io.tun2socks.tcpstack.sim.Seg.RST;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpState;
import io.tun2socks.tcpstack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From SYN to ESTABLISHED, and the ways of not getting there. */
class HandshakeTest {
    private ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private void with(StackConfig config) {
        peer.close();
        peer = new ScriptedPeer(config);
    }

    @Test
    void rfc9293_3_5_nothingIsSentBeforeTheUserAnswers() {
        peer.inject(Seg.of(SYN).mss(1460)).expectNothingFor(20_000);
        assertThat(peer.flow().connection.state()).isEqualTo(TcpState.PENDING);
    }

    @Test
    void rfc9293_3_5_retransmittedSynsOfOnePendingConnectionAreOneFlow() {
        peer.inject(Seg.of(SYN).mss(1460)).advance(1000);
        peer.inject(Seg.of(SYN).mss(1460)).advance(2000);
        peer.inject(Seg.of(SYN).mss(1460)).expectNothing();
        assertThat(peer.flowCount()).isOne();
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.expectNothing();
    }

    @Test
    void rfc9293_3_7_1_rfc7323_rfc2018_optionsAreEchoedWhenOffered() {
        peer.inject(Seg.of(SYN).mss(1400).windowScale(9).sackPermitted(true).timestamps(123_456, 0));
        peer.flow().connection.accept();
        Seg answer = peer.settle().expect(SYN | ACK, 0, 1, 0);
        assertThat(answer.mss).isEqualTo(1460);
        assertThat(answer.windowScale).isEqualTo(7);
        assertThat(answer.sackPermitted).isTrue();
        assertThat(answer.timestamps).isTrue();
        assertThat(answer.tsEcr).isEqualTo(123_456);
        assertThat(answer.window).as("never scaled in SYN-ACK").isEqualTo(0xffff);
    }

    @Test
    void rfc7323_2_5_optionsAreNotSentUnlessOffered() {
        peer.inject(Seg.of(SYN));
        peer.flow().connection.accept();
        Seg answer = peer.settle().expect(SYN | ACK, 0, 1, 0);
        assertThat(answer.mss).isEqualTo(1460);
        assertThat(answer.windowScale).isNegative();
        assertThat(answer.sackPermitted).isFalse();
        assertThat(answer.timestamps).isFalse();
    }

    @Test
    void rfc9293_3_7_1_withoutMssOptionIpv4SegmentsHave536Bytes() {
        peer.connect(Seg.of(SYN)).write(2000);
        assertThat(peer.drain()).extracting(s -> s.payload.length).containsExactly(536, 536, 536, 392);
    }

    @Test
    void rfc9293_3_7_1_withoutMssOptionIpv6SegmentsHave1220Bytes() {
        peer.use(FlowKey.v6(40000)).connect(Seg.of(SYN)).write(2000);
        assertThat(peer.drain()).extracting(s -> s.payload.length).containsExactly(1220, 780);
    }

    @Test
    void rfc9293_3_7_1_segmentsObeyTheSmallerOfMssAndMtu() {
        with(StackConfig.defaults(1280, Offloads.NONE));
        peer.connect(Seg.of(SYN).mss(8960)).write(2000);
        assertThat(peer.drain()).extracting(s -> s.payload.length).containsExactly(1240, 760);
    }

    @Test
    void rfc6691_timestampsAreSubtractedFromTheMss() {
        peer.connect(Seg.of(SYN).mss(1460).timestamps(0, 0)).write(2000);
        assertThat(peer.drain()).extracting(s -> s.payload.length).containsExactly(1448, 552);
    }

    @Test
    void refusalIsResetThatAcknowledgesTheSyn() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.refuse();
        Seg reset = peer.settle().expect(RST | ACK, 0, 1, 0);
        assertThat(reset.window).isZero();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.ABORTED);
        peer.expectNothingFor(10_000);
    }

    @Test
    void rfc1122_4_2_3_9_unreachableIsIcmpThatQuotesTheSyn() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.unreachable(Unreachable.HOST);
        byte[] icmp = peer.settle().nextOther();
        assertThat(Packets.protocol(icmp)).isEqualTo(IpProtocol.ICMP);
        assertThat(Packets.source(icmp)).isEqualTo(FlowKey.v4(0).target());
        assertThat(Packets.destination(icmp)).isEqualTo(FlowKey.v4(0).client());
        ByteBuf b = Unpooled.wrappedBuffer(icmp);
        assertThat(b.getUnsignedShort(20)).as("type and code").isEqualTo(3 << 8 | 1);
        assertThat(b.getInt(28 + 12)).as("quoted source").isEqualTo(b.getInt(16));
        assertThat(b.getInt(28 + 16)).as("quoted destination").isEqualTo(b.getInt(12));
        assertThat(b.getUnsignedShort(48)).as("quoted source port").isEqualTo(40000);
        assertThat(b.getUnsignedShort(50)).as("quoted destination port").isEqualTo(80);
        assertThat(b.getInt(52)).as("quoted sequence number").isEqualTo(0x7fff_0000);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.ABORTED);
        peer.expectNothing();
    }

    @Test
    void rfc4443_3_1_unreachableOverIpv6() {
        peer.use(FlowKey.v6(40000)).inject(Seg.of(SYN).mss(1440));
        peer.flow().connection.unreachable(Unreachable.PROHIBITED);
        byte[] icmp = peer.settle().nextOther();
        assertThat(Packets.isValid(icmp)).isTrue();
        assertThat(Packets.protocol(icmp)).isEqualTo(IpProtocol.ICMPV6);
        ByteBuf b = Unpooled.wrappedBuffer(icmp);
        assertThat(b.getUnsignedShort(40)).as("type and code").isEqualTo(1 << 8 | 1);
        assertThat(b.getUnsignedShort(88)).as("quoted source port").isEqualTo(40000);
        assertThat(b.getInt(92)).as("quoted sequence number").isEqualTo(0x7fff_0000);
    }

    @Test
    void discardIsSilence() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.discard();
        peer.settle().expectNothingFor(10_000);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.ABORTED);
        peer.inject(Seg.of(SYN).mss(1460));
        assertThat(peer.flowCount()).as("the next SYN is a new flow").isEqualTo(2);
    }

    @Test
    void aSynIsAnsweredOnce() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        assertThatThrownBy(() -> peer.flow().connection.refuse())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("10.0.0.2:40000 -> 192.0.2.80:80");
        peer.settle().expect(SYN | ACK, 0, 1, 0);
    }

    @Test
    void rfc9293_3_10_7_4_dataAndAckInPendingAreNotAnswered() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.inject(Seg.of(ACK).seq(1).ack(1).data("early")).expectNothingFor(1000);
        assertThat(peer.flow().closed).isNull();
    }

    @Test
    void rfc9293_3_10_7_4_resetInPendingEndsTheConnection() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.inject(Seg.of(RST).seq(5)).expectNothing();
        assertThat(peer.flow().closed).as("a number out of range").isNull();
        peer.inject(Seg.of(RST).seq(1)).expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc6298_2_1_5_5_synAckIsSentAgainWithBackOffAndGivenUp() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.expectAfter(1000, SYN | ACK, 0, 1, 0);
        peer.expectAfter(2000, SYN | ACK, 0, 1, 0);
        peer.expectAfter(4000, SYN | ACK, 0, 1, 0);
        peer.expectAfter(8000, SYN | ACK, 0, 1, 0);
        peer.expectAfter(16000, SYN | ACK, 0, 1, 0);
        peer.expectNothingFor(31_900);
        assertThat(peer.flow().closed).isNull();
        peer.advance(110).expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.TIMED_OUT);
        assertThat(peer.stack().connections()).isEmpty();
    }

    @Test
    void rfc9293_3_10_7_4_retransmittedSynIsAnsweredAgain() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.advance(300).inject(Seg.of(SYN).mss(1460)).expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1)).expectNothing();
        assertThat(peer.flow().established).isTrue();
    }

    @Test
    void rfc9293_3_10_7_4_wrongAckInSynReceivedIsReset() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(2));
        Seg reset = peer.next();
        assertThat(reset.flags).isEqualTo(RST);
        assertThat(reset.seq).isEqualTo(2);
        assertThat(peer.flow().closed).isNull();
        peer.inject(Seg.of(ACK).seq(1).ack(1)).expectNothing();
        assertThat(peer.flow().established).isTrue();
    }

    @Test
    void rfc9293_3_10_7_4_resetInSynReceivedEndsTheConnection() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(RST).seq(1)).expectNothingFor(5000);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
        assertThat(peer.flow().established).isFalse();
    }

    @Test
    void rfc9293_3_10_7_4_theHandshakesAckMayCarryDataAndFin() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(1).data("GET"));
        peer.expect(ACK, 1, 5, 0);
        assertThat(peer.flow().received).hasToString("GET");
        assertThat(peer.flow().inputShutdown).isTrue();
        assertThat(peer.flow().connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
    }

    @Test
    void dataOverTakingTheHandshakesAckEstablishesToo() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(4).ack(1).data("def"));
        Seg ack = peer.expect(ACK, 1, 1, 0);
        assertThat(ack.sack).isEmpty();
        peer.inject(Seg.of(ACK).seq(1).ack(1).data("abc")).expect(ACK, 1, 7, 0);
        assertThat(peer.flow().received).hasToString("abcdef");
    }

    @Test
    void whatIsWrittenBeforeTheHandshakeEndsIsSentAfterIt() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.write(100);
        assertThat(peer.flow().connection.queuedBytes()).isEqualTo(100);
        peer.expect(SYN | ACK, 0, 1, 0);
        peer.expectNothing();
        peer.flow().connection.shutdownOutput();
        peer.inject(Seg.of(ACK).seq(1).ack(1)).expect(FIN | ACK | Seg.PSH, 1, 1, 100);
        assertThat(peer.flow().connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
    }

    @Test
    void abortInSynReceivedIsReset() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.flow().connection.abort();
        peer.settle().expect(RST | ACK, 1, 1, 0);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.ABORTED);
    }

    @Test
    void abortInPendingIsSilence() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.abort();
        peer.settle().expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.ABORTED);
    }

    @Test
    void overTheConnectionLimitSynsAreReset() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1000, 1000, 1000).withLimits(2, 10)));
        for (int i = 0; i < 2; i++) {
            peer.use(FlowKey.v4(40000 + i)).connect();
        }
        peer.use(FlowKey.v4(40002)).inject(Seg.of(SYN).mss(1460)).expect(RST | ACK, 0, 1, 0);
        assertThat(peer.flowCount()).isEqualTo(2);
        assertThat(peer.stack().stats().synOverflow).isOne();
    }

    @Test
    void rfc6528_3_isnsOfOneFourTupleGrowAndOthersDiffer() {
        List<Integer> isns = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            peer.inject(Seg.of(SYN).mss(1460));
            peer.flow().connection.accept();
            peer.settle().next();
            isns.add(peer.serverIsn());
            peer.flow().connection.abort();
            peer.settle().drain();
            peer.advance(10);
        }
        for (int i = 1; i < isns.size(); i++) {
            assertThat(isns.get(i) - isns.get(i - 1))
                    .as("ticks of 4 µs in 10 ms")
                    .isBetween(2500, 2600);
        }
        peer.use(FlowKey.v4(40001)).inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().next();
        assertThat(Math.abs((long) peer.serverIsn() - isns.get(4))).isGreaterThan(100_000);
    }

    @Test
    void rfc9293_3_10_7_1_segmentsToUnknownConnectionsAreReset() {
        peer.inject(Seg.of(ACK).seq(10).ack(77).data("hello"));
        Seg reset = peer.next();
        assertThat(reset.flags).isEqualTo(RST);
        assertThat(reset.seq).isEqualTo(77);
        peer.inject(Seg.of(FIN).seq(10).data("hello"));
        reset = peer.next();
        assertThat(reset.flags).isEqualTo(RST | ACK);
        assertThat(reset.seq).isZero();
        assertThat(reset.ack).isEqualTo(16);
        peer.inject(Seg.of(RST).seq(10))
                .inject(Seg.of(RST | ACK).seq(10).ack(1))
                .expectNothing();
        assertThat(peer.flowCount()).isZero();
    }

    @Test
    void rfc9293_3_10_7_2_synAckToNobodyIsReset() {
        peer.inject(Seg.of(SYN | ACK).seq(10).ack(77));
        Seg reset = peer.next();
        assertThat(reset.flags).isEqualTo(RST);
        assertThat(reset.seq).isEqualTo(77);
    }

    @Test
    void aSynWhoseUserFailsIsRefusedAndForgotten() {
        peer.userFailsWith(new IllegalStateException("on purpose"));
        assertThatThrownBy(() -> peer.inject(Seg.of(SYN).mss(1460))).hasMessage("on purpose");
        peer.expect(RST | ACK, 0, 1, 0);
        peer.userFailsWith(null).inject(Seg.of(SYN).mss(1460));
        assertThat(peer.flow().connection.state()).isEqualTo(TcpState.PENDING);
    }
}
