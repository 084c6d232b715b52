package io.tun2socks.tcpstack.sim.script;

import static io.tun2socks.tcpstack.sim.script.Line.ack;
import static io.tun2socks.tcpstack.sim.script.Line.flags;
import static io.tun2socks.tcpstack.sim.script.Line.rst;
import static io.tun2socks.tcpstack.sim.script.Line.rstAck;
import static io.tun2socks.tcpstack.sim.script.Line.syn;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.sim.Seg;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import org.junit.jupiter.api.Test;

/** Data and acknowledgements. */
class DataScriptTest extends PacketScript {
    private static final int MSS = 1460;

    @Test
    void rfc5681_4_2_theThirdOfThreeSegmentsIsAcknowledgedLater() {
        handshake();
        client().sends(ack(1).length(MSS));
        stack().isSilent();
        client().sends(ack(1).length(MSS));
        stack().replies(ack(1 + 2 * MSS));
        client().sends(ack(1).length(MSS));
        after(40, MILLISECONDS);
        stack().sends(ack(1 + 3 * MSS));
    }

    @Test
    void rfc9293_3_8_6_3_acknowledgementsAreNotAcknowledged() {
        handshake();
        application().writes("hello");
        stack().sends(ack(1).seq(1).data("hello"));
        client().sends(ack(6));
        client().sends(ack(6));
        client().sends(ack(6));
        client().sends(ack(6));
        after(1, SECONDS);
        stack().isSilent();
    }

    @Test
    void rfc5681_2_aChangedWindowIsNoDuplicate() {
        handshake(syn().mss(MSS));
        application().writes(4 * MSS);
        for (int i = 0; i < 4; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        client().sends(ack(1).window(40_000));
        client().sends(ack(1).window(50_000));
        client().sends(ack(1).window(60_000));
        client().sends(ack(1).window(61_000));
        stack().isSilent();
        client().sends(ack(1 + 4 * MSS));
    }

    @Test
    void rfc5681_2_anAcknowledgementWithDataIsNoDuplicate() {
        handshake(syn().mss(MSS));
        application().writes(4 * MSS);
        for (int i = 0; i < 4; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        for (int i = 0; i < 4; i++) {
            client().sends(ack(1).seq(1 + i).data("x").push());
            stack().replies(ack(2 + i).seq(1 + 4 * MSS));
        }
        stack().isSilent();
        client().sends(ack(1 + 4 * MSS));
    }

    @Test
    void rfc5681_2_withNothingOutstandingThereAreNoDuplicates() {
        handshake();
        for (int i = 0; i < 5; i++) {
            client().sends(ack(1).seq(1));
        }
        application().writes(2 * MSS);
        stack().sends(ack(1).seq(1).length(MSS));
        stack().sends(ack(1).seq(1 + MSS).length(MSS));
        stack().isSilent();
        client().sends(ack(1 + 2 * MSS));
    }

    @Test
    void rfc5681_3_1_slowStartDoublesInARoundTrip() {
        handshake();
        application().writes(40 * MSS);
        for (int i = 0; i < 10; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        for (int i = 1; i <= 10; i++) {
            client().sends(ack(1 + i * MSS));
            stack().sends(ack(1).seq(1 + (8 + 2 * i) * MSS).length(MSS));
            stack().sends(ack(1).seq(1 + (9 + 2 * i) * MSS).length(MSS));
        }
        stack().isSilent();
        client().sends(ack(1 + 30 * MSS));
        for (int i = 30; i < 40; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        client().sends(ack(1 + 40 * MSS));
    }

    @Test
    void rfc5681_3_1_windowUpdatesDoNotOpenTheCongestionWindow() {
        handshake(syn().mss(MSS).window(60_000));
        application().writes(20 * MSS);
        for (int i = 0; i < 10; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        client().sends(ack(1).window(61_000));
        client().sends(ack(1).window(65_000));
        stack().isSilent();
        client().sends(ack(1 + 10 * MSS));
        for (int i = 10; i < 20; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        client().sends(ack(1 + 20 * MSS));
    }

    @Test
    void rfc6298_5_theTimerStartsAgainWithProgress() {
        handshake(syn().mss(MSS));
        application().writes(2 * MSS);
        stack().sends(ack(1).seq(1).length(MSS));
        stack().sends(ack(1).seq(1 + MSS).length(MSS));
        after(150, MILLISECONDS);
        client().sends(ack(1 + MSS));
        after(150, MILLISECONDS);
        stack().isSilent();
        client().sends(ack(1 + 2 * MSS));
        after(5, SECONDS);
        stack().isSilent();
    }

    @Test
    void rfc9293_3_8_6_aWindowIsFilledAndNotOverrun() {
        handshake(syn().mss(MSS).window(3 * MSS));
        application().writes(10 * MSS);
        for (int i = 0; i < 3; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        stack().isSilent();
        client().sends(ack(1 + MSS).window(2 * MSS));
        stack().isSilent();
        client().sends(ack(1 + 3 * MSS).window(3 * MSS));
        for (int i = 3; i < 6; i++) {
            stack().sends(ack(1).seq(1 + i * MSS).length(MSS));
        }
        application().aborts();
        stack().sends(rstAck(1).seq(1 + 6 * MSS));
    }

    @Test
    void rfc9293_3_8_6_1_theClientsProbeOfAClosedWindowIsAnswered() {
        on(StackConfig.defaults(1500, Offloads.NONE).withTcp(TcpConfig.DEFAULT.withBuffers(4096, 4 * MSS, 4 * MSS)));
        handshake();
        application().stopsReading();
        client().sends(ack(1).length(2 * MSS));
        stack().replies(ack(1 + 2 * MSS));
        client().sends(ack(1).length(2 * MSS));
        stack().replies(ack(1 + 4 * MSS).window(0));
        client().sends(ack(1).data("p"));
        stack().replies(ack(1 + 4 * MSS).window(0));
        application().reads();
        stack().sends(ack(1 + 4 * MSS).window(4 * MSS));
    }

    @Test
    void rfc9293_3_8_4_keepAliveProbesAreAnswered() {
        handshake();
        client().sends(ack(1).seq(1).data("hello").push());
        stack().replies(ack(6));
        after(30, SECONDS);
        client().sends(ack(1).seq(5));
        stack().replies(ack(6).seq(1));
        // Some probe with a byte of garbage (RFC 1122 4.2.3.6).
        client().sends(ack(1).seq(5).data("?"));
        stack().replies(ack(6).seq(1));
        application().hasRead("hello");
    }

    @Test
    void rfc9293_3_8_5_urgentDataIsDeliveredInline() {
        handshake();
        client().sends(flags(Seg.ACK | Seg.PSH | Line.URG).acking(1).data("interrupt"));
        stack().replies(ack(10));
        client().sends(ack(1).data(" me").push());
        stack().replies(ack(13));
        application().hasRead("interrupt me");
    }

    @Test
    void rfc9293_3_10_7_4_dataWithoutAckIsNotTaken() {
        handshake();
        client().sends(flags(Seg.PSH).seq(1).data("hello"));
        client().sends(flags(0).seq(1).data("hello"));
        after(1, SECONDS);
        stack().isSilent();
        application().hasRead("");
    }

    @Test
    void rfc9293_3_10_7_4_repeatedDataWithMoreBehindIsTakenOnce() {
        handshake();
        client().sends(ack(1).seq(1).data("abc").push());
        stack().replies(ack(4));
        client().sends(ack(1).seq(1).data("abcdef").push());
        stack().replies(ack(7));
        client().sends(ack(1).seq(3).data("cdefgh").push());
        stack().replies(ack(9));
        application().hasRead("abcdefgh");
    }

    @Test
    void rfc2018_4_twoHolesAreFilledFromTheLeft() {
        handshake();
        client().sends(ack(1).seq(3).data("c"));
        stack().replies(ack(1).sack(3, 4));
        client().sends(ack(1).seq(5).data("e"));
        stack().replies(ack(1).sack(5, 6, 3, 4));
        client().sends(ack(1).seq(1).data("ab"));
        stack().replies(ack(4).sack(5, 6));
        client().sends(ack(1).seq(4).data("d"));
        stack().replies(ack(6).sack());
        application().hasRead("abcde");
    }

    @Test
    void rfc7323_4_3_anUnacceptableAckDoesNotMoveTheTimestamp() {
        handshake(syn().mss(MSS).timestamps(1000, 0));
        client().sends(ack(1).timestamps(1010, 0).data("a").push());
        stack().replies(ack(2).timestamps(0, 1010));
        // It acknowledges what was never sent.
        client().sends(ack(500).timestamps(2000, 0).data("b").push());
        stack().replies(ack(2).timestamps(0, 1010));
        client().sends(ack(1).seq(2).timestamps(1020, 0).data("b").push());
        stack().replies(ack(3).timestamps(0, 1020));
        application().hasRead("ab");
    }

    @Test
    void rfc7323_5_3_anOldTimestampDoesNotSaveAConnectionFromReset() {
        handshake(syn().mss(MSS).timestamps(1000, 0));
        client().sends(rst().seq(1).timestamps(1, 0));
        application().isClosed(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc7323_3_2_resetsHaveNoNeedOfTimestamps() {
        handshake(syn().mss(MSS).timestamps(1000, 0));
        client().sends(rst().seq(1));
        application().isClosed(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc7323_3_2_retransmissionsCarryTheTimeOfTheirSending() {
        handshake(syn().mss(MSS).timestamps(1000, 0));
        application().writes("hello");
        Seg first = stack().sends(ack(1).seq(1).data("hello").timestamps(0, 1000));
        client().sends(ack(1).seq(1).timestamps(1500, 0).data("x").push());
        stack().replies(ack(2).timestamps(0, 1500));
        after(200, MILLISECONDS);
        Seg again = stack().sends(ack(2).seq(1).data("hello").timestamps(0, 1500));
        assertThat(again.tsVal - first.tsVal).as("milliseconds between the two").isBetween(199, 205);
        client().sends(ack(6).timestamps(1700, again.tsVal));
    }
}
