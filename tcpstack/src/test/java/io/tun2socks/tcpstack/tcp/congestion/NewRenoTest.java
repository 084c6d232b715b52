package io.tun2socks.tcpstack.tcp.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Slow start, congestion avoidance and reductions of RFC 5681. */
class NewRenoTest {
    private static final int MSS = 1000;

    private final AckSample ack = new AckSample();
    private final NewReno reno = new NewReno(MSS);

    private void ack(long bytes, boolean limited) {
        ack.ackedBytes = bytes;
        ack.cwndLimited = limited;
        reno.onAck(ack);
    }

    @Test
    void rfc6928_2_tenSegmentsOrAsManyAs14600Bytes() {
        assertThat(reno.cwnd()).isEqualTo(10_000);
        assertThat(new NewReno(1460).cwnd()).isEqualTo(14_600);
        assertThat(new NewReno(8960).cwnd()).isEqualTo(2 * 8960);
        assertThat(CongestionAlgorithm.CUBIC.create(8960).cwnd()).isEqualTo(2 * 8960);
    }

    @Test
    void rfc5681_3_1_slowStartThenOneSegmentPerWindow() {
        ack(10_000, true);
        assertThat(reno.cwnd()).isEqualTo(20_000);
        reno.onLoss(20_000, 0);
        assertThat(reno.cwnd()).isEqualTo(10_000);
        ack(9_999, true);
        assertThat(reno.cwnd()).isEqualTo(10_000);
        ack(1, true);
        assertThat(reno.cwnd()).isEqualTo(11_000);
    }

    @Test
    void rfc7661_noGrowthUnlessCwndLimits() {
        ack(10_000, false);
        assertThat(reno.cwnd()).isEqualTo(10_000);
    }

    @Test
    void rfc5681_3_1_aTimeOutHalvesOnceAndRestarts() {
        ack(10_000, true);
        reno.onTimeout(20_000, 0, true, 0);
        reno.onTimeout(20_000, 0, false, 0);
        assertThat(reno.cwnd()).isEqualTo(MSS);
        assertThat(reno.ssthresh()).isEqualTo(10_000);
    }

    @Test
    void rfc5681_3_1_neverBelowTwoSegments() {
        reno.onLoss(1000, 0);
        assertThat(reno.ssthresh()).isEqualTo(2 * MSS);
    }

    @Test
    void rfc4015_3_2_undoRestoresBoth() {
        ack(10_000, true);
        reno.onTimeout(20_000, 0, true, 0);
        reno.undo();
        assertThat(reno.cwnd()).isEqualTo(20_000);
        assertThat(reno.ssthresh()).isEqualTo(Long.MAX_VALUE);
    }
}
