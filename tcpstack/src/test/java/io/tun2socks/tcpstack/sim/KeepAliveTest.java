package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.FIN;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.RST;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes of silent clients, sent and answered. */
class KeepAliveTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int HOURS = 3_600_000;

    private ScriptedPeer peer = every(60, 10, 3);

    private static ScriptedPeer every(long idle, long interval, int probes) {
        return new ScriptedPeer(StackConfig.defaults(1500, Offloads.NONE)
                .withTcp(TcpConfig.DEFAULT.withKeepAlive(idle * SECOND, interval * SECOND, probes)));
    }

    private void with(ScriptedPeer other) {
        peer.close();
        peer = other;
    }

    @AfterEach
    void close() {
        peer.close();
    }

    @Test
    void rfc9293_3_8_4_theDefaultIsTwoHours() {
        with(ScriptedPeer.plain());
        peer.connect().expectAfter(2 * HOURS, ACK, 0, 1, 0);
    }

    @Test
    void rfc9293_3_8_4_aSilentClientIsProbedAndGivenUp() {
        peer.connect().expectAfter(60_000, ACK, 0, 1, 0);
        peer.expectAfter(10_000, ACK, 0, 1, 0);
        peer.expectAfter(10_000, ACK, 0, 1, 0);
        peer.expectAfter(10_000, RST | ACK, 1, 1, 0);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.TIMED_OUT);
    }

    @Test
    void rfc9293_3_8_4_anAnswerBeginsTheWaitAnew() {
        peer.connect().expectAfter(60_000, ACK, 0, 1, 0);
        peer.expectAfter(10_000, ACK, 0, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1)).expectNothing();
        peer.expectAfter(60_000, ACK, 0, 1, 0);
        assertThat(peer.flow().closed).isNull();
    }

    @Test
    void rfc9293_3_8_4_trafficPutsTheProbeOff() {
        peer.connect().advance(50_000);
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("x")).expect(ACK, 1, 2, 0);
        peer.expectAfter(60_000, ACK, 0, 2, 0);
    }

    @Test
    void rfc9293_3_8_4_whatIsOutstandingNeedsNoProbe() {
        peer.connect().advance(59_900);
        peer.write(10).expect(ACK | PSH, 1, 1, 10);
        peer.advance(5_000);
        assertThat(peer.drain()).as("only the data, again and again").allMatch(s -> s.seq == 1 && s.payload.length > 0);
    }

    @Test
    void rfc9293_3_8_4_aClientThatKeepsItsHalfOpenIsProbedToo() {
        peer.connect().flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 1, 0);
        peer.inject(Seg.of(ACK).seq(1).ack(2));
        assertThat(peer.flow().connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        peer.expectAfter(60_000, ACK, 1, 1, 0);
        peer.advance(20_000).drain();
        peer.advance(11_000);
        assertThat(peer.flow().closed).isEqualTo(CloseReason.TIMED_OUT);
        peer.drain();
    }

    @Test
    void keepAliveCanBeOff() {
        with(every(0, 1, 1));
        peer.connect().expectNothingFor(24L * HOURS);
        assertThat(peer.flow().closed).isNull();
    }

    @Test
    void rfc9293_3_8_4_aClientsProbeIsAnswered() {
        peer.connect().inject(Seg.of(ACK | PSH).seq(1).ack(1).data("abc")).expect(ACK, 1, 4, 0);
        peer.inject(Seg.of(ACK).seq(3).ack(1)).expect(ACK, 1, 4, 0);
        peer.inject(Seg.of(ACK).seq(3).ack(1).data("c")).expect(ACK, 1, 4, 0);
        assertThat(peer.flow().received).hasToString("abc");
    }
}
