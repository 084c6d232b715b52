package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Repair without waiting for the retransmission timer. Twenty segments are in flight, numbered from 0. */
class LossRecoveryTest {
    private static final int MSS = 1460;

    /** The segment behind the last one sent. */
    private int sentEnd = 20;

    private final ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        long timeouts = peer.stack().stats().timeouts;
        peer.close();
        assertThat(timeouts).as("time-outs").isZero();
    }

    private static int at(int segment) {
        return 1 + segment * MSS;
    }

    private static Seg ack(int segment) {
        return Seg.of(ACK).seq(1).ack(at(segment)).window(0xffff);
    }

    private static Seg sack(int segment, int from, int to) {
        return ack(segment).sack(at(from), at(to));
    }

    /** Brings cwnd to twenty segments and fills it; segment 0 of the tests is the first of the twenty. */
    private void inFlight(boolean sack, int more) {
        peer.inject(Seg.of(SYN).mss(MSS).sackPermitted(sack));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.advance(20).inject(Seg.of(ACK).seq(1).ack(1)).write((10 + 20 + more) * MSS);
        assertThat(peer.drain()).hasSize(10);
        peer.advance(20);
        for (int i = 1; i <= 10; i++) {
            peer.inject(Seg.of(ACK).seq(1).ack(1 + i * MSS));
        }
        assertThat(peer.drain()).hasSize(20);
        peer.advance(20);
    }

    private List<Integer> segments() {
        List<Integer> sent = new ArrayList<>();
        for (Seg s : peer.drain()) {
            if (s.payload.length > 0) {
                sent.add((s.seq - 1) / MSS - 10);
                sentEnd = Math.max(sentEnd, sent.get(sent.size() - 1) + 1);
            }
        }
        return sent;
    }

    private ScriptedPeer inject(Seg s) {
        s.ack += 10 * MSS;
        for (int i = 0; i < s.sack.length; i++) {
            s.sack[i] += 10 * MSS;
        }
        return peer.inject(s);
    }

    @Test
    void rfc5681_3_2_threeDuplicatesRepairAHoleWithoutSack() {
        inFlight(false, 0);
        inject(ack(0));
        inject(ack(0));
        assertThat(segments()).isEmpty();
        inject(ack(0));
        assertThat(segments()).containsExactly(0);
        for (int i = 4; i < 20; i++) {
            inject(ack(0));
        }
        assertThat(segments()).as("nothing is sent twice").isEmpty();
        inject(ack(20)).expectNothingFor(3000);
    }

    @Test
    void rfc6582_3_2_partialAcknowledgementsRepairTheNextHole() {
        inFlight(false, 0);
        for (int i = 0; i < 18; i++) {
            inject(ack(0));
        }
        assertThat(segments()).containsExactly(0);
        peer.advance(20);
        inject(ack(7));
        assertThat(segments()).containsExactly(7);
        peer.advance(20);
        inject(ack(13));
        assertThat(segments()).containsExactly(13);
        inject(ack(20)).expectNothingFor(3000);
    }

    @Test
    void rfc5681_3_2_furtherDuplicatesLetNewDataOut() {
        inFlight(false, 20);
        for (int i = 0; i < 3; i++) {
            inject(ack(0));
        }
        assertThat(segments())
                .as("limited transmit (RFC 3042), then the repair")
                .containsExactly(20, 21, 0);
        for (int i = 3; i < 19; i++) {
            inject(ack(0));
        }
        assertThat(segments())
                .as("new data while the repair is under way")
                .startsWith(22)
                .hasSizeBetween(5, 12);
        finish();
    }

    @Test
    void rfc8985_sackRepairsTheHoleAtOnceWhateverIsInFlight() {
        inFlight(true, 0);
        inject(sack(0, 1, 2));
        inject(sack(0, 1, 3));
        assertThat(segments()).isEmpty();
        inject(sack(0, 1, 4));
        assertThat(segments()).as("three segments behind the hole").containsExactly(0);
        for (int i = 5; i <= 20; i++) {
            inject(sack(0, 1, i));
        }
        assertThat(segments()).as("only the hole").isEmpty();
        inject(ack(20)).expectNothingFor(3000);
    }

    @Test
    void rfc6675_5_twoHolesAreRepairedInOneRoundTrip() {
        inFlight(true, 0);
        for (int i = 2; i <= 5; i++) {
            inject(sack(0, 1, i));
        }
        for (int i = 7; i <= 20; i++) {
            inject(ack(0).sack(at(10) - 4 * MSS, at(i), at(1), at(5)));
        }
        assertThat(segments()).containsExactly(0, 5);
        peer.advance(20);
        inject(sack(5, 6, 20));
        assertThat(segments()).isEmpty();
        inject(ack(20)).expectNothingFor(3000);
    }

    @Test
    void rfc8985_6_2_aLostRepairIsRepairedByRack() {
        inFlight(true, 20);
        for (int i = 2; i <= 20; i++) {
            inject(sack(0, 1, i));
        }
        List<Integer> sent = segments();
        assertThat(sent).as("limited transmit, the repair, and new data").startsWith(20, 21, 0, 22);
        // The repair was lost, but what was sent after it has come.
        peer.advance(20);
        inject(sack(0, 1, 21));
        inject(sack(0, 1, 22));
        peer.advance(10);
        assertThat(segments()).contains(0);
        finish();
    }

    @Test
    void rfc8985_6_2_aLostTailIsFoundByADeliveredRepair() {
        inFlight(true, 0);
        // 1 to 9 come, 0 and 10 to 19 are lost.
        for (int i = 2; i <= 10; i++) {
            inject(sack(0, 1, i));
        }
        assertThat(segments()).containsExactly(0);
        peer.advance(20);
        inject(ack(10));
        peer.advance(10);
        assertThat(segments()).as("sent before the repair, and not delivered").startsWith(10);
        finish();
    }

    @Test
    void rfc8985_reorderingWithinTheWindowIsNoLoss() {
        inFlight(true, 0);
        inject(sack(0, 1, 3));
        peer.advance(1);
        inject(ack(3));
        assertThat(segments()).isEmpty();
        assertThat(peer.stack().stats().retransmits).isZero();
        finish();
    }

    @Test
    void rfc8985_6_2_fewerThanThreeDuplicatesAreEnoughAfterAQuarterRoundTrip() {
        inFlight(true, 0);
        inject(ack(18));
        inject(sack(18, 19, 20));
        assertThat(segments()).isEmpty();
        peer.advance(8);
        assertThat(segments()).containsExactly(18);
        inject(ack(20)).expectNothingFor(3000);
    }

    @Test
    void rfc9438_4_6_theWindowIsReducedOnce() {
        inFlight(true, 200);
        for (int i = 2; i <= 20; i++) {
            inject(sack(0, 1, i));
        }
        List<Integer> sent = new ArrayList<>(segments());
        peer.advance(20);
        inject(ack(20));
        sent.addAll(segments());
        int end = sent.get(sent.size() - 1) + 1;
        assertThat(end - 20)
                .as("in flight: seven tenths of the twenty, and a little growth")
                .isBetween(14, 16);
        finish();
    }

    @Test
    void rfc9937_6_whatIsDeliveredLetsOutSevenTenthsOfItWithoutABurst() {
        inFlight(true, 200);
        for (int i = 2; i <= 4; i++) {
            inject(sack(0, 1, i));
        }
        int total = segments().size();
        int silent = 0;
        for (int i = 5; i <= 20; i++) {
            inject(sack(0, 1, i));
            int sent = segments().size();
            assertThat(sent).as("at once for one that has arrived").isLessThanOrEqualTo(1);
            silent = sent == 0 ? silent + 1 : 0;
            assertThat(silent)
                    .as("acknowledgements in a row that let nothing out")
                    .isLessThanOrEqualTo(2);
            total += sent;
        }
        assertThat(total).as("for nineteen that have arrived").isBetween(13, 15);
        finish();
    }

    @Test
    void rfc2883_4_aDuplicateIsNoNewsOfTheOthers() {
        inFlight(true, 0);
        // Below the acknowledgement, and within the second block.
        inject(ack(5).sack(at(2), at(4)));
        inject(ack(5).sack(at(10) - 4 * MSS, at(11) - 4 * MSS, at(6), at(8)));
        inject(ack(5).sack(at(6), at(7), at(6), at(8)));
        assertThat(peer.stack().stats().dsacks).isEqualTo(3);
        assertThat(peer.stack().stats().retransmits).isZero();
        finish();
    }

    @Test
    void rfc2018_5_sackWithoutPermissionIsIgnored() {
        inFlight(false, 0);
        inject(sack(0, 1, 20));
        assertThat(segments()).isEmpty();
        finish();
    }

    @Test
    void nonsensicalBlocksAreIgnored() {
        inFlight(true, 0);
        inject(ack(0).sack(at(5), at(4)));
        inject(ack(0).sack(at(19), at(25)));
        inject(ack(5).sack(at(2), at(4)));
        inject(ack(5).sack(at(7), at(7)));
        assertThat(segments()).isEmpty();
        finish();
    }

    /** Acknowledges everything that was sent until all is through. */
    private void finish() {
        while (peer.flow().connection.queuedBytes() > 0) {
            segments();
            inject(ack(sentEnd));
        }
    }
}
