package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.FIN;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tail loss probes (RFC 8985 7): a lost end is found without the retransmission timer. The round trip is 20 ms. */
class TailLossProbeTest {
    private static final int MSS = 1460;
    /** Two round trips, and a little for the timer. */
    private static final int PTO = 42;

    private final ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private void connect() {
        peer.inject(Seg.of(SYN).mss(MSS).sackPermitted(true));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.advance(20).inject(ack(0));
    }

    private static int at(int segment) {
        return 1 + segment * MSS;
    }

    private static Seg ack(int segment) {
        return Seg.of(ACK).seq(1).ack(at(segment)).window(0xffff);
    }

    private void send(int segments) {
        peer.write(segments * MSS);
        assertThat(peer.drain()).hasSize(segments);
    }

    @Test
    void rfc8985_7_2_afterTwoRoundTripsTheLastSegmentIsSentAgain() {
        connect();
        send(5);
        peer.expectAfter(PTO, ACK | PSH, at(4), 1, MSS);
        assertThat(peer.stack().stats().tailProbes).isOne();
        peer.advance(20).inject(ack(5)).expectNothingFor(3000);
        assertThat(peer.stack().stats().timeouts).isZero();
    }

    @Test
    void rfc8985_7_3_newDataIsTheProbeIfThereIsSome() {
        connect();
        // Ten fill the window; the eleventh may go out as the probe all the same.
        peer.write(20 * MSS);
        assertThat(peer.drain()).hasSize(10);
        peer.expectAfter(PTO, ACK, at(10), 1, MSS);
        peer.expectNothingFor(100);
    }

    @Test
    void rfc8985_7_3_theReceiversWindowHoldsForTheProbe() {
        peer.inject(Seg.of(SYN).mss(MSS).sackPermitted(true));
        peer.flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.advance(20).inject(ack(0).window(3 * MSS)).write(10 * MSS);
        assertThat(peer.drain()).hasSize(3);
        peer.expectAfter(PTO, ACK, at(2), 1, MSS);
    }

    @Test
    void rfc8985_7_2_aSingleSegmentWaitsForTheDelayedAcknowledgement() {
        connect();
        peer.write(100).expect(ACK | PSH, 1, 1, 100);
        // Two round trips and 200 ms would be 240 ms, but the retransmission timer is at 220 ms.
        peer.expectAfter(220, ACK | PSH, 1, 1, 100);
        assertThat(peer.stack().stats().tailProbes).isOne();
        peer.expectAfter(220, ACK | PSH, 1, 1, 100);
        assertThat(peer.stack().stats().timeouts)
                .as("the probe restarts the timer")
                .isOne();
    }

    @Test
    void rfc8985_7_2_thereIsOneProbeAndThenTheRetransmissionTimer() {
        connect();
        send(5);
        peer.expectAfter(PTO, ACK | PSH, at(4), 1, MSS);
        peer.expectAfter(220, ACK, at(0), 1, MSS);
        assertThat(peer.stack().stats().tailProbes).isOne();
        assertThat(peer.stack().stats().timeouts).isOne();
    }

    @Test
    void rfc8985_7_2_withoutSackThereIsNoProbe() {
        peer.connect(Seg.of(SYN).mss(MSS));
        send(5);
        peer.expectNothingFor(195);
    }

    @Test
    void rfc8985_7_3_aLostFinIsProbed() {
        connect();
        peer.flow().connection.write(peer.buffer(2 * MSS));
        peer.flow().connection.shutdownOutput();
        assertThat(peer.settle().drain()).hasSize(2);
        peer.expectAfter(PTO, ACK | PSH | FIN, at(1), 1, MSS);
    }

    @Test
    void rfc8985_7_4_theProbeLetsRackFindWhatElseWasLost() {
        connect();
        send(5);
        peer.advance(20).inject(ack(2)).expectNothing();
        // 2, 3 and 4 are lost; the probe repeats 4 and finds the others.
        peer.expectAfter(PTO, ACK | PSH, at(4), 1, MSS);
        peer.advance(20).inject(ack(2).sack(at(4), at(5)));
        peer.expect(ACK, at(2), 1, MSS);
        peer.advance(20).inject(ack(3).sack(at(4), at(5)));
        peer.drain();
        peer.advance(20).inject(ack(5)).expectNothingFor(3000);
        assertThat(peer.stack().stats().timeouts).isZero();
    }

    @Test
    void rfc8985_7_4_2_aLossThatTheProbeRepairedReducesTheWindow() {
        connect();
        send(10);
        peer.expectAfter(PTO, ACK | PSH, at(9), 1, MSS);
        peer.advance(20).inject(ack(10)).write(30 * MSS);
        int window = peer.drain().size();
        assertThat(window).as("as if nothing was lost").isGreaterThanOrEqualTo(10);
        peer.advance(20).inject(ack(10 + window));
        // No D-SACK came: the original was lost.
        assertThat(peer.drain()).hasSizeLessThan(window + 1);
        assertThat(peer.stack().stats().dsacks).isZero();
    }

    @Test
    void rfc8985_7_4_2_aDsackOfTheProbeShowsThatNothingWasLost() {
        connect();
        send(10);
        peer.expectAfter(PTO, ACK | PSH, at(9), 1, MSS);
        peer.advance(10).inject(ack(10));
        peer.advance(10).inject(ack(10).sack(at(9), at(10)));
        peer.write(60 * MSS);
        int window = peer.drain().size();
        peer.advance(20).inject(ack(10 + window));
        assertThat(peer.drain()).as("slow start goes on").hasSizeGreaterThan(window + 5);
        assertThat(peer.stack().stats().dsacks).isOne();
    }
}
