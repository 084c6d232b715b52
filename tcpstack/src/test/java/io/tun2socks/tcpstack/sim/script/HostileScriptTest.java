package io.tun2socks.tcpstack.sim.script;

import static io.tun2socks.tcpstack.sim.script.Line.ack;
import static io.tun2socks.tcpstack.sim.script.Line.finAck;
import static io.tun2socks.tcpstack.sim.script.Line.flags;
import static io.tun2socks.tcpstack.sim.script.Line.rst;
import static io.tun2socks.tcpstack.sim.script.Line.syn;
import static io.tun2socks.tcpstack.sim.script.Line.synAck;

import io.tun2socks.tcpstack.sim.FlowKey;
import io.tun2socks.tcpstack.sim.Packets;
import io.tun2socks.tcpstack.sim.Seg;
import io.tun2socks.tcpstack.tcp.CloseReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an attacker, a broken client or a router may say. */
class HostileScriptTest extends PacketScript {
    @ParameterizedTest
    @ValueSource(ints = {-70_000, -1, 300_000, 1_000_000_000})
    void rfc9293_3_10_7_4_dataOutsideOfTheWindowIsAnsweredAndNotTaken(int seq) {
        handshake();
        client().sends(ack(1).seq(seq).data("x"));
        stack().replies(ack(1).seq(1));
        application().hasRead("");
    }

    @ParameterizedTest
    @ValueSource(ints = {-70_000, 300_000})
    void rfc9293_3_10_7_4_finOutsideOfTheWindowEndsNothing(int seq) {
        handshake();
        client().sends(finAck(1).seq(seq));
        stack().replies(ack(1).seq(1));
        application().sawNoEnd();
    }

    @ParameterizedTest
    @ValueSource(ints = {-70_000, 0, 300_000, 1_000_000_000})
    void rfc5961_3_2_resetOutsideOfTheWindowIsNothing(int seq) {
        handshake();
        client().sends(rst().seq(seq));
        stack().isSilent();
        application().isOpen();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 300_000})
    void rfc5961_4_2_synIsChallengedWhateverItsNumber(int seq) {
        handshake();
        client().sends(syn().seq(seq));
        stack().replies(ack(1).seq(1));
        application().isOpen();
    }

    @Test
    void rfc5961_4_2_synAckInAnEstablishedConnectionIsChallenged() {
        handshake();
        client().sends(synAck().seq(1).acking(1));
        stack().replies(ack(1).seq(1));
        application().isOpen();
    }

    @Test
    void rfc5961_3_2_theChallengeLetsARealClientResetExactly() {
        handshake();
        client().sends(rst().seq(1000));
        stack().replies(ack(1).seq(1));
        client().sends(rst().seq(1));
        application().isClosed(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc9293_3_10_7_4_allFlagsAtOnceAreChallengedOrDropped() {
        handshake();
        client().sends(flags(0x3f & ~Seg.RST).seq(1).acking(1).data("x-mas"));
        stack().replies(ack(1).seq(1));
        application().hasRead("");
        application().sawNoEnd();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 13})
    void rfc5927_6_routersDoNotEndEstablishedConnections(int code) {
        handshake();
        application().writes("hello");
        Seg sent = stack().sends(ack(1).seq(1).data("hello"));
        client().sends(unreachable(code, sent));
        application().isOpen();
        client().sends(ack(6));
        application().writes("world");
        stack().sends(ack(1).seq(6).data("world"));
        client().sends(ack(11));
    }

    private static byte[] unreachable(int code, Seg sent) {
        FlowKey flow = FlowKey.v4(40000);
        byte[] quoted =
                Packets.tcp(flow.reversed(), Seg.of(sent.flags).seq(sent.seq).ack(sent.ack));
        byte[] icmp = new byte[8 + 28];
        icmp[0] = 3;
        icmp[1] = (byte) code;
        System.arraycopy(quoted, 0, icmp, 8, 28);
        return Packets.ip(flow.client(), flow.target(), 1, icmp, 2);
    }

    @Test
    void rfc5961_5_2_dataWithAnAckOfTheFutureIsNotTaken() {
        handshake();
        client().sends(ack(2).seq(1).data("spoof").push());
        stack().replies(ack(1).seq(1));
        application().hasRead("");
    }

    @Test
    void rfc9293_3_8_6_segmentsOfOneByteOutOfOrderArePutTogether() {
        handshake();
        String text = "reassembly";
        for (int i = text.length() - 1; i > 0; i--) {
            client().sends(ack(1).seq(1 + i).data(text.substring(i, i + 1)));
            stack().replies(ack(1).sack(1 + i, 1 + text.length()));
        }
        client().sends(ack(1).seq(1).data("r"));
        stack().replies(ack(11).sack());
        application().hasRead(text);
    }

    @Test
    void rfc9293_3_10_7_4_ofPiecesAheadOfAGapTheFirstCounts() {
        handshake();
        client().sends(ack(1).seq(4).data("def"));
        stack().replies(ack(1).sack(4, 7));
        client().sends(ack(1).seq(3).data("cXXXghi"));
        // What came twice is told (RFC 2883 4).
        stack().replies(ack(1).sack(4, 7, 3, 10));
        client().sends(ack(1).seq(1).data("ab").push());
        stack().replies(ack(10).sack());
        application().hasRead("abcdefghi");
    }

    @Test
    void rfc9293_3_10_7_4_whatLiesBehindAFinIsForgotten() {
        handshake();
        client().sends(ack(1).seq(10).data("behind"));
        stack().replies(ack(1).sack(10, 16));
        client().sends(finAck(1).seq(1));
        stack().replies(ack(2).sack());
        application().sawTheEnd();
        application().hasRead("");
    }

    @Test
    void rfc9293_3_4_numbersOfAnOldConnectionDoNotFitTheNewOne() {
        handshake();
        client().sends(rst().seq(1));
        application().isClosed(CloseReason.RESET_BY_CLIENT);
        client().sends(ack(1).seq(1).data("old"));
        stack().replies(rst().seq(1));
        client().sends(syn().seq(50_000));
        application().accepts();
        stack().replies(synAck().acking(50_001));
        client().sends(ack(1).seq(50_001));
        application().isConnected();
    }
}
