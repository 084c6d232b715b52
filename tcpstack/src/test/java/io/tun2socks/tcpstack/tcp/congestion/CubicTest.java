package io.tun2socks.tcpstack.tcp.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** CUBIC against the formulas of RFC 9438. Windows in segments of 1000 bytes. */
class CubicTest {
    private static final int MSS = 1000;
    private static final long MS = 1_000_000;

    private final AckSample ack = new AckSample();
    private final Cubic cubic = new Cubic(MSS);
    private long now = 1_000 * MS;
    private long rtt = 100 * MS;

    private double window() {
        return cubic.cwnd() / (double) MSS;
    }

    private void ack(long bytes) {
        ack.nowNanos = now;
        ack.ackedBytes = bytes;
        ack.flightSize = cubic.cwnd();
        ack.cwndLimited = true;
        ack.rttNanos = rtt;
        ack.srttNanos = rtt;
        cubic.onAck(ack);
    }

    /** One round trip: the window is acknowledged in parts. */
    private void round(int parts) {
        long window = cubic.cwnd();
        for (int i = 0; i < parts; i++) {
            now += rtt / parts;
            ack(window / parts);
        }
    }

    private void growTo(int segments) {
        ack(segments * (long) MSS - cubic.cwnd());
        assertThat(window()).isEqualTo(segments);
    }

    @Test
    void rfc9438_4_2_theCurveHasItsPlateauAtK() {
        double k = Cubic.k(100, 70);
        assertThat(k).isEqualTo(Math.cbrt(100 * 0.3 / 0.4), within(1e-12));
        assertThat(Cubic.window(0, k, 100)).isEqualTo(70, within(1e-9));
        assertThat(Cubic.window(k, k, 100)).isEqualTo(100, within(1e-9));
        assertThat(Cubic.window(2 * k, k, 100)).isEqualTo(130, within(1e-9));
    }

    @Test
    void rfc9438_4_6_theWindowFallsToSevenTenths() {
        growTo(1000);
        cubic.onLoss(cubic.cwnd(), now);
        assertThat(window()).isEqualTo(700);
        assertThat(cubic.ssthresh()).isEqualTo(cubic.cwnd());
    }

    @Test
    void rfc9438_4_4_4_5_theWindowFollowsTheCurve() {
        growTo(1000);
        cubic.onLoss(cubic.cwnd(), now);
        ack(1);
        long start = now;
        double k = Cubic.k(1000, 700);
        double t = 0;
        while (t < 1.5 * k) {
            round(50);
            t = (now - start) / 1e9;
            // The target lies one round trip ahead.
            assertThat(window())
                    .as("at %.1f s of K %.1f s", t, k)
                    .isBetween(Cubic.window(t, k, 1000) * 0.985, Cubic.window(t + 0.1, k, 1000) * 1.001);
        }
        assertThat(window()).as("probes beyond W_max").isGreaterThan(1030);
    }

    @Test
    void rfc9438_4_3_onShortPathsTheWindowGrowsAsRenos() {
        rtt = 10 * MS;
        growTo(20);
        cubic.onLoss(cubic.cwnd(), now);
        assertThat(window()).isEqualTo(14);
        round(14);
        double before = window();
        round(14);
        assertThat(window() - before).as("alpha per round trip").isEqualTo(Cubic.ALPHA, within(0.06));
        while (window() < 21) {
            round(14);
        }
        before = window();
        round(14);
        assertThat(window() - before)
                .as("one segment per round trip above cwnd_prior")
                .isEqualTo(1, within(0.06));
    }

    @Test
    void rfc9438_4_2_stretchAcknowledgementsGrowAsMuchAsSmallOnes() {
        Cubic small = new Cubic(MSS);
        growTo(500);
        ack.ackedBytes = 490L * MSS;
        ack.nowNanos = now;
        small.onAck(ack);
        assertThat(small.cwnd()).isEqualTo(cubic.cwnd());
        cubic.onLoss(cubic.cwnd(), now);
        small.onLoss(small.cwnd(), now);
        for (int i = 0; i < 40; i++) {
            long window = small.cwnd();
            round(8);
            ack.ackedBytes = window / 350;
            for (int j = 0; j < 350; j++) {
                ack.nowNanos = now - rtt + rtt * (j + 1) / 350;
                small.onAck(ack);
            }
        }
        assertThat(cubic.cwnd() / (double) small.cwnd()).isEqualTo(1, within(0.01));
    }

    @Test
    void rfc9438_4_7_aFlowThatLosesBelowItsMaximumMakesRoom() {
        growTo(1000);
        cubic.onLoss(cubic.cwnd(), now);
        cubic.onLoss(cubic.cwnd(), now);
        assertThat(window()).isEqualTo(490, within(0.01));
        ack(1);
        long start = now;
        // W_max is 700 * 0.85.
        double k = Cubic.k(595, 490);
        while (now - start < k * 1e9) {
            round(50);
        }
        assertThat(window()).isEqualTo(595, within(3.0));
    }

    @Test
    void rfc9438_4_8_afterATimeOutOneSegmentAndSlowStart() {
        growTo(100);
        cubic.onTimeout(cubic.cwnd(), 0, true, now);
        assertThat(window()).isEqualTo(1);
        assertThat(cubic.ssthresh()).isEqualTo(70 * MSS);
        cubic.onTimeout(MSS, 0, false, now);
        assertThat(cubic.ssthresh()).as("once for the same data").isEqualTo(70 * MSS);
        ack(69 * MSS);
        assertThat(window()).isEqualTo(70);
        ack(70 * MSS);
        assertThat(window()).as("the plateau: about a segment in a round trip").isBetween(70.0, 71.1);
    }

    @Test
    void rfc9438_4_9_anUndoneReductionLeavesNothingBehind() {
        growTo(1000);
        cubic.onLoss(cubic.cwnd(), now);
        round(20);
        long before = cubic.cwnd();
        long ssthresh = cubic.ssthresh();
        cubic.onLoss(cubic.cwnd(), now);
        cubic.undo();
        assertThat(cubic.cwnd()).isEqualTo(before);
        assertThat(cubic.ssthresh()).isEqualTo(ssthresh);
        round(20);
        assertThat(cubic.cwnd()).as("the old curve goes on").isBetween(before, before + before / 20);
        before = cubic.cwnd();
        cubic.undo();
        assertThat(cubic.cwnd()).as("undone once").isEqualTo(before);
    }

    @Test
    void rfc9438_4_9_anUndoneTimeOutGoesBackToSlowStart() {
        growTo(100);
        cubic.onTimeout(cubic.cwnd(), 0, true, now);
        cubic.undo();
        assertThat(window()).isEqualTo(100);
        assertThat(cubic.ssthresh()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void rfc9438_5_8_timeThatIsNotLimitedByCwndDoesNotCount() {
        growTo(1000);
        cubic.onLoss(cubic.cwnd(), now);
        round(20);
        long before = cubic.cwnd();
        for (int i = 0; i < 1000; i++) {
            now += rtt;
            ack.nowNanos = now;
            ack.cwndLimited = false;
            cubic.onAck(ack);
        }
        assertThat(cubic.cwnd()).isEqualTo(before);
        round(20);
        assertThat(cubic.cwnd()).as("where it was, not 100 s later").isBetween(before, before + before / 10);
    }

    @Test
    void rfc5681_4_1_afterIdleTimeTheRestartWindow() {
        growTo(100);
        cubic.onLoss(cubic.cwnd(), now);
        ack(MSS);
        cubic.onIdle();
        assertThat(window()).isEqualTo(10);
        assertThat(cubic.ssthresh()).isEqualTo(70 * MSS);
        ack(10 * MSS);
        assertThat(window()).as("slow start back").isEqualTo(20);
    }

    @Test
    void rfc5681_3_1_aLostSynAckMeansOneSegment() {
        cubic.onHandshakeTimeout();
        assertThat(window()).isEqualTo(1);
    }

    @Test
    void rfc8201_4_asmallerMssLeavesTheBytes() {
        growTo(100);
        cubic.onMssReduced(500);
        assertThat(cubic.cwnd()).isEqualTo(100_000);
    }

    @Test
    void rfc9406_4_2_slowStartEndsWhenTheRoundTripGrows() {
        rtt = 40 * MS;
        while (window() < 160) {
            round(10);
        }
        rtt = 50 * MS;
        round(10);
        double before = window();
        round(10);
        assertThat(window() / before)
                .as("conservative: a quarter of the growth")
                .isEqualTo(1.25, within(0.02));
        for (int i = 0; i < 6; i++) {
            round(10);
        }
        assertThat(cubic.ssthresh()).as("out of slow start").isLessThan(Long.MAX_VALUE);
        before = window();
        round(10);
        assertThat(window() - before).isBetween(0.5, 5.0);
    }

    @Test
    void rfc9406_4_2_jitterDoesNotEndSlowStart() {
        rtt = 40 * MS;
        while (window() < 100) {
            round(10);
        }
        rtt = 50 * MS;
        round(10);
        rtt = 40 * MS;
        round(10);
        double before = window();
        round(10);
        assertThat(window() / before).isEqualTo(2, within(0.02));
        assertThat(cubic.ssthresh()).isEqualTo(Long.MAX_VALUE);
    }
}
