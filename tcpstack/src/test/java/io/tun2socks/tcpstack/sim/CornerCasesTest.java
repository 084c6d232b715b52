package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.FIN;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.RST;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is easily overlooked: rules that matter only when two unusual things meet. */
class CornerCasesTest {
    private ScriptedPeer peer = ScriptedPeer.plain();

    @AfterEach
    void close() {
        peer.close();
    }

    private void budget(int bytes) {
        peer.close();
        peer = new ScriptedPeer(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1 << 20, bytes, bytes)));
    }

    private static Seg data(int seq, int length) {
        return Seg.of(ACK).seq(seq).ack(1).data(new byte[length]);
    }

    /** RFC 5961 3.2: the challenge is not only counted, it goes out. */
    @Test
    void rfc5961_3_2_theChallengeOfSynReceivedIsSent() {
        peer.inject(Seg.of(SYN).mss(1460)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(RST).seq(2)).expect(ACK, 1, 1, 0);
    }

    /** RFC 6298 5.7: after a lost SYN-ACK data begins with an RTO of 3 s (Linux: TCP_TIMEOUT_FALLBACK). */
    @Test
    void rfc6298_5_7_afterALostSynAckDataBeginsWithThreeSeconds() {
        peer.inject(Seg.of(SYN).mss(1460)).flow().connection.accept();
        peer.settle().expect(SYN | ACK, 0, 1, 0);
        peer.expectAfter(1000, SYN | ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1)).write(100).expect(ACK | PSH, 1, 1, 100);
        peer.expectAfter(3000, ACK | PSH, 1, 1, 100);
    }

    /** The back-off of zero-window probes is not that of retransmissions: when the window opens it ends. */
    @Test
    void rfc9293_3_8_6_1_theBackOffOfProbesEndsWhenTheWindowOpens() {
        peer.connect(Seg.of(SYN).mss(1460)).write(1000).expect(ACK | PSH, 1, 1, 1000);
        peer.inject(Seg.of(ACK).seq(1).ack(1001).window(0)).write(1000).expectNothing();
        for (int i = 0; i < 10; i++) {
            peer.advance(60_000).drain();
            peer.inject(Seg.of(ACK).seq(1).ack(1001).window(0));
        }
        peer.inject(Seg.of(ACK).seq(1).ack(1001).window(5000)).expect(ACK | PSH, 1001, 1, 1000);
        // It is lost: SRTT is nearly nothing, so the time-out is 200 ms.
        peer.expectAfter(200, ACK | PSH, 1001, 1, 1000);
    }

    /** RFC 9293 3.8.6.2.2: an acknowledgement that goes out anyway offers no silly window either. */
    @Test
    void rfc9293_3_8_6_2_2_acknowledgementsOfferNoSillyWindow() {
        budget(10_000);
        peer.connect().flow().consuming = false;
        for (int at = 0; at < 10_000; at += 1000) {
            peer.inject(data(1 + at, 1000));
        }
        peer.advance(50).drain();
        peer.flow().connection.consumed(100);
        peer.settle().expectNothing();
        // The client's probe of the window.
        assertThat(peer.inject(data(10_001, 1)).expect(ACK, 1, 10_001, 0).window)
                .as("RCV.BUFF is 10,000 and MSS 1,460")
                .isZero();
    }

    /** RFC 9293 3.10.7.4, first step: with a closed window valid acknowledgements count all the same. */
    @Test
    void rfc9293_3_10_7_4_theAckOfAZeroWindowProbeCounts() {
        budget(4096);
        peer.connect().flow().consuming = false;
        peer.inject(data(1, 1460))
                .inject(data(1461, 1460))
                .inject(data(2921, 1176))
                .advance(50)
                .drain();
        peer.write(100).expect(ACK | PSH, 1, 4097, 100);
        peer.inject(Seg.of(ACK).seq(4097).ack(101).data("p")).expect(ACK, 101, 4097, 0);
        assertThat(peer.flow().connection.queuedBytes()).isZero();
    }

    /** RFC 6191 2: timestamps where there were none before are enough. */
    @Test
    void rfc6191_2_aSynWithTimestampsAfterAConnectionWithoutIsTaken() {
        peer.connect().flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.inject(Seg.of(ACK | FIN).seq(1).ack(2)).expect(ACK, 2, 2, 0);
        peer.inject(Seg.of(SYN).seq(-100_000).mss(1460).timestamps(10_000, 0)).expectNothing();
        assertThat(peer.flowCount()).isEqualTo(2);
    }
}
