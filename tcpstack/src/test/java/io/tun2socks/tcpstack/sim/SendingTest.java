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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Our direction: segmentation, windows, probes, retransmission time-outs. */
class SendingTest {
    private ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private void with(StackConfig config) {
        peer.close();
        peer = new ScriptedPeer(config);
    }

    /** A SYN after which no tail loss probe comes before the retransmission timer. */
    private static Seg withoutSack() {
        return Seg.of(SYN).mss(1460);
    }

    private static Seg ack(int ack, int window) {
        return Seg.of(ACK).seq(1).ack(ack).window(window);
    }

    private static Seg ack(int ack) {
        return ack(ack, 0xffff);
    }

    @Test
    void rfc6928_2_theInitialWindowIsTenSegments() {
        peer.connect().write(100_000);
        List<Seg> sent = peer.drain();
        assertThat(sent).hasSize(10).allMatch(s -> s.payload.length == 1460);
        assertThat(peer.inject(ack(2921)).drain()).as("slow start: two for one").hasSize(4);
    }

    @Test
    void pushMarksTheLastByteWritten() {
        peer.connect().write(3000);
        assertThat(peer.drain()).extracting(s -> s.flags).containsExactly(ACK, ACK, ACK | PSH);
    }

    @Test
    void smallWritesOfOneMomentShareASegment() {
        peer.connect();
        for (int i = 0; i < 10; i++) {
            peer.flow().connection.write(peer.buffer(100));
        }
        peer.settle().expect(ACK | PSH, 1, 1, 1000);
        peer.expectNothing();
    }

    @Test
    void moreBuffersThanSlicesAreSeveralSegments() {
        peer.connect();
        for (int i = 0; i < 100; i++) {
            peer.flow().connection.write(peer.buffer(10));
        }
        List<Seg> sent = peer.settle().drain();
        assertThat(sent.stream().mapToInt(s -> s.payload.length).sum()).isEqualTo(1000);
        assertThat(sent).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void superSegmentsGoOutWholeAndArePartlyAcknowledged() {
        peer.close();
        peer = ScriptedPeer.offloading();
        peer.connect(withoutSack()).write(14_600);
        assertThat(peer.drain()).hasSize(10);
        assertThat(peer.stack().stats().packetsOut)
                .as("SYN-ACK and one super-segment")
                .isEqualTo(2);
        peer.inject(ack(1 + 3 * 1460)).advance(205);
        List<Seg> again = peer.drain();
        assertThat(again).isNotEmpty();
        assertThat(again.get(0).seq).as("only what is missing is sent again").isEqualTo(1 + 3 * 1460);
    }

    @Test
    void superSegmentsPartlySackedAreRepairedWhereTheHolesAre() {
        peer.close();
        peer = ScriptedPeer.offloading();
        peer.connect().write(14_600).drain();
        peer.advance(1).inject(ack(1).sack(1 + 1460, 1 + 4 * 1460, 1 + 6 * 1460, 1 + 10 * 1460));
        List<Seg> again = peer.advance(3).drain();
        assertThat(again).extracting(s -> s.seq).containsExactly(1, 1 + 4 * 1460, 1 + 5 * 1460);
        peer.inject(ack(14_601)).expectNothingFor(3000);
    }

    @Test
    void rfc9293_3_8_6_nothingIsSentBeyondTheWindow() {
        peer.connect(Seg.of(SYN).mss(1460).window(3000)).write(100_000);
        assertThat(peer.drain()).extracting(s -> s.payload.length).containsExactly(1460, 1460);
        peer.inject(ack(1 + 2920, 5000));
        assertThat(peer.drain()).extracting(s -> s.payload.length).containsExactly(1460, 1460, 1460);
    }

    @Test
    void rfc9293_3_8_6_2_1_noSillySegmentsIntoASmallGap() {
        peer.connect(Seg.of(SYN).mss(1460).window(10_000)).write(100_000).drain();
        peer.inject(ack(1 + 6 * 1460, 500)).expectNothing();
        peer.inject(ack(1 + 6 * 1460, 1460)).expect(ACK, 1 + 6 * 1460, 1, 1460);
    }

    @Test
    void rfc9293_3_8_6_2_1_aSmallWindowIsUsedInTheEnd() {
        peer.connect(Seg.of(SYN).mss(1460).window(10_000)).write(100_000).drain();
        peer.inject(ack(1 + 6 * 1460, 500)).advance(2000);
        List<Seg> sent = peer.drain();
        assertThat(sent).as("the override of silly window avoidance").isNotEmpty();
        assertThat(sent.get(0).payload).hasSize(500);
    }

    @Test
    void rfc7323_2_3_theClientsWindowIsScaledButNotInItsSyn() {
        peer.inject(Seg.of(SYN).mss(1460).windowScale(4).window(5000));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(ack(1, 100)).write(100_000);
        assertThat(peer.drain()).as("one segment into a window of 1600").hasSize(1);
    }

    @Test
    void rfc9293_3_8_6_1_zeroWindowIsProbedWithBackOffForEver() {
        peer.connect().write(1000).expect(ACK | PSH, 1, 1, 1000);
        peer.inject(ack(1001, 0)).write(1000).expectNothing();
        long wait = 200;
        for (int i = 0; i < 40; i++) {
            peer.expectAfter(wait, ACK, 1000, 1, 0);
            peer.inject(ack(1001, 0)).expectNothing();
            wait = Math.min(wait * 2, 60_000);
        }
        assertThat(peer.flow().closed).isNull();
        peer.inject(ack(1001, 5000)).expect(ACK | PSH, 1001, 1, 1000);
        peer.inject(ack(2001, 5000)).expectNothingFor(100_000);
    }

    @Test
    void rfc9293_3_8_6_1_probesThatNobodyAnswersEndTheConnection() {
        peer.connect().write(1000).expect(ACK | PSH, 1, 1, 1000);
        peer.inject(ack(1001, 0)).write(1000).advance(1_200_000);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.TIMED_OUT);
        assertThat(peer.drain().size()).isBetween(10, 20);
    }

    @Test
    void rfc9293_3_8_6_aWindowShrunkToNothingDoesNotEndTheConnection() {
        peer.connect().write(5000).drain();
        for (int i = 0; i < 30; i++) {
            // It takes nothing and says so each time it is asked.
            peer.advance(60_000).drain();
            peer.inject(ack(1, 0));
        }
        assertThat(peer.flow().closed).isNull();
        peer.inject(ack(1, 0xffff)).advance(60_000);
        assertThat(peer.drain()).anyMatch(s -> s.seq == 1 && s.payload.length > 0);
    }

    @Test
    void rfc9293_3_8_6_1_finWaitsForTheWindow() {
        peer.connect(Seg.of(SYN).mss(1460).window(100)).write(100).expect(ACK | PSH, 1, 1, 100);
        peer.flow().connection.shutdownOutput();
        peer.settle().expectNothing();
        peer.inject(ack(101, 0)).expectNothing();
        peer.expectAfter(200, ACK, 100, 1, 0);
        peer.inject(ack(101, 1)).expect(ACK | FIN | PSH, 101, 1, 0);
    }

    @Test
    void rfc9293_3_8_6_finTakesANumberOfTheWindow() {
        peer.connect(Seg.of(SYN).mss(1460).window(100));
        peer.flow().connection.write(peer.buffer(100));
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | PSH, 1, 1, 100);
        peer.inject(ack(101, 100)).expect(ACK | FIN | PSH, 101, 1, 0);
    }

    @Test
    void rfc6298_5_5_timeOutsDoubleAndEndTheConnection() {
        peer.connect(withoutSack()).write(100).expect(ACK | PSH, 1, 1, 100);
        long wait = 200;
        for (int i = 0; i < 15; i++) {
            peer.expectAfter(wait, ACK | PSH, 1, 1, 100);
            wait = Math.min(wait * 2, 60_000);
        }
        peer.advance(61_000);
        assertThat(peer.next().flags).isEqualTo(RST | ACK);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.TIMED_OUT);
        peer.expectNothingFor(100_000);
    }

    @Test
    void rfc6298_5_7_theBackOffEndsWithProgress() {
        peer.connect(withoutSack()).write(100).expect(ACK | PSH, 1, 1, 100);
        peer.expectAfter(200, ACK | PSH, 1, 1, 100);
        peer.expectAfter(400, ACK | PSH, 1, 1, 100);
        peer.inject(ack(101)).write(100).expect(ACK | PSH, 101, 1, 100);
        peer.expectAfter(200, ACK | PSH, 101, 1, 100);
        peer.inject(ack(201)).expectNothingFor(1000);
    }

    @Test
    void rfc6298_2_theTimeOutFollowsTheRoundTrip() {
        peer.inject(Seg.of(SYN).mss(1460));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.advance(100).inject(ack(1)).write(100).expect(ACK | PSH, 1, 1, 100);
        // SRTT 100 ms, RTTVAR 50 ms: RTO 300 ms.
        peer.expectAfter(300, ACK | PSH, 1, 1, 100);
    }

    @Test
    void rfc6298_3_karn_repeatedSegmentsGiveNoSample() {
        peer.connect(withoutSack()).write(100).expect(ACK | PSH, 1, 1, 100);
        peer.expectAfter(200, ACK | PSH, 1, 1, 100);
        peer.advance(300).inject(ack(101)).write(100).expect(ACK | PSH, 101, 1, 100);
        peer.expectAfter(200, ACK | PSH, 101, 1, 100);
    }

    @Test
    void rfc6298_3_karn_whatWaitedBehindARepairGivesNoSample() {
        peer.connect(Seg.of(SYN).mss(1460)).write(3 * 1460).drain();
        // The first is lost; the others have come and wait for it, without SACK to say so.
        peer.advance(205).expect(ACK, 1, 1, 1460);
        peer.advance(150).inject(ack(1 + 3 * 1460)).drain();
        peer.write(100).expect(ACK | PSH, 1 + 3 * 1460, 1, 100);
        peer.expectAfter(200, ACK | PSH, 1 + 3 * 1460, 1, 100);
    }

    @Test
    void rfc5681_3_1_afterATimeOutSlowStartBeginsAgain() {
        peer.connect(withoutSack()).write(14_600);
        assertThat(peer.drain()).hasSize(10);
        peer.advance(205);
        assertThat(peer.drain()).extracting(s -> s.seq).containsExactly(1);
        assertThat(peer.inject(ack(1461)).drain()).extracting(s -> s.seq).containsExactly(1461, 2921);
        assertThat(peer.inject(ack(4381)).drain()).extracting(s -> s.seq).containsExactly(4381, 5841, 7301, 8761);
    }

    @Test
    void rfc5681_3_1_eachTimeOutLeavesOneSegmentInFlight() {
        peer.connect(withoutSack()).write(14_600).drain();
        peer.advance(205).drain();
        peer.inject(ack(1461)).inject(ack(2921)).inject(ack(4381)).drain();
        peer.advance(210);
        assertThat(peer.drain()).extracting(s -> s.seq).containsExactly(4381);
    }

    @Test
    void writableAtTheLimitAndAgainAtHalf() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(10_000, 1 << 16, 1 << 16).withLimits(10, 10)));
        peer.connect();
        assertThat(peer.flow().connection.isWritable()).isTrue();
        peer.write(9_999);
        assertThat(peer.flow().connection.isWritable()).isTrue();
        peer.write(1);
        assertThat(peer.flow().connection.isWritable()).isFalse();
        assertThat(peer.flow().connection.queuedBytes()).isEqualTo(10_000);
        peer.inject(ack(1 + 4_999));
        assertThat(peer.flow().writable).isZero();
        peer.inject(ack(1 + 5_000));
        assertThat(peer.flow().writable).isOne();
        peer.inject(ack(1 + 10_000));
        assertThat(peer.flow().writable).as("told once").isOne();
    }
}
