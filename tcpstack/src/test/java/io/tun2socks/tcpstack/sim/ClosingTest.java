package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.FIN;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.RST;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** FIN, RST and TIME-WAIT. */
class ClosingTest {
    private final ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private TcpState state() {
        return peer.flow().connection.state();
    }

    @Test
    void rfc9293_3_6_clientHalfClosesAndWeGoOn() {
        peer.connect().inject(Seg.of(ACK | FIN).seq(1).ack(1).data("bye")).expect(ACK, 1, 5, 0);
        assertThat(state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(peer.flow().received).hasToString("bye");
        assertThat(peer.flow().inputShutdown).isTrue();
        peer.advance(5000).write(10).expect(ACK | PSH, 1, 5, 10);
        peer.inject(Seg.of(ACK).seq(5).ack(11)).expectNothing();
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 11, 5, 0);
        assertThat(state()).isEqualTo(TcpState.LAST_ACK);
        assertThat(peer.flow().closed).isNull();
        peer.inject(Seg.of(ACK).seq(5).ack(12)).expectNothing();
        assertThat(state()).isEqualTo(TcpState.CLOSED);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void rfc9293_3_6_weHalfCloseAndTheClientGoesOn() {
        peer.connect().write(3).expect(ACK | PSH, 1, 1, 3);
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 4, 1, 0);
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT_1);
        peer.inject(Seg.of(ACK).seq(1).ack(5)).expectNothing();
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT_2);
        peer.expectNothingFor(120_000);
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(5).data("more")).expect(ACK, 5, 5, 0);
        assertThat(peer.flow().received).hasToString("more");
        peer.inject(Seg.of(ACK | FIN).seq(5).ack(5)).expect(ACK, 5, 6, 0);
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void rfc9293_3_6_finRidesOnTheLastData() {
        peer.connect();
        peer.flow().connection.write(peer.buffer(5));
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 5);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(7)).expect(ACK, 7, 2, 0);
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void rfc9293_3_6_simultaneousClose() {
        peer.connect();
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(1)).expect(ACK, 2, 2, 0);
        assertThat(state()).isEqualTo(TcpState.CLOSING);
        assertThat(peer.flow().closed).isNull();
        peer.inject(Seg.of(ACK).seq(2).ack(2)).expectNothing();
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void rfc6298_finIsSentAgainUntilAcknowledged() {
        peer.connect(Seg.of(SYN).mss(1460));
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.expectAfter(200, ACK | FIN | PSH, 1, 1, 0);
        peer.expectAfter(400, ACK | FIN | PSH, 1, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(2)).expectNothingFor(5000);
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT_2);
    }

    @Test
    void rfc9293_3_10_7_4_finAheadOfAGapWaits() {
        peer.connect().inject(Seg.of(ACK | FIN).seq(4).ack(1).data("def"));
        Seg ack = peer.expect(ACK, 1, 1, 0);
        assertThat(ack.sack).containsExactly(4, 7);
        assertThat(peer.flow().inputShutdown).isFalse();
        peer.inject(Seg.of(ACK).seq(1).ack(1).data("abc")).expect(ACK, 1, 8, 0);
        assertThat(peer.flow().received).hasToString("abcdef");
        assertThat(peer.flow().inputShutdown).isTrue();
    }

    @Test
    void rfc9293_3_10_7_4_repeatedFinIsAcknowledgedAgain() {
        peer.connect().inject(Seg.of(ACK | FIN).seq(1).ack(1)).expect(ACK, 1, 2, 0);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(1)).expect(ACK, 1, 2, 0);
        assertThat(state()).isEqualTo(TcpState.CLOSE_WAIT);
    }

    @Test
    void rfc9293_3_6_1_timeWaitAcknowledgesFinAgainAndEndsAfter2Msl() {
        timeWait();
        peer.advance(30_000).inject(Seg.of(ACK | FIN).seq(1).ack(2)).expect(ACK, 2, 2, 0);
        peer.advance(29_000);
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
        peer.advance(31_100);
        assertThat(state()).isEqualTo(TcpState.CLOSED);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(2));
        assertThat(peer.next().flags).as("forgotten").isEqualTo(RST);
    }

    @Test
    void rfc9293_3_6_1_newSynTakesThePlaceOfTimeWait() {
        timeWait();
        peer.inject(Seg.of(SYN).seq(100_000).mss(1460)).expectNothing();
        assertThat(peer.flowCount()).isEqualTo(2);
        peer.flow().connection.accept();
        assertThat(peer.settle().next().flags).isEqualTo(SYN | ACK);
    }

    @Test
    void rfc9293_3_6_1_oldSynInTimeWaitIsAcknowledged() {
        timeWait();
        peer.inject(Seg.of(SYN).seq(-100_000).mss(1460)).expect(ACK, 2, 2, 0);
        assertThat(peer.flowCount()).isOne();
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void rfc6191_timestampsDecideOverASynInTimeWait() {
        peer.connect(Seg.of(SYN).mss(1460).timestamps(0, 0));
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.advance(10).inject(Seg.of(ACK | FIN).seq(1).ack(2)).expect(ACK, 2, 2, 0);
        peer.inject(Seg.of(SYN).seq(-100_000).mss(1460).timestamps(10_000, 0)).expectNothing();
        assertThat(peer.flowCount()).as("a newer timestamp is enough").isEqualTo(2);
    }

    @Test
    void rfc1337_resetDoesNotEndTimeWait() {
        timeWait();
        peer.inject(Seg.of(RST).seq(2)).expectNothing();
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
    }

    private void timeWait() {
        peer.connect();
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(2)).expect(ACK, 2, 2, 0);
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void rfc5961_3_2_exactResetEndsTheConnection() {
        peer.connect().inject(Seg.of(RST).seq(1)).expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
        assertThat(state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    void rfc5961_3_2_resetWithinTheWindowIsChallenged() {
        peer.connect().inject(Seg.of(RST).seq(2)).expect(ACK, 1, 1, 0);
        peer.inject(Seg.of(RST).seq(65535)).expect(ACK, 1, 1, 0);
        assertThat(peer.flow().closed).isNull();
    }

    @Test
    void rfc5961_3_2_resetOutsideOfTheWindowIsDropped() {
        peer.connect().inject(Seg.of(RST).seq(0)).expectNothing();
        peer.inject(Seg.of(RST).seq(1_000_000)).expectNothing();
        assertThat(peer.flow().closed).isNull();
    }

    @Test
    void rfc9293_3_10_7_4_exactResetCountsWithAClosedWindow() {
        peer.connect();
        peer.flow().consuming = false;
        fillWindow();
        peer.drain();
        peer.inject(Seg.of(RST).seq(1 + 65535)).expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
    }

    private void fillWindow() {
        for (int at = 0; at < 65535; at += 1000) {
            peer.inject(Seg.of(ACK).seq(1 + at).ack(1).data(new byte[Math.min(1000, 65535 - at)]));
        }
    }

    @Test
    void rfc5961_4_2_synInAnEstablishedConnectionIsChallenged() {
        peer.connect().inject(Seg.of(SYN).seq(1).mss(1460)).expect(ACK, 1, 1, 0);
        peer.inject(Seg.of(SYN).seq(500_000).mss(1460)).expect(ACK, 1, 1, 0);
        peer.inject(Seg.of(SYN | ACK).seq(1).ack(1)).expect(ACK, 1, 1, 0);
        assertThat(peer.flow().closed).isNull();
        assertThat(peer.flowCount()).isOne();
    }

    @Test
    void rfc5961_5_2_ackOfWhatWasNeverSentIsAnsweredAndDropped() {
        peer.connect().inject(Seg.of(ACK).seq(1).ack(2).data("evil")).expect(ACK, 1, 1, 0);
        assertThat(peer.flow().received).isEmpty();
    }

    @Test
    void rfc5961_5_2_muchTooOldAckIsAnsweredAndDropped() {
        peer.connect().inject(Seg.of(ACK).seq(1).ack(-1_000_000).data("evil")).expect(ACK, 1, 1, 0);
        assertThat(peer.flow().received).isEmpty();
    }

    @Test
    void rfc5961_7_challengesAreLimited() {
        peer.connect();
        for (int i = 0; i < 1100; i++) {
            peer.inject(Seg.of(RST).seq(2));
        }
        assertThat(peer.drain()).as("ten within five seconds").hasSize(10);
        peer.advance(5000).inject(Seg.of(RST).seq(2)).expect(ACK, 1, 1, 0);
    }

    @Test
    void abortIsResetWithTheNextNumber() {
        peer.connect().write(100).expect(ACK | PSH, 1, 1, 100);
        peer.flow().connection.abort();
        peer.settle().expect(RST | ACK, 101, 1, 0);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.ABORTED);
        peer.expectNothingFor(5000);
        peer.inject(Seg.of(ACK).seq(1).ack(101));
        assertThat(peer.next().flags).isEqualTo(RST);
    }

    @Test
    void writeAfterTheEndReleases() {
        peer.connect();
        peer.flow().connection.shutdownOutput();
        ByteBuf late = peer.buffer(10);
        peer.flow().connection.write(late);
        assertThat(late.refCnt()).isZero();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.flow().connection.abort();
        ByteBuf later = peer.buffer(10);
        peer.flow().connection.write(later);
        assertThat(later.refCnt()).isZero();
        ByteBuf empty = peer.buffer(1).clear();
        peer.flow().connection.write(empty);
        assertThat(empty.refCnt()).isZero();
    }

    @Test
    void calledTwiceOrTooLateNothingHappens() {
        peer.connect();
        peer.flow().connection.shutdownOutput();
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.flow().connection.abort();
        peer.settle().expect(RST | ACK, 2, 1, 0);
        peer.flow().connection.abort();
        peer.flow().connection.shutdownOutput();
        peer.flow().connection.consumed(0);
        peer.settle().expectNothing();
    }
}
