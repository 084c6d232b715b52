package io.tun2socks.tcpstack.sim.script;

import static io.tun2socks.tcpstack.sim.script.Line.ack;
import static io.tun2socks.tcpstack.sim.script.Line.finAck;
import static io.tun2socks.tcpstack.sim.script.Line.rst;
import static io.tun2socks.tcpstack.sim.script.Line.rstAck;
import static io.tun2socks.tcpstack.sim.script.Line.syn;
import static io.tun2socks.tcpstack.sim.script.Line.synAck;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.tun2socks.tcpstack.tcp.CloseReason;
import org.junit.jupiter.api.Test;

/** Closing, half-closing, resetting. */
class ClosingScriptTest extends PacketScript {
    private void closeWait() {
        handshake();
        client().sends(finAck(1));
        stack().replies(ack(2).seq(1));
        application().sawTheEnd();
    }

    private void finWait2() {
        handshake();
        application().closes();
        stack().sends(finAck(1).seq(1));
        client().sends(ack(2));
    }

    @Test
    void rfc9293_3_6_closeByTheClient() {
        closeWait();
        application().closes();
        stack().sends(finAck(2).seq(1));
        client().sends(ack(2));
        application().isClosed(CloseReason.FINISHED);
        client().sends(ack(2));
        stack().replies(rst().seq(2));
    }

    @Test
    void rfc9293_3_6_closeByUs() {
        finWait2();
        application().isOpen();
        client().sends(finAck(2));
        stack().replies(ack(2).seq(2));
        application().isClosed(CloseReason.FINISHED);
    }

    @Test
    void rfc9293_3_6_ourFinComesAfterAllDataThatTheWindowHeldBack() {
        handshake(syn().mss(1460).window(1460));
        application().writes(2920);
        application().closes();
        stack().sends(ack(1).seq(1).length(1460));
        client().sends(ack(1461).window(1460));
        stack().sends(ack(1).seq(1461).length(1460));
        client().sends(ack(2921).window(1460));
        stack().sends(finAck(1).seq(2921));
        client().sends(ack(2922));
        application().isOpen();
    }

    @Test
    void rfc9293_3_10_7_4_nothingIsTakenBehindAFin() {
        closeWait();
        client().sends(ack(1).seq(2).data("ghost"));
        stack().replies(ack(2).seq(1));
        application().hasRead("");
        application().isOpen();
    }

    @Test
    void rfc9293_3_10_7_4_segmentsOutsideOfTheWindowInCloseWaitAreAnswered() {
        closeWait();
        client().sends(ack(1).seq(2_000_000).data("far"));
        stack().replies(ack(2).seq(1));
        client().sends(ack(1).seq(0).data("o"));
        stack().replies(ack(2).seq(1));
    }

    @Test
    void rfc5961_5_2_ackOfTheUnsentInCloseWaitIsAnswered() {
        closeWait();
        client().sends(ack(9).seq(2));
        stack().replies(ack(2).seq(1));
        application().writes("still here");
        stack().sends(ack(2).seq(1).data("still here"));
        client().sends(ack(11).seq(2));
    }

    @Test
    void rfc9293_3_10_7_4_resetInCloseWaitEndsTheConnection() {
        closeWait();
        client().sends(rst().seq(2));
        application().isClosed(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc9293_3_10_7_4_resetInFinWait2EndsTheConnection() {
        finWait2();
        client().sends(rst().seq(1));
        application().isClosed(CloseReason.RESET_BY_CLIENT);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_10_7_4_resetInLastAckEndsTheConnection() {
        closeWait();
        application().closes();
        stack().sends(finAck(2).seq(1));
        client().sends(rst().seq(2));
        after(10, SECONDS);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_10_7_4_finAgainInLastAckIsAcknowledged() {
        closeWait();
        application().closes();
        stack().sends(finAck(2).seq(1));
        client().sends(finAck(1).seq(1));
        stack().replies(ack(2).seq(2));
        client().sends(ack(2).seq(2));
        application().isClosed(CloseReason.FINISHED);
    }

    @Test
    void rfc9293_3_10_7_4_finAgainInClosingIsAcknowledged() {
        handshake();
        application().closes();
        stack().sends(finAck(1).seq(1));
        client().sends(finAck(1).seq(1));
        stack().replies(ack(2).seq(2));
        client().sends(finAck(1).seq(1));
        stack().replies(ack(2).seq(2));
        client().sends(ack(2).seq(2));
        application().isClosed(CloseReason.FINISHED);
    }

    @Test
    void rfc9293_3_10_7_4_ackOfOurFinWithFinIsTheWholeEnd() {
        handshake();
        application().closes();
        stack().sends(finAck(1).seq(1));
        client().sends(finAck(2).seq(1));
        stack().replies(ack(2).seq(2));
        application().isClosed(CloseReason.FINISHED);
    }

    @Test
    void rfc9293_3_6_clientSendsOnAfterOurFin() {
        finWait2();
        client().sends(ack(2).data("more").push());
        stack().replies(ack(5).seq(2));
        client().sends(ack(2).data(" and more").push());
        stack().replies(ack(14).seq(2));
        application().hasRead("more and more");
        client().sends(finAck(2));
        stack().replies(ack(15).seq(2));
        application().isClosed(CloseReason.FINISHED);
    }

    @Test
    void rfc9293_3_10_7_4_dataInTimeWaitIsAnsweredAndAcksAreNot() {
        finWait2();
        client().sends(finAck(2));
        stack().replies(ack(2).seq(2));
        client().sends(ack(2).seq(2));
        after(1, SECONDS);
        stack().isSilent();
        client().sends(ack(2).seq(-2).data("old"));
        stack().replies(ack(2).seq(2));
    }

    @Test
    void rfc9293_3_10_7_4_eachFinInTimeWaitBeginsTheWaitAnew() {
        finWait2();
        client().sends(finAck(2).seq(1));
        stack().replies(ack(2).seq(2));
        for (int i = 0; i < 3; i++) {
            after(50, SECONDS);
            client().sends(finAck(2).seq(1));
            stack().replies(ack(2).seq(2));
        }
        after(61, SECONDS);
        client().sends(finAck(2).seq(1));
        stack().replies(rst().seq(2));
    }

    @Test
    void rfc9293_3_10_7_1_afterAnAbortEverythingIsReset() {
        handshake();
        application().aborts();
        stack().sends(rstAck(1).seq(1));
        application().isClosed(CloseReason.ABORTED);
        client().sends(ack(1).data("anyone?"));
        stack().replies(rst().seq(1));
        client().sends(finAck(1));
        stack().replies(rst().seq(1));
    }

    @Test
    void rfc9293_3_10_5_abortLetsUnsentDataGo() {
        handshake(syn().mss(1460).window(1460));
        application().writes(20_000);
        stack().sends(ack(1).seq(1).length(1460));
        application().aborts();
        stack().sends(rstAck(1).seq(1461));
        application().isClosed(CloseReason.ABORTED);
        after(10, SECONDS);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_10_4_closingBeforeTheHandshakeEndsWaitsForIt() {
        client().sends(syn());
        application().accepts();
        application().closes();
        stack().replies(synAck());
        client().sends(ack(1));
        application().isConnected();
        stack().sends(finAck(1).seq(1));
        client().sends(ack(2));
        client().sends(finAck(2));
        stack().replies(ack(2));
        application().isClosed(CloseReason.FINISHED);
    }

    @Test
    void rfc6298_5_ourFinIsRepeatedUntilItIsAcknowledged() {
        // Without SACK there is no tail loss probe before the time-out.
        handshake(syn().mss(1460));
        client().sends(finAck(1));
        stack().replies(ack(2).seq(1));
        application().closes();
        stack().sends(finAck(2).seq(1));
        after(200, MILLISECONDS);
        stack().sends(finAck(2).seq(1));
        after(400, MILLISECONDS);
        stack().sends(finAck(2).seq(1));
        client().sends(ack(2));
        application().isClosed(CloseReason.FINISHED);
    }
}
