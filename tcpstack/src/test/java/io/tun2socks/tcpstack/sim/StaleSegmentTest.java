package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.FIN;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.RST;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Segments of other times and other incarnations, and ones that make no sense. */
class StaleSegmentTest {
    private static final int URG = 0x20;
    private static final long DAYS = 24L * 3_600_000;

    private ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private TcpState state() {
        return peer.flow().connection.state();
    }

    @Test
    void rfc9293_3_10_7_4_anotherSynInPendingIsAnotherConnection() {
        peer.inject(Seg.of(SYN).mss(1460));
        ScriptedPeer.Flow first = peer.flow();
        peer.inject(Seg.of(SYN).seq(5_000_000).mss(1460)).expectNothing();
        assertThat(first.closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
        assertThat(peer.flowCount()).isEqualTo(2);
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 5_000_001, 0);
    }

    @Test
    void rfc9293_3_10_7_4_aSynWithinTheWindowOfSynReceivedReturnsToListen() {
        peer.inject(Seg.of(SYN).mss(1460)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(SYN).seq(100).mss(1460)).expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
        peer.inject(Seg.of(SYN).seq(100).mss(1460));
        assertThat(peer.flowCount()).isEqualTo(2);
    }

    @Test
    void rfc9293_3_5_aClientThatForgotItsSynResetsTheOldOne() {
        peer.inject(Seg.of(SYN).mss(1460)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(SYN).seq(-100_000).mss(1460)).expect(ACK, 1, 1, 0);
        peer.inject(Seg.of(RST).seq(1)).expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc5961_3_2_aResetWithinTheWindowOfSynReceivedIsChallenged() {
        peer.inject(Seg.of(SYN).mss(1460)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(RST).seq(2));
        assertThat(state()).isEqualTo(TcpState.SYN_RECEIVED);
    }

    @Test
    void repeatedSynsDoNotUseUpTheSynAcks() {
        peer.inject(Seg.of(SYN).mss(1460)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        for (int i = 0; i < 20; i++) {
            peer.inject(Seg.of(SYN).mss(1460)).expect(SYN | ACK, 0, 1, 0);
        }
        peer.expectAfter(1000, SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1)).expectNothing();
        assertThat(state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void rfc9293_3_10_7_2_dataOnSynIsLeftToBeRepeated() {
        peer.inject(Seg.of(SYN).mss(1460).data("early")).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1));
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("early")).expect(ACK, 1, 6, 0);
        assertThat(peer.flow().received).hasToString("early");
    }

    @Test
    void rfc1122_4_2_2_13_theIsnIsAboveThatOfTheConnectionInTimeWait() {
        peer.connect().flow().connection.shutdownOutput();
        int first = peer.serverIsn();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(2)).expect(ACK, 2, 2, 0);
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
        peer.inject(Seg.of(SYN).seq(3).mss(1460)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 4, 0);
        assertThat(peer.serverIsn() - first).as("how much higher").isGreaterThan(2);
    }

    @Test
    void rfc9293_3_10_7_4_oldSynAckIsChallenged() {
        peer.connect().inject(Seg.of(SYN | ACK).seq(0).ack(1)).expect(ACK, 1, 1, 0);
        peer.inject(Seg.of(SYN | ACK).seq(5).ack(1)).expect(ACK, 1, 1, 0);
        assertThat(state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void rfc9293_3_10_7_4_segmentsWithoutAckAreDropped() {
        peer.connect().inject(Seg.of(PSH).seq(1).data("x")).expectNothing();
        peer.inject(Seg.of(0).seq(1).data("x")).expectNothing();
        peer.inject(Seg.of(FIN).seq(1)).expectNothing();
        peer.inject(Seg.of(FIN | PSH | URG).seq(1).data("x")).expectNothingFor(1000);
        assertThat(peer.flow().received).isEmpty();
        assertThat(state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void rfc9293_3_10_7_2_synWithFinIsDropped() {
        peer.inject(Seg.of(SYN | FIN).mss(1460)).expectNothingFor(1000);
        assertThat(peer.flowCount()).isZero();
    }

    @Test
    void rfc6093_urgentDataIsDeliveredInline() {
        peer.connect()
                .inject(Seg.of(ACK | PSH | URG).seq(1).ack(1).data("abc!def"))
                .expect(ACK, 1, 8, 0);
        assertThat(peer.flow().received).hasToString("abc!def");
    }

    @Test
    void rfc5961_7_emptySegmentsOutsideOfTheWindowAreAnsweredWithinLimits() {
        peer.connect();
        for (int i = 0; i < 500; i++) {
            peer.inject(Seg.of(ACK).seq(-1000).ack(1));
        }
        assertThat(peer.drain()).hasSize(10);
    }

    @Test
    void rfc9293_3_10_7_4_repeatedDataIsAlwaysAnswered() {
        peer.connect().inject(Seg.of(ACK | PSH).seq(1).ack(1).data("x")).expect(ACK, 1, 2, 0);
        for (int i = 0; i < 50; i++) {
            peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("x")).expect(ACK, 1, 2, 0);
        }
    }

    @Test
    void rfc7323_3_2_segmentsWithoutTheAgreedTimestampsAreDropped() {
        peer.inject(Seg.of(SYN).mss(1460).timestamps(1000, 0)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1).timestamps(1001, 0));
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("no")).expectNothingFor(1000);
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("yes").timestamps(1002, 0));
        peer.expect(ACK, 1, 4, 0);
        assertThat(peer.flow().received).hasToString("yes");
        peer.inject(Seg.of(RST).seq(4));
        assertThat(peer.flow().closed).as("RST needs none").isEqualTo(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc7323_5_5_afterTwentyFourDaysOfSilenceAnyTimestampCounts() {
        peer.close();
        peer = new ScriptedPeer(
                StackConfig.defaults(1500, Offloads.NONE).withTcp(TcpConfig.DEFAULT.withKeepAlive(0, 1, 1)));
        peer.inject(Seg.of(SYN).mss(1460).timestamps(1000, 0)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1).timestamps(1001, 0)).advance(25 * DAYS);
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("new").timestamps(-5, 0))
                .expect(ACK, 1, 4, 0);
        assertThat(peer.flow().received).hasToString("new");
    }

    @Test
    void rfc7323_5_3_pawsHoldsInSynReceivedToo() {
        peer.inject(Seg.of(SYN).mss(1460).timestamps(1000, 0)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1).timestamps(999, 0)).expect(ACK, 1, 1, 0);
        assertThat(state()).isEqualTo(TcpState.SYN_RECEIVED);
        peer.inject(Seg.of(ACK).seq(1).ack(1).timestamps(1000, 0));
        assertThat(state()).isEqualTo(TcpState.ESTABLISHED);
    }
}
