package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What we report of data that comes twice (RFC 2883), and how often. */
class DuplicateSackTest {
    private final ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private static Seg data(int seq, int length) {
        return Seg.of(ACK).seq(seq).ack(1).data(new byte[length]);
    }

    private static Seg pushed(int seq, int length) {
        return Seg.of(ACK | PSH).seq(seq).ack(1).data(new byte[length]);
    }

    @Test
    void rfc2883_4_1_1_aRepeatedSegmentIsReported() {
        peer.connect().inject(pushed(1, 500)).expect(ACK, 1, 501, 0);
        Seg ack = peer.inject(pushed(1, 500)).expect(ACK, 1, 501, 0);
        assertThat(ack.sack).containsExactly(1, 501);
        peer.inject(pushed(501, 100));
        assertThat(peer.expect(ACK, 1, 601, 0).sack).as("reported once").isEmpty();
    }

    @Test
    void rfc2883_4_1_2_outOfOrderDataFollowsTheDuplicate() {
        peer.connect().inject(pushed(1, 500)).expect(ACK, 1, 501, 0);
        peer.inject(data(1001, 500)).expect(ACK, 1, 501, 0);
        Seg ack = peer.inject(data(1, 500)).expect(ACK, 1, 501, 0);
        assertThat(ack.sack).containsExactly(1, 501, 1001, 1501);
    }

    @Test
    void rfc2883_4_2_aDuplicateAheadOfAGapIsFollowedByItsBlock() {
        peer.connect().inject(data(1001, 500));
        peer.inject(data(1501, 500));
        peer.inject(data(3001, 500)).drain();
        Seg ack = peer.inject(data(1501, 500)).expect(ACK, 1, 1, 0);
        assertThat(ack.sack).containsExactly(1501, 2001, 1001, 2001, 3001, 3501);
    }

    @Test
    void rfc2883_4_3_aPartlyRepeatedSegmentIsReportedAsFarAsItIs() {
        peer.connect().inject(pushed(1, 500)).expect(ACK, 1, 501, 0);
        Seg ack = peer.inject(pushed(251, 500)).expect(ACK, 1, 751, 0);
        assertThat(ack.sack).containsExactly(251, 501);
    }

    @Test
    void rfc2883_4_3_aPartlyRepeatedSegmentAheadOfAGap() {
        peer.connect().inject(data(1001, 500)).expect(ACK, 1, 1, 0);
        Seg ack = peer.inject(data(1251, 500)).expect(ACK, 1, 1, 0);
        assertThat(ack.sack).containsExactly(1251, 1501, 1001, 1751);
    }

    @Test
    void rfc2883_4_eachDuplicateHasItsOwnReport() {
        peer.connect().inject(pushed(1, 1000)).expect(ACK, 1, 1001, 0);
        peer.injectBatch(data(1, 300), data(501, 300));
        List<Seg> acks = peer.drain();
        assertThat(acks).hasSize(2);
        assertThat(acks.get(0).sack).containsExactly(1, 301);
        assertThat(acks.get(1).sack).containsExactly(501, 801);
    }

    @Test
    void rfc2018_2_nothingIsReportedWithoutPermission() {
        peer.connect(Seg.of(SYN).mss(1460)).inject(pushed(1, 500)).expect(ACK, 1, 501, 0);
        assertThat(peer.inject(pushed(1, 500)).expect(ACK, 1, 501, 0).sack).isEmpty();
    }

    @Test
    void rfc5681_4_2_segmentsOutOfOrderAreAcknowledgedOneByOne() {
        peer.connect(Seg.of(SYN).mss(1460))
                .injectBatch(data(1461, 1460), data(2921, 1460), data(4381, 1460), data(5841, 1460));
        assertThat(peer.drain())
                .as("enough duplicates for a fast retransmit")
                .hasSize(4)
                .allMatch(s -> s.ack == 1);
    }
}
