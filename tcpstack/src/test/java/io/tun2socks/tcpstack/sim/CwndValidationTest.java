package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** cwnd is what the path has shown to carry of late, and no more. The round trip is 20 ms. */
class CwndValidationTest {
    private static final int MSS = 1460;

    private final ScriptedPeer peer = ScriptedPeer.plain();
    private int acked;

    @AfterEach
    void close() {
        peer.close();
    }

    private void connect() {
        peer.inject(Seg.of(SYN).mss(MSS).sackPermitted(true));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.advance(20);
        acknowledge(0);
    }

    private void acknowledge(int segments) {
        acked += segments;
        peer.inject(Seg.of(ACK).seq(1).ack(1 + acked * MSS).window(0xffff));
    }

    /** Returns how many segments go out of so much data that only cwnd limits them. */
    private int burst() {
        peer.write(40 * MSS);
        return peer.drain().size();
    }

    /** Sends and acknowledges so many segments, a few at a time, which is all that the application has. */
    private void trickle(int rounds, int segments) {
        for (int i = 0; i < rounds; i++) {
            peer.write(segments * MSS);
            assertThat(peer.drain()).hasSize(segments);
            peer.advance(20);
            acknowledge(segments);
        }
    }

    @Test
    void rfc7661_4_3_anApplicationThatSendsLittleDoesNotMakeCwndGrow() {
        connect();
        trickle(30, 3);
        assertThat(burst()).isEqualTo(10);
    }

    @Test
    void rfc7661_4_3_inSlowStartCwndGrowsToTwiceWhatIsInUse() {
        connect();
        trickle(10, 8);
        assertThat(burst()).isBetween(16, 18);
    }

    @Test
    void rfc7661_aWindowThatWasFullCountsThoughNothingWaitsWhenItIsAcknowledged() {
        connect();
        trickle(1, 10);
        assertThat(burst()).isEqualTo(20);
    }

    @Test
    void rfc5681_4_1_afterIdleTimeTheRestartWindow() {
        connect();
        trickle(1, 10);
        trickle(1, 20);
        peer.advance(300);
        assertThat(burst()).isEqualTo(10);
    }

    @Test
    void rfc5681_4_1_aPauseShorterThanTheTimeOutLeavesCwnd() {
        connect();
        trickle(1, 10);
        trickle(1, 20);
        peer.advance(150);
        assertThat(burst()).isEqualTo(40);
    }

    @Test
    void rfc5681_3_1_afterALostSynAckTheInitialWindowIsOneSegment() {
        peer.inject(Seg.of(SYN).mss(MSS).sackPermitted(true));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.expectAfter(1000, SYN | ACK, 0, 1, 0);
        peer.advance(20);
        acknowledge(0);
        assertThat(burst()).isOne();
        acknowledge(1);
        assertThat(peer.drain()).hasSize(2);
    }
}
