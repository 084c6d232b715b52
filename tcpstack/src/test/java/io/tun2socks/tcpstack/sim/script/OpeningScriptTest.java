package io.tun2socks.tcpstack.sim.script;

import static io.tun2socks.tcpstack.sim.script.Line.ack;
import static io.tun2socks.tcpstack.sim.script.Line.finAck;
import static io.tun2socks.tcpstack.sim.script.Line.flags;
import static io.tun2socks.tcpstack.sim.script.Line.rst;
import static io.tun2socks.tcpstack.sim.script.Line.rstAck;
import static io.tun2socks.tcpstack.sim.script.Line.syn;
import static io.tun2socks.tcpstack.sim.script.Line.synAck;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.sim.FlowKey;
import io.tun2socks.tcpstack.sim.Packets;
import io.tun2socks.tcpstack.sim.Seg;
import io.tun2socks.tcpstack.tcp.CloseReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening connections. */
class OpeningScriptTest extends PacketScript {
    @Test
    void rfc9293_3_5_threeWayHandshake() {
        client().sends(syn().mss(1460).sackPermitted().windowScale(7));
        stack().isSilent();
        application().accepts();
        stack().replies(synAck().mss(1460).sackPermitted().windowScale(7));
        application().isNotConnected();
        client().sends(ack(1));
        application().isConnected();
        after(1, SECONDS);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_5_overIpv6() {
        use(FlowKey.v6(40000));
        client().sends(syn().mss(1440));
        application().accepts();
        stack().replies(synAck().mss(1440));
        client().sends(ack(1).data("hello").push());
        stack().replies(ack(6).seq(1));
        application().hasRead("hello");
    }

    @Test
    void rfc9293_3_7_1_nothingOfferedNothingGiven() {
        client().sends(syn());
        application().accepts();
        stack().replies(synAck().withoutOptions().mss(1460));
        client().sends(ack(1));
        application().isConnected();
    }

    @Test
    void rfc9293_3_10_7_2_resetToNobodyIsIgnored() {
        client().sends(rst().seq(0));
        client().sends(rstAck(0).seq(0));
        client().sends(flags(Seg.RST | Seg.SYN).seq(0));
        stack().isSilent();
        application().hasConnections(0);
    }

    @Test
    void rfc9293_3_10_7_2_synWithFinOpensNothing() {
        client().sends(flags(Seg.SYN | Seg.FIN).seq(0));
        stack().isSilent();
        application().hasConnections(0);
    }

    @Test
    void rfc9293_3_10_7_1_resetToNobodysFinCountsTheFin() {
        client().sends(flags(Seg.FIN).seq(0).data("bye"));
        stack().replies(rstAck(4).seq(0));
    }

    @Test
    void rfc9293_3_10_7_1_resetToNobodysAckHasItsNumber() {
        client().sends(flags(Seg.ACK | Seg.PSH).seq(100).acking(77).data("x"));
        stack().replies(rst().seq(77));
    }

    @Test
    void rfc9293_3_4_dataOnSynIsTakenWhenItComesAgain() {
        client().sends(syn().mss(1460).data("early"));
        application().accepts();
        stack().replies(synAck().acking(1));
        client().sends(ack(1).seq(1).data("early bird").push());
        stack().replies(ack(11).seq(1));
        application().hasRead("early bird");
    }

    @Test
    void rfc6298_2_1_synAckComesAgainAfterASecond() {
        client().sends(syn());
        application().accepts();
        stack().replies(synAck());
        after(1, SECONDS);
        stack().sends(synAck());
        after(2, SECONDS);
        stack().sends(synAck());
        client().sends(ack(1));
        application().isConnected();
        after(10, SECONDS);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_10_7_4_repeatedHandshakeAckIsNotAnswered() {
        handshake();
        client().sends(ack(1).seq(1));
        client().sends(ack(1).seq(1));
        after(200, MILLISECONDS);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_10_7_4_pushOnTheHandshakesAckIsNothingSpecial() {
        client().sends(syn());
        application().accepts();
        stack().replies(synAck());
        client().sends(ack(1).push());
        application().isConnected();
        after(200, MILLISECONDS);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_10_7_4_dataAfterALostHandshakeAckEstablishes() {
        client().sends(syn());
        application().accepts();
        stack().replies(synAck());
        client().sends(ack(1).seq(1).data("second").push());
        application().isConnected();
        stack().replies(ack(7).seq(1));
        application().hasRead("second");
    }

    @Test
    void rfc7323_2_3_shiftsBeyondFourteenCountAsFourteen() {
        handshake(syn().mss(1460).windowScale(15).window(1));
        application().writes(30 * 1460);
        for (int i = 0; i < 10; i++) {
            stack().sends(ack(1).seq(1 + i * 1460).length(1460));
        }
        client().sends(ack(1 + 10 * 1460).window(1));
        // 1 << 14 is eleven segments, and what is left is too little for a twelfth.
        for (int i = 10; i < 21; i++) {
            stack().sends(ack(1).seq(1 + i * 1460).length(1460));
        }
        stack().isSilent();
        application().aborts();
        stack().sends(rstAck(1).seq(1 + 21 * 1460));
    }

    @Test
    void rfc7323_2_2_windowOfSynAckIsNotScaled() {
        client().sends(syn().windowScale(2));
        application().accepts();
        stack().replies(synAck().windowScale(7).window(65535));
        client().sends(ack(1).data("x").push());
        Seg answer = stack().replies(ack(2));
        assertThat(answer.window).as("scaled from now on").isBetween(65535 >> 7, 8192);
    }

    @ParameterizedTest
    @ValueSource(ints = {536, 1000, 1460})
    void rfc9293_3_7_1_segmentsAreAsLongAsTheClientTakes(int mss) {
        handshake(syn().mss(mss));
        application().writes(2 * mss + 1);
        stack().sends(ack(1).seq(1).length(mss));
        stack().sends(ack(1).seq(1 + mss).length(mss));
        stack().sends(ack(1).seq(1 + 2 * mss).length(1).push());
        client().sends(ack(2 + 2 * mss));
    }

    @ParameterizedTest
    @ValueSource(ints = {-100_000, 100_000})
    void rfc5961_4_2_aClientThatBeginsAnewClearsTheHalfOpenConnection(int isn) {
        client().sends(syn());
        application().accepts();
        stack().replies(synAck());
        client().sends(syn().seq(isn));
        stack().replies(ack(1).seq(1));
        // The client knows of no such connection, and resets it (RFC 9293 3.10.7.3).
        client().sends(rst().seq(1));
        application().isClosed(CloseReason.RESET_BY_CLIENT);
        client().sends(syn().seq(isn));
        application().hasConnections(2);
        application().accepts();
        stack().replies(synAck().acking(isn + 1));
    }

    @Test
    void rfc9293_3_10_7_4_aSynWithinTheWindowReturnsToListen() {
        client().sends(syn());
        application().accepts();
        stack().replies(synAck());
        client().sends(syn().seq(500));
        stack().isSilent();
        application().isClosed(CloseReason.RESET_BY_CLIENT);
        client().sends(syn().seq(500));
        application().hasConnections(2);
        application().accepts();
        stack().replies(synAck().acking(501));
    }

    @Test
    void rfc9293_3_6_1_refusedConnectionsMayBeTriedAgain() {
        client().sends(syn());
        application().refuses();
        stack().replies(rstAck(1));
        client().sends(syn());
        application().hasConnections(2);
        application().accepts();
        stack().replies(synAck());
    }

    @Test
    void rfc1122_4_2_3_9_unreachableTargetsAreTold() {
        client().sends(syn());
        application().findsUnreachable(Unreachable.NETWORK);
        byte[] icmp = Packets.transport(stack().sendsOther());
        assertThat(icmp[0]).as("type").isEqualTo((byte) 3);
        assertThat(icmp[1]).as("code").isEqualTo((byte) 0);
        application().isClosed(CloseReason.ABORTED);
    }

    @Test
    void rfc9293_3_10_7_4_connectionsOfOnePortToTwoTargetsAreTwo() {
        handshake();
        use(new FlowKey(FlowKey.v4(40000).client(), 40000, FlowKey.v4(40000).target(), 443));
        handshake();
        application().hasConnections(2);
        client().sends(ack(1).data("other").push());
        stack().replies(ack(6));
        application().hasRead("other");
    }

    @Test
    void rfc9293_3_6_clientMayCloseWithTheHandshakesAck() {
        client().sends(syn());
        application().accepts();
        stack().replies(synAck());
        client().sends(finAck(1));
        application().isConnected();
        application().sawTheEnd();
        stack().replies(ack(2).seq(1));
        application().closes();
        stack().sends(finAck(2).seq(1));
        client().sends(ack(2));
        application().isClosed(CloseReason.FINISHED);
    }
}
