package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.FIN;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.RST;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.tcp.TcpState;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over the bound of half-open connections (RFC 4987). Two of them are open when a test begins. */
class SynCookieTest {
    private static final int CLIENT_PORT = 50000;

    private final ScriptedPeer peer = full();

    private static ScriptedPeer full() {
        ScriptedPeer peer = new ScriptedPeer(
                StackConfig.defaults(1500, Offloads.NONE).withTcp(TcpConfig.DEFAULT.withLimits(100, 2)));
        for (int port = 1; port <= 2; port++) {
            peer.use(FlowKey.v4(port)).inject(Seg.of(SYN).mss(1460)).expectNothing();
        }
        return peer.use(FlowKey.v4(CLIENT_PORT));
    }

    @AfterEach
    void close() {
        peer.close();
    }

    private Seg answerTo(Seg syn) {
        return peer.inject(syn).expect(SYN | ACK, 0, 1, 0);
    }

    private ScriptedPeer cookieBack() {
        answerTo(Seg.of(SYN).mss(1460));
        return peer.inject(Seg.of(ACK).seq(1).ack(1));
    }

    @Test
    void rfc4987_3_6_overTheBoundSynsAreAnsweredAndForgotten() {
        for (int i = 0; i < 1000; i++) {
            peer.use(FlowKey.v4(1000 + i));
            answerTo(Seg.of(SYN).mss(1460));
        }
        assertThat(peer.flowCount()).isEqualTo(2);
        assertThat(peer.stack().connections()).hasSize(2);
        assertThat(peer.stack().stats().synCookiesSent).isEqualTo(1000);
        peer.expectNothingFor(120_000);
    }

    @Test
    void rfc4987_3_6_aCookieThatComesBackIsAConnection() {
        cookieBack().expectNothing();
        assertThat(peer.flowCount()).isEqualTo(3);
        assertThat(peer.flow().connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(peer.flow().established).as("told before it is accepted").isFalse();
        peer.flow().connection.accept();
        assertThat(peer.flow().established).isTrue();
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("hello")).expect(ACK, 1, 6, 0);
        assertThat(peer.flow().received).hasToString("hello");
        peer.write(10).expect(ACK | PSH, 1, 6, 10);
    }

    @Test
    void rfc4987_3_6_whatComesBeforeTheDecisionIsKept() {
        answerTo(Seg.of(SYN).mss(1460));
        peer.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("GET ")).expect(ACK, 1, 5, 0);
        peer.inject(Seg.of(ACK | PSH | FIN).seq(5).ack(1).data("/")).expect(ACK, 1, 7, 0);
        assertThat(peer.flow().received).isEmpty();
        assertThat(peer.flow().inputShutdown).isFalse();
        peer.flow().connection.accept();
        assertThat(peer.flow().received).hasToString("GET /");
        assertThat(peer.flow().inputShutdown).isTrue();
        peer.flow().connection.shutdownOutput();
        peer.settle().expect(ACK | FIN | PSH, 1, 7, 0);
        peer.inject(Seg.of(ACK).seq(7).ack(2));
        assertThat(peer.flow().closed).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void whatIsKeptIsBoundedByTheWindow() {
        Seg answer = answerTo(Seg.of(SYN).mss(1460));
        peer.inject(Seg.of(ACK).seq(1).ack(1));
        for (int at = 0; at < 4 * answer.window; at += 1000) {
            peer.inject(Seg.of(ACK | PSH).seq(1 + at).ack(1).data(new byte[1000]));
        }
        assertThat(peer.drain()).last().matches(s -> s.ack - 1 <= 1 << 18 && s.window < 1000);
    }

    @Test
    void refusalAfterACookieIsReset() {
        for (Consumer<TcpConnection> refusal : List.<Consumer<TcpConnection>>of(
                TcpConnection::refuse, c -> c.unreachable(Unreachable.HOST), TcpConnection::abort)) {
            peer.use(FlowKey.v4(CLIENT_PORT + peer.flowCount()));
            cookieBack();
            refusal.accept(peer.flow().connection);
            peer.settle().expect(RST | ACK, 1, 1, 0);
            assertThat(peer.flow().closed).isEqualTo(CloseReason.ABORTED);
        }
    }

    @Test
    void aClientThatGivesUpEndsTheConnectionThatWaits() {
        cookieBack().inject(Seg.of(RST).seq(1)).expectNothing();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.RESET_BY_CLIENT);
    }

    @Test
    void rfc4987_3_6_anInventedCookieIsReset() {
        answerTo(Seg.of(SYN).mss(1460));
        peer.inject(Seg.of(ACK).seq(1).ack(2)).expect(RST, 2, 0, 0);
        peer.inject(Seg.of(ACK).seq(2).ack(1)).expect(RST, 1, 0, 0);
        peer.use(FlowKey.v4(CLIENT_PORT + 1)).inject(Seg.of(ACK).seq(1).ack(1)).expect(RST, 1, 0, 0);
        assertThat(peer.flowCount()).isEqualTo(2);
        assertThat(peer.stack().stats().synCookiesFailed).isEqualTo(3);
    }

    @Test
    void rfc4987_3_6_cookiesOfLongAgoAreReset() {
        answerTo(Seg.of(SYN).mss(1460));
        peer.advance(300_000).drain();
        peer.inject(Seg.of(ACK).seq(1).ack(1)).expect(RST, 1, 0, 0);
    }

    @Test
    void rfc4987_3_6_cookiesLiveAsLongAsAHandshakeMayTake() {
        answerTo(Seg.of(SYN).mss(1460));
        peer.advance(63_000).drain();
        peer.inject(Seg.of(ACK).seq(1).ack(1)).expectNothing();
        assertThat(peer.flowCount()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"100, 64", "536, 536", "1300, 1220", "1459, 1440", "1460, 1460", "9000, 1460"})
    void theMssIsRoundedDownAndRemembered(int offered, int used) {
        answerTo(Seg.of(SYN).mss(offered));
        peer.inject(Seg.of(ACK).seq(1).ack(1)).flow().connection.accept();
        peer.write(3000);
        assertThat(peer.drain().get(0).payload).hasSize(used);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "7, false", "14, true", "-1, true", "-1, false"})
    void rfc7323_2018_optionsTravelInTheTimestamp(int shift, boolean sack) {
        Seg answer = answerTo(
                Seg.of(SYN).mss(1460).windowScale(shift).sackPermitted(sack).timestamps(777, 0));
        assertThat(answer.timestamps).isTrue();
        assertThat(answer.tsEcr).isEqualTo(777);
        assertThat(answer.sackPermitted).isEqualTo(sack);
        assertThat(answer.windowScale >= 0).isEqualTo(shift >= 0);
        peer.inject(Seg.of(ACK).seq(1).ack(1).timestamps(778, answer.tsVal).window(3));
        peer.flow().connection.accept();
        Seg data = peer.write(3 << 14).next();
        assertThat(data.payload).hasSize(shift == 14 ? 1448 : shift == 7 ? 3 << 7 : 3);
        assertThat(data.tsVal - answer.tsVal).as("our clock goes on").isBetween(0, 200);
        Seg gap = peer.inject(Seg.of(ACK).seq(100).ack(1).timestamps(779, 0).data("gap")).drain().stream()
                .filter(s -> s.payload.length == 0)
                .findFirst()
                .orElseThrow();
        assertThat(gap.sack).hasSize(sack ? 2 : 0);
    }

    @Test
    void withoutTimestampsTheOtherOptionsAreNotAgreedTo() {
        Seg answer = answerTo(Seg.of(SYN).mss(1460).windowScale(7).sackPermitted(true));
        assertThat(answer.windowScale).isNegative();
        assertThat(answer.sackPermitted).isFalse();
        assertThat(answer.mss).isEqualTo(1460);
    }

    @Test
    void whenThereIsRoomAgainConnectIsHonestAgain() {
        peer.flow().connection.discard();
        peer.inject(Seg.of(SYN).mss(1460)).expectNothing();
        assertThat(peer.flow().connection.state()).isEqualTo(TcpState.PENDING);
    }

    @Test
    void unansweredSynAcksGoSoonerWhenItIsCrowded() {
        peer.flow().connection.accept();
        peer.advance(8_000).drain();
        assertThat(peer.flow().closed).isEqualTo(CloseReason.TIMED_OUT);
    }

    @Test
    void aMillionSynsFromAnywhereCostBoundedMemoryAndAClientConnects() {
        ScriptedPeer flooded = ScriptedPeer.untraced(StackConfig.defaults(1500, Offloads.NONE));
        Random random = new Random(1);
        IpAddress target = FlowKey.v4(1).target();
        long most = 0;
        for (int i = 0; i < 1_000_000; i++) {
            IpAddress source = IpAddress.of(0, IpAddress.lowHalfOfIpv4(random.nextInt(1 << 24, 10 << 24)));
            FlowKey flow = new FlowKey(source, random.nextInt(1, 65536), target, random.nextInt(1, 65536));
            Seg syn = Seg.of(SYN).seq(random.nextInt()).mss(1460);
            flooded.deliver(SimPacket.plain(Packets.tcp(flow, syn)));
            if (i % 100_000 == 50_000) {
                most = Math.max(most, flooded.usedMemory());
                flooded.use(FlowKey.v4(60_000 + i / 100_000)).inject(Seg.of(SYN).mss(1460));
                flooded.expect(SYN | ACK, 0, 1, 0);
                flooded.inject(Seg.of(ACK).seq(1).ack(1)).flow().connection.accept();
                flooded.inject(Seg.of(ACK | PSH).seq(1).ack(1).data("x")).expect(ACK, 1, 2, 0);
                flooded.forgetOthers().advance(10);
            }
        }
        assertThat(flooded.stack().connections()).as("half-open, and ten more").hasSize(1024 + 10);
        assertThat(most).as("bytes of buffers").isLessThan(1 << 20);
        flooded.close();
    }
}
