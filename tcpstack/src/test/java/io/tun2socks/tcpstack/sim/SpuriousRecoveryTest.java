package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What looks lost and was only late: the reduction is taken back, and nothing more is sent again. */
class SpuriousRecoveryTest {
    private static final int MSS = 1448;

    private final ScriptedPeer peer = ScriptedPeer.plain();
    private boolean timestamps;
    private int lastTsVal;

    @AfterEach
    void close() {
        peer.close();
    }

    private void connect(boolean sack, boolean withTimestamps) {
        timestamps = withTimestamps;
        Seg syn = Seg.of(SYN).mss(withTimestamps ? MSS + 12 : MSS).sackPermitted(sack);
        if (withTimestamps) {
            syn.timestamps(1, 0);
        }
        peer.inject(syn);
        peer.flow().connection.accept();
        peer.settle();
        lastTsVal = peer.expect(SYN | ACK, 0, 1, 0).tsVal;
        peer.advance(20);
        inject(ack(0), lastTsVal);
    }

    private static int at(int segment) {
        return 1 + segment * MSS;
    }

    private static Seg ack(int segment) {
        return Seg.of(ACK).seq(1).ack(at(segment)).window(0xffff);
    }

    private void inject(Seg s, int echo) {
        peer.inject(timestamps ? s.timestamps((int) peer.nowMillis() + 2, echo) : s);
    }

    private List<Integer> segments() {
        List<Integer> sent = new ArrayList<>();
        for (Seg s : peer.drain()) {
            if (s.payload.length > 0) {
                sent.add((s.seq - 1) / MSS);
                lastTsVal = s.tsVal;
            }
        }
        return sent;
    }

    /** Sends ten segments of many, waits for the time-out, and takes what it sends. */
    private void timeOut(int more) {
        peer.write((10 + more) * MSS);
        assertThat(segments()).hasSize(10);
        while (peer.stack().stats().timeouts == 0) {
            peer.advance(10);
        }
        assertThat(segments()).contains(0);
    }

    @Test
    void rfc3522_3_2_timestampsShowThatTheTimeOutWasSpurious() {
        connect(false, true);
        peer.write(40 * MSS);
        assertThat(segments()).hasSize(10);
        int original = lastTsVal;
        peer.advance(230);
        assertThat(segments()).containsExactly(0);
        inject(ack(2), original);
        assertThat(segments())
                .as("not what is outstanding, but new data, and cwnd as before")
                .startsWith(10, 11)
                .allMatch(s -> s >= 10);
        assertThat(peer.stack().stats().undone).isOne();
        inject(ack(10), original);
        assertThat(segments()).as("slow start as before").hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    void rfc3522_3_2_theEchoOfTheRepairSaysThatTheLossWasReal() {
        connect(false, true);
        peer.write(40 * MSS);
        assertThat(segments()).hasSize(10);
        peer.advance(230);
        assertThat(segments()).containsExactly(0);
        peer.advance(20);
        inject(ack(1), lastTsVal);
        assertThat(peer.stack().stats().undone).isZero();
    }

    @Test
    void rfc5682_3_1_withSackADeliveredOriginalShowsThatTheTimeOutWasSpurious() {
        connect(true, false);
        timeOut(30);
        inject(ack(0).sack(at(1), at(2)), 0);
        assertThat(peer.stack().stats().undone).isOne();
        segments();
        inject(ack(10), 0);
        List<Integer> sent = segments();
        assertThat(sent).as("new data, cwnd as before").allMatch(s -> s >= 10).hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    void rfc5682_3_1_originalsThatComeLongAfterTheRepairShowItToo() {
        connect(true, false);
        timeOut(30);
        // Later than the least round trip after the repair: its delivery is credible at first.
        peer.advance(25);
        inject(ack(1), 0);
        assertThat(segments()).as("two new segments, no repair").allMatch(s -> s >= 10);
        peer.advance(5);
        inject(ack(2), 0);
        assertThat(peer.stack().stats().undone).isOne();
        for (int i = 3; i <= 9; i++) {
            peer.advance(5);
            inject(ack(i), 0);
        }
        assertThat(segments()).as("nothing is sent again").allMatch(s -> s >= 10);
    }

    @Test
    void rfc5682_2_1_withoutSackTwoAcknowledgementsShowThatTheTimeOutWasSpurious() {
        connect(false, false);
        timeOut(30);
        inject(ack(1), 0);
        assertThat(segments()).as("step 2b: new data").containsExactly(10, 11);
        assertThat(peer.stack().stats().undone).isZero();
        inject(ack(2), 0);
        assertThat(peer.stack().stats().undone).isOne();
        assertThat(segments()).allMatch(s -> s >= 12);
        inject(ack(10), 0);
        assertThat(segments()).as("cwnd as before").hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void rfc5682_2_1_aDuplicateInStep3ShowsThatTheLossWasReal() {
        connect(false, false);
        timeOut(30);
        inject(ack(1), 0);
        assertThat(segments()).containsExactly(10, 11);
        inject(ack(1), 0);
        inject(ack(1), 0);
        assertThat(segments()).as("conventional recovery").startsWith(1);
        assertThat(peer.stack().stats().undone).isZero();
    }

    @Test
    void rfc5682_2_1_withoutNewDataRecoveryIsConventional() {
        connect(false, false);
        timeOut(0);
        inject(ack(1), 0);
        assertThat(segments()).containsExactly(1, 2);
        inject(ack(3), 0);
        assertThat(segments()).containsExactly(3, 4, 5, 6);
        assertThat(peer.stack().stats().undone).isZero();
    }

    @Test
    void rfc4015_3_2_reorderingThatLookedLikeLossIsUndoneByTimestamps() {
        connect(true, true);
        peer.write(60 * MSS);
        assertThat(segments()).hasSize(10);
        int original = lastTsVal;
        peer.advance(20);
        inject(ack(0).sack(at(1), at(8)), original);
        assertThat(segments()).startsWith(0);
        peer.advance(5);
        // The late original, not the repair.
        inject(ack(8), original);
        assertThat(peer.stack().stats().undone).isOne();
        segments();
        inject(ack(10), original);
        segments();
        peer.advance(20);
        inject(ack(18), lastTsVal);
        assertThat(segments()).as("ten and more are in flight again").isNotEmpty();
    }

    @Test
    void rfc3708_reorderingThatLookedLikeLossIsUndoneByDsack() {
        connect(true, false);
        peer.write(60 * MSS);
        assertThat(segments()).hasSize(10);
        peer.advance(20);
        inject(ack(0).sack(at(1), at(8)), 0);
        assertThat(segments()).startsWith(0);
        peer.advance(5);
        inject(ack(10), 0);
        assertThat(peer.stack().stats().undone).isZero();
        int before = segments().size();
        peer.advance(15);
        inject(ack(10).sack(at(0), at(1)), 0);
        assertThat(peer.stack().stats().undone).isOne();
        assertThat(segments()).as("cwnd is back; %d before", before).isNotEmpty();
    }

    @Test
    void rfc3708_aDsackOfPartOfTheRepairsUndoesNothing() {
        connect(true, false);
        peer.write(60 * MSS);
        assertThat(segments()).hasSize(10);
        peer.advance(20);
        inject(ack(0).sack(at(3), at(10)), 0);
        peer.advance(20);
        segments();
        inject(ack(10).sack(at(0), at(1)), 0);
        assertThat(peer.stack().stats().undone).isZero();
    }

    @Test
    void rfc8985_6_2_4_dsackMakesRackMorePatient() {
        connect(true, false);
        peer.write(200 * MSS);
        segments();
        peer.advance(20);
        int base = 0;
        // Each time one is late by more than the window of the time before; each time the D-SACK follows.
        for (int round = 0; round < 3; round++) {
            inject(ack(base).sack(at(base + 1), at(base + 8)), 0);
            peer.advance(25);
            segments();
            inject(ack(base + 8), 0);
            inject(ack(base + 8).sack(at(base), at(base + 1)), 0);
            segments();
            base += 8;
            peer.advance(20);
        }
        long before = peer.stack().stats().retransmits;
        inject(ack(base).sack(at(base + 1), at(base + 8)), 0);
        // A quarter of 20 ms would be 5 ms; it is at least half a round trip now.
        peer.advance(9);
        inject(ack(base + 8), 0);
        assertThat(peer.stack().stats().retransmits).isEqualTo(before);
    }

    @Test
    void rfc2018_8_aReceiverThatRenegesGetsEverythingAgain() {
        connect(true, false);
        peer.write(10 * MSS);
        assertThat(segments()).hasSize(10);
        peer.advance(20);
        inject(ack(0).sack(at(1), at(10)), 0);
        assertThat(segments()).startsWith(0);
        peer.advance(20);
        // It acknowledges the repair alone, though it had said that it has the others.
        inject(ack(1), 0);
        peer.advance(15);
        assertThat(segments())
                .as("soon, and not after the retransmission time-out")
                .contains(1);
        for (int i = 2; i < 10; i++) {
            inject(ack(i), 0);
        }
        inject(ack(10), 0);
        segments();
        peer.expectNothingFor(3000);
    }
}
