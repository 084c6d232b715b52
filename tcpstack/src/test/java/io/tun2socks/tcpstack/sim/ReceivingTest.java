package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client's direction: acknowledgements, reassembly, window. */
class ReceivingTest {
    private ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private void with(StackConfig config) {
        peer.close();
        peer = new ScriptedPeer(config);
    }

    private static Seg data(int seq, int length) {
        return Seg.of(ACK).seq(seq).ack(1).data(new byte[length]);
    }

    @Test
    void rfc5681_4_2_aSingleSegmentIsAcknowledgedWithin40Ms() {
        peer.connect().inject(data(1, 100)).expectNothing();
        peer.expectAfter(40, ACK, 1, 101, 0);
        peer.expectNothingFor(1000);
    }

    @Test
    void rfc5681_4_2_everySecondFullSegmentIsAcknowledgedAtOnce() {
        peer.connect().inject(data(1, 1460)).expectNothing();
        peer.inject(data(1461, 1460)).expect(ACK, 1, 2921, 0);
        peer.inject(data(2921, 1460)).expectNothing();
        peer.inject(data(4381, 1460)).expect(ACK, 1, 5841, 0);
        peer.expectNothingFor(1000);
    }

    @Test
    void pushIsAcknowledgedAtOnce() {
        peer.connect().inject(Seg.of(ACK | PSH).seq(1).ack(1).data("hi")).expect(ACK, 1, 3, 0);
        peer.expectNothingFor(1000);
    }

    @Test
    void dataCarriesTheAcknowledgement() {
        peer.connect().inject(data(1, 100)).expectNothing();
        peer.write(10).expect(ACK | PSH, 1, 101, 10);
        peer.inject(Seg.of(ACK).seq(101).ack(11)).expectNothingFor(1000);
    }

    @Test
    void rfc5681_4_2_outOfOrderSegmentsAreAcknowledgedAtOnce() {
        peer.connect().inject(data(101, 100)).expect(ACK, 1, 1, 0);
        peer.inject(data(301, 100)).expect(ACK, 1, 1, 0);
        peer.inject(data(201, 100)).expect(ACK, 1, 1, 0);
        Seg filled = peer.inject(data(1, 100)).expect(ACK, 1, 401, 0);
        assertThat(filled.sack).isEmpty();
        assertThat(peer.flow().received).hasSize(400);
    }

    @Test
    void rfc2018_4_sackBlocksTheMostRecentFirst() {
        peer.connect();
        assertThat(peer.inject(data(101, 100)).next().sack).containsExactly(101, 201);
        assertThat(peer.inject(data(301, 100)).next().sack).containsExactly(301, 401, 101, 201);
        assertThat(peer.inject(data(501, 100)).next().sack).containsExactly(501, 601, 301, 401, 101, 201);
        assertThat(peer.inject(data(701, 100)).next().sack).containsExactly(701, 801, 501, 601, 301, 401, 101, 201);
        assertThat(peer.inject(data(901, 100)).next().sack).containsExactly(901, 1001, 701, 801, 501, 601, 301, 401);
        assertThat(peer.inject(data(201, 100)).next().sack)
                .as("two blocks became one")
                .startsWith(101, 401, 901, 1001);
    }

    @Test
    void rfc2018_4_consecutiveSegmentsDoNotCrowdOutEarlierBlocks() {
        peer.connect().inject(data(101, 100)).drain();
        for (int seq = 301; seq <= 1001; seq += 100) {
            assertThat(peer.inject(data(seq, 100)).next().sack).containsExactly(301, seq + 100, 101, 201);
        }
    }

    @Test
    void rfc2018_4_asManyBlocksAsFitAreReported() {
        peer.connect();
        for (int seq = 101; seq <= 1101; seq += 200) {
            peer.inject(data(seq, 100)).drain();
        }
        // The four latest blocks are filled up; the two earliest are still there.
        peer.inject(data(401, 800)).drain();
        assertThat(peer.inject(data(1301, 100)).next().sack).containsExactly(1301, 1401, 301, 1201, 101, 201);
    }

    @Test
    void rfc2018_3_threeBlocksBesideTimestamps() {
        peer.connect(Seg.of(SYN).mss(1460).sackPermitted(true).timestamps(0, 0));
        for (int seq = 101; seq <= 701; seq += 200) {
            peer.inject(data(seq, 100));
        }
        List<Seg> acks = peer.drain();
        assertThat(acks.get(3).sack).containsExactly(701, 801, 501, 601, 301, 401);
    }

    @Test
    void rfc2018_2_noBlocksWithoutPermission() {
        peer.connect(Seg.of(SYN).mss(1460)).inject(data(101, 100));
        assertThat(peer.expect(ACK, 1, 1, 0).sack).isEmpty();
    }

    @Test
    void rfc5681_4_2_dataUnderWayDoesNotHideTheDuplicateAcknowledgement() {
        peer.connect();
        peer.flow().connection.write(peer.buffer(10));
        peer.inject(data(101, 100));
        List<Seg> sent = peer.drain();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).payload).isEmpty();
        assertThat(sent.get(0).sack).containsExactly(101, 201);
        assertThat(sent.get(1).payload).hasSize(10);
    }

    @Test
    void rfc9293_3_10_7_4_overlapsAreTrimmed() {
        peer.connect().inject(Seg.of(ACK).seq(1).ack(1).data("abcdef"));
        peer.inject(Seg.of(ACK | PSH).seq(4).ack(1).data("defghi")).drain();
        peer.inject(Seg.of(ACK).seq(13).ack(1).data("mno"));
        peer.inject(Seg.of(ACK).seq(8).ack(1).data("hijklmnop")).drain();
        assertThat(peer.flow().received).hasToString("abcdefghijklmnop");
    }

    @Test
    void rfc9293_3_10_7_4_repeatedSegmentsAreAcknowledgedAndDropped() {
        peer.connect().inject(Seg.of(ACK | PSH).seq(1).ack(1).data("abc")).expect(ACK, 1, 4, 0);
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("abc")).expect(ACK, 1, 4, 0);
        assertThat(peer.flow().received).hasToString("abc");
    }

    @Test
    void rfc9293_3_10_7_4_segmentsBeyondTheWindowAreAcknowledgedAndDropped() {
        peer.connect().inject(data(70_000, 100)).expect(ACK, 1, 1, 0);
        peer.inject(data(1, 1)).advance(50).drain();
        assertThat(peer.flow().received).hasSize(1);
    }

    @Test
    void rfc9293_3_10_7_4_whatReachesBeyondTheWindowIsCutOff() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1 << 20, 10_000, 10_000).withLimits(10, 10)));
        peer.connect();
        peer.flow().consuming = false;
        peer.inject(data(9501, 1000)).drain();
        peer.inject(data(1, 9500)).expect(ACK, 1, 10_001, 0);
        assertThat(peer.flow().received).hasSize(10_000);
        peer.inject(data(9001, 1400)).expect(ACK, 1, 10_001, 0);
        assertThat(peer.flow().received).hasSize(10_000);
    }

    @Test
    void rfc9293_3_10_7_4_ackWithANumberAtTheWindowsEdgeCounts() {
        peer.connect().write(100).expect(ACK | PSH, 1, 1, 100);
        // The client has filled the window and its first segment was lost.
        peer.inject(data(1001, 64_535)).drain();
        peer.inject(Seg.of(ACK).seq(65_536).ack(101)).advance(1000);
        assertThat(peer.drain()).as("nothing is sent again").noneMatch(s -> s.payload.length > 0);
        assertThat(peer.flow().connection.queuedBytes()).isZero();
    }

    @Test
    void rfc9293_3_8_6_windowClosesWithTheUsersBudgetAndReopens() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1 << 20, 10_000, 10_000).withLimits(10, 10)));
        peer.connect();
        peer.flow().consuming = false;
        int edge = 1 + 10_000;
        for (int at = 0; at < 10_000; at += 1000) {
            peer.inject(Seg.of(ACK | PSH).seq(1 + at).ack(1).data(new byte[1000]));
            Seg ack = peer.expect(ACK, 1, 1001 + at, 0);
            assertThat(ack.ack + ack.window).as("right edge").isEqualTo(edge);
        }
        peer.inject(data(10_001, 1)).expect(ACK, 1, 10_001, 0);
        assertThat(peer.flow().received).hasSize(10_000);
        peer.inject(Seg.of(ACK).seq(10_000).ack(1)).expect(ACK, 1, 10_001, 0);
        peer.expectNothingFor(10_000);
        peer.flow().consumeAll();
        Seg update = peer.settle().expect(ACK, 1, 10_001, 0);
        assertThat(update.window).isEqualTo(10_000);
        peer.expectNothing();
    }

    @Test
    void rfc9293_3_8_6_2_2_windowOpensInStepsWorthTelling() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1 << 20, 60_000, 60_000).withLimits(10, 10)));
        peer.connect();
        peer.flow().consuming = false;
        for (int at = 0; at < 60_000; at += 1000) {
            peer.inject(data(1 + at, 1000));
        }
        peer.advance(50).drain();
        int told = 0;
        for (int i = 0; i < 60; i++) {
            peer.flow().connection.consumed(1000);
            for (Seg update : peer.settle().drain()) {
                assertThat(update.window).as("step").isGreaterThanOrEqualTo(told + 1460);
                told = update.window;
            }
        }
        assertThat(told).isGreaterThan(40_000);
        peer.flow().connection.consumed(0);
    }

    @Test
    void rfc7323_2_3_windowIsScaledAndItsEdgeNeverMovesLeft() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(
                        TcpConfig.DEFAULT.withBuffers(1 << 20, 100_000, 100_000).withLimits(10, 10)));
        peer.connect(Seg.of(SYN).mss(1460).windowScale(3));
        peer.flow().consuming = false;
        int edge = 65_536;
        int at = 1;
        for (int length = 1; at + length < 100_000; length += 17) {
            peer.inject(Seg.of(ACK | PSH).seq(at).ack(1).data(new byte[Math.min(length, 1460)]));
            at += Math.min(length, 1460);
            Seg ack = peer.expect(ACK, 1, at, 0);
            int told = ack.ack + (ack.window << 7);
            assertThat(told).as("right edge").isGreaterThanOrEqualTo(edge);
            edge = told;
        }
        assertThat(edge).isBetween(100_000, 112_500);
    }

    @Test
    void rfc9293_3_8_6_tinySegmentsSeeTheScaledWindowCloseToo() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1 << 20, 1000, 1000).withLimits(10, 10)));
        peer.connect(Seg.of(SYN).mss(1460).windowScale(3));
        peer.flow().consuming = false;
        for (int at = 1; at < 2000; at++) {
            peer.inject(data(at, 1));
        }
        peer.advance(50);
        List<Seg> acks = peer.drain();
        assertThat(acks.get(acks.size() - 1).window).isZero();
        assertThat(peer.flow().received).hasSizeBetween(1000, 1000 + 125 + 128);
    }

    @Test
    void theWindowGrowsWithWhatTheUserDrains() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1 << 20, 20_000, 320_000).withLimits(10, 10)));
        peer.connect(Seg.of(SYN).mss(1460).windowScale(3).timestamps(0, 0));
        int at = 1;
        int window = 20_000;
        for (int i = 0; i < 10; i++) {
            // A client that the window holds back: all of it in each round trip.
            Seg[] flight = new Seg[window / 1448];
            for (int k = 0; k < flight.length; k++) {
                flight[k] = data(at, 1448);
                at += 1448;
            }
            peer.injectBatch(flight).advance(1);
            for (Seg ack : peer.drain()) {
                window = ack.window << 7;
            }
        }
        assertThat(window).isGreaterThan(300_000).isLessThanOrEqualTo(320_000);
    }

    @Test
    void aBudgetBeyondTheScaleDoesNotBegForUpdates() {
        with(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT
                        .withBuffers(1 << 20, 20 << 20, 20 << 20)
                        .withLimits(10, 10)));
        peer.connect(Seg.of(SYN).mss(1460).windowScale(3));
        assertThat(peer.inject(data(1, 100)).advance(50).drain()).hasSize(1);
        assertThat(peer.inject(data(101, 100)).advance(50).drain()).hasSize(1);
    }

    @Test
    void rfc7323_5_3_pawsDropsOldTimestampsAndAcknowledges() {
        peer.connect(Seg.of(SYN).mss(1460).timestamps(0, 0)).advance(100);
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).timestamps(1000, 0).data("new"))
                .expect(ACK, 1, 4, 0);
        Seg ack = peer.inject(Seg.of(ACK | PSH).seq(4).ack(1).timestamps(999, 0).data("old"))
                .expect(ACK, 1, 4, 0);
        assertThat(ack.tsEcr).isEqualTo(1000);
        assertThat(peer.flow().received).hasToString("new");
        peer.inject(Seg.of(Seg.RST).seq(4).timestamps(1, 0)).expectNothing();
        assertThat(peer.flow().closed).as("PAWS is not for RST").isNotNull();
    }

    @Test
    void rfc7323_4_3_delayedAcknowledgementsEchoTheEarliestTimestamp() {
        peer.connect(Seg.of(SYN).mss(1460).timestamps(0, 0)).advance(100);
        peer.inject(Seg.of(ACK).seq(1).ack(1).timestamps(100, 0).data(new byte[1448]))
                .expectNothing();
        peer.inject(Seg.of(ACK).seq(1449).ack(1).timestamps(120, 0).data(new byte[1448]));
        assertThat(peer.expect(ACK, 1, 2897, 0).tsEcr).isEqualTo(100);
    }

    @Test
    void rfc7323_4_3_gapsDoNotMoveTheEchoedTimestamp() {
        peer.connect(Seg.of(SYN).mss(1460).timestamps(0, 0)).advance(100);
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).timestamps(100, 0).data("abc"));
        assertThat(peer.next().tsEcr).isEqualTo(100);
        peer.inject(Seg.of(ACK | PSH).seq(7).ack(1).timestamps(200, 0).data("ghi"));
        assertThat(peer.next().tsEcr).as("the hole's neighbour").isEqualTo(100);
        peer.inject(Seg.of(ACK | PSH).seq(4).ack(1).timestamps(300, 0).data("def"));
        assertThat(peer.next().tsEcr).as("the hole is filled").isEqualTo(300);
    }

    @Test
    void superSegmentsOfTheDeviceAreTakenWhole() {
        peer.close();
        peer = ScriptedPeer.offloading();
        peer.connect().injectSuper(data(1, 60_000), 1460).expect(ACK, 1, 60_001, 0);
        assertThat(peer.flow().received).hasSize(60_000);
    }

    @Test
    void manyTinySegmentsOutOfOrderAreBounded() {
        peer.connect(Seg.of(SYN).mss(1460).windowScale(7));
        Seg[] tiny = new Seg[5000];
        for (int i = 0; i < tiny.length; i++) {
            tiny[i] = data(3 + 2 * i, 1);
        }
        peer.injectBatch(tiny).drain();
        assertThat(peer.usedMemory()).isLessThan(4096 + 1024);
        peer.inject(data(1, 10_002)).advance(50).drain();
        assertThat(peer.flow().received).hasSize(10_002);
    }
}
