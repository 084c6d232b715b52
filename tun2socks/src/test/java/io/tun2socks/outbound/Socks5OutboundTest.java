package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SOCKS5 CONNECT against a server that follows a script. */
@ExtendWith(Leaks.class)
class Socks5OutboundTest {
    private static final SocketSettings SETTINGS = new SocketSettings(0, null, 1_000);

    private static final Destination WEB = Destination.of(IpAddress.ofIpv4(0xc0000201), 80);
    private static final String GREETING = "050100";
    private static final String REQUEST = "05010001 c0000201 0050";
    private static final String GRANTED = "05000001 7f000001 1234";
    /** What the trial of pipelining sends in one go. */
    private static final String TRIAL = GREETING + "05030001 00000000 0000";

    private final Loop loop = new Loop();
    private final RecordingRelay relay = new RecordingRelay();

    @AfterEach
    void stop() {
        loop.close();
    }

    private static Outbound socks(FakeServer server) {
        return Outbounds.parse("socks5://127.0.0.1:" + server.port(), SETTINGS);
    }

    private static Outbound socks(FakeServer server, String userInfo) {
        return Outbounds.parse("socks5://" + userInfo + "@127.0.0.1:" + server.port(), SETTINGS);
    }

    private Channel connect(Outbound outbound, Destination destination) throws Exception {
        return loop.await(() -> outbound.connect(loop.loop(), destination, relay));
    }

    private OutboundException failure(Outbound outbound) throws Exception {
        return loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
    }

    @Test
    void carriesBytesBothWaysAndKeepsHalfClose() throws Exception {
        try (FakeServer server = new FakeServer(talk -> {
                    talk.expect(GREETING).send("0500").expect(REQUEST).send(GRANTED);
                    talk.expect(HexFormat.of().formatHex("ping".getBytes(ISO_8859_1)));
                    talk.sendText("pong");
                    talk.socket().shutdownOutput();
                    talk.expect(HexFormat.of().formatHex("late".getBytes(ISO_8859_1)));
                    talk.awaitClose();
                });
                Outbound outbound = socks(server)) {
            Channel channel = connect(outbound, WEB);
            relay.startReading(channel);
            channel.writeAndFlush(Unpooled.copiedBuffer("ping", ISO_8859_1)).sync();
            assertThat(relay.awaitText(4)).isEqualTo("pong");
            relay.awaitEnd();
            assertThat(channel.isActive()).isTrue();
            channel.writeAndFlush(Unpooled.copiedBuffer("late", ISO_8859_1)).sync();
            channel.close().sync();
        }
    }

    @Test
    void readsNothingOfTheDestinationUnasked() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (FakeServer server = new FakeServer(talk -> {
                    talk.expect(GREETING).send("0500").expect(REQUEST).send(GRANTED);
                    talk.expect("00").sendText("data");
                    sent.countDown();
                    talk.awaitClose();
                });
                Outbound outbound = socks(server)) {
            Channel channel = connect(outbound, WEB);
            channel.writeAndFlush(Unpooled.copiedBuffer(new byte[1])).sync();
            assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
            // Two turns of the loop: what was readable would have been read.
            loop.on(() -> null);
            loop.on(() -> null);
            assertThat(relay.received()).isEmpty();
            relay.startReading(channel);
            assertThat(relay.awaitText(4)).isEqualTo("data");
            channel.close().sync();
        }
    }

    @Test
    void handsOnBytesThatCameWithTheReply() throws Exception {
        try (FakeServer server = new FakeServer(talk -> {
                    talk.expect(GREETING).send("0500").expect(REQUEST).send(GRANTED + "68656c6c6f");
                    talk.awaitClose();
                });
                Outbound outbound = socks(server)) {
            Channel channel = connect(outbound, WEB);
            assertThat(relay.awaitText(5)).isEqualTo("hello");
            channel.close().sync();
        }
    }

    @Test
    void handsOnBytesAndFinThatCameWithTheReply() throws Exception {
        try (FakeServer server = new FakeServer(talk -> {
                    talk.expect(GREETING).send("0500").expect(REQUEST).send(GRANTED + "68656c6c6f");
                    talk.socket().shutdownOutput();
                    talk.awaitClose();
                });
                Outbound outbound = socks(server)) {
            Channel channel = connect(outbound, WEB);
            relay.startReading(channel);
            assertThat(relay.awaitText(5)).isEqualTo("hello");
            relay.awaitEnd();
            channel.close().sync();
        }
    }

    @Test
    void putsAReplyTogetherThatComesBytewise() throws Exception {
        try (FakeServer server = new FakeServer(talk -> {
                    talk.expect(GREETING).sendBytewise(HexFormat.of().parseHex("0500"));
                    talk.expect(REQUEST);
                    talk.sendBytewise(HexFormat.of()
                            .parseHex("05000003" + "0a" + "6c6f63616c686f7374" + "2e" + "1234" + "616263"));
                    talk.awaitClose();
                });
                Outbound outbound = socks(server)) {
            Channel channel = connect(outbound, WEB);
            relay.startReading(channel);
            assertThat(relay.awaitText(3)).isEqualTo("abc");
            channel.close().sync();
        }
    }

    @Test
    void namesAndIpv6GoOutAsTheyAre() throws Exception {
        try (FakeServer server = new FakeServer(talk -> talk.expect(GREETING)
                        .send("0500")
                        .expect("05010003 0b 6578616d706c652e6f7267 01bb")
                        .send("05000004 00000000000000000000000000000001 1234")
                        .awaitClose());
                Outbound outbound = socks(server)) {
            connect(outbound, new Destination("example.org", WEB.address(), 443))
                    .close()
                    .sync();
        }
        try (FakeServer server = new FakeServer(talk -> talk.expect(GREETING)
                        .send("0500")
                        .expect("05010004 20010db8000000000000000000000001 01bb")
                        .send(GRANTED)
                        .awaitClose());
                Outbound outbound = socks(server)) {
            IpAddress address = IpAddress.parse("2001:db8::1").orElseThrow();
            Future<Channel> connected =
                    loop.on(() -> outbound.connect(loop.loop(), Destination.of(address, 443), new RecordingRelay()));
            connected.sync().getNow().close().sync();
        }
    }

    @Test
    void pipelinesOnlyAfterTheServerHasShownThatItCan() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        try (FakeServer server = new FakeServer(
                        talk -> talk.expect(GREETING)
                                .send("0500")
                                .expect(REQUEST)
                                .send(GRANTED)
                                .awaitClose(),
                        talk -> {
                            talk.expect(TRIAL).send("0500 0507 0001 00000000 0000");
                            talk.awaitClose();
                            tried.countDown();
                        },
                        talk -> talk.expect(GREETING + REQUEST)
                                .send("0500" + GRANTED + "2a")
                                .awaitClose());
                Outbound outbound = socks(server)) {
            Channel first = connect(outbound, WEB);
            assertThat(tried.await(10, TimeUnit.SECONDS)).isTrue();
            RecordingRelay second = new RecordingRelay();
            Channel channel = loop.await(() -> outbound.connect(loop.loop(), WEB, second));
            assertThat(second.awaitText(1)).isEqualTo("*");
            channel.close().sync();
            first.close().sync();
        }
    }

    @Test
    void goesBackToStepByStepWhenThePipelinedHandshakeBreaks() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        FakeServer.Script stepwise = talk ->
                talk.expect(GREETING).send("0500").expect(REQUEST).send(GRANTED).awaitClose();
        try (FakeServer server = new FakeServer(
                        stepwise,
                        talk -> {
                            talk.expect(TRIAL).send("0500" + GRANTED).awaitClose();
                            tried.countDown();
                        },
                        talk -> talk.expect(GREETING + REQUEST).send("0500"),
                        stepwise,
                        stepwise);
                Outbound outbound = socks(server)) {
            Channel first = connect(outbound, WEB);
            assertThat(tried.await(10, TimeUnit.SECONDS)).isTrue();
            Channel second = loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()));
            Channel third = loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()));
            assertThat(((Socks5Outbound) outbound).pipelining().state()).isEqualTo(Socks5Pipelining.State.OFF);
            first.close().sync();
            second.close().sync();
            third.close().sync();
        }
    }

    @Test
    void loggingInIsDoneOnlyIfTheServerWantsIt() throws Exception {
        String login = "01 03 6a6f65 06 736563726574";
        try (FakeServer server = new FakeServer(talk -> talk.expect("05020002")
                        .send("0502")
                        .expect(login)
                        .send("0100")
                        .expect(REQUEST)
                        .send(GRANTED)
                        .awaitClose());
                Outbound outbound = socks(server, "joe:secret")) {
            connect(outbound, WEB).close().sync();
        }
        try (FakeServer server = new FakeServer(talk -> talk.expect("05020002")
                        .send("0500")
                        .expect(REQUEST)
                        .send(GRANTED)
                        .awaitClose());
                Outbound outbound = socks(server, "joe:secret")) {
            loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()))
                    .close()
                    .sync();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "01, UPSTREAM_FAILED, general failure",
        "02, PROHIBITED, not allowed",
        "03, NETWORK_UNREACHABLE, network unreachable",
        "04, HOST_UNREACHABLE, host unreachable",
        "05, REFUSED, connection refused",
        "06, TIMED_OUT, TTL expired",
        "07, UPSTREAM_FAILED, command not supported",
        "08, UPSTREAM_FAILED, address type not supported",
        "ff, UPSTREAM_FAILED, unknown failure",
    })
    void translatesTheServersRefusal(String code, Reason reason, String text) throws Exception {
        try (FakeServer server = new FakeServer(talk ->
                        talk.expect(GREETING).send("0500").expect(REQUEST).send("05" + code));
                Outbound outbound = socks(server)) {
            OutboundException failure = failure(outbound);
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure)
                    .hasMessageContaining("socks5://127.0.0.1:" + server.port())
                    .hasMessageContaining("192.0.2.1:80")
                    .hasMessageContaining(text);
            assertThat(relay.wasAdded()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0400, does not speak SOCKS5",
        "485454502f312e31, does not speak SOCKS5",
        "05ff, wants authentication",
        "0502, chose the authentication method 2",
        "0501, chose the authentication method 1",
    })
    void refusesAStrangeGreeting(String answer, String text) throws Exception {
        try (FakeServer server = new FakeServer(
                        talk -> talk.expect(GREETING).send(answer).awaitClose());
                Outbound outbound = socks(server)) {
            OutboundException failure = failure(outbound);
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure).hasMessageContaining(text);
        }
    }

    @Test
    void refusesStrangeReplies() throws Exception {
        for (String reply : new String[] {"0400", "05000009"}) {
            try (FakeServer server = new FakeServer(talk -> talk.expect(GREETING)
                            .send("0500")
                            .expect(REQUEST)
                            .send(reply)
                            .awaitClose());
                    Outbound outbound = socks(server)) {
                assertThat(failure(outbound).reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            }
        }
    }

    @Test
    void saysThatThePasswordWasRefusedButNotWhichOne() throws Exception {
        try (FakeServer server = new FakeServer(talk -> {
                    talk.expect("05020002").send("0502");
                    talk.read(12);
                    talk.send("0101").awaitClose();
                });
                Outbound outbound = socks(server, "joe:secret")) {
            OutboundException failure = failure(outbound);
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure)
                    .hasMessageContaining("refuses the user name joe")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void failsWhenTheServerClosesEarly() throws Exception {
        FakeServer.Script[] scripts = {
            talk -> talk.expect(GREETING),
            talk -> talk.expect(GREETING).send("05"),
            talk -> talk.expect(GREETING).send("0500").expect(REQUEST),
            talk -> talk.expect(GREETING).send("0500").expect(REQUEST).send("050000017f"),
            talk -> {
                talk.expect(GREETING).send("0500").expect(REQUEST);
                talk.socket().setSoLinger(true, 0);
            },
        };
        try (FakeServer server = new FakeServer(scripts);
                Outbound outbound = socks(server)) {
            for (FakeServer.Script script : scripts) {
                assertThat(script).isNotNull();
                OutboundException failure = failure(outbound);
                assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
                assertThat(failure).hasMessageContaining("before its");
            }
        }
    }

    @Test
    void givesUpOnAServerThatNeverAnswers() throws Exception {
        try (FakeServer server = new FakeServer(talk -> talk.expect(GREETING).awaitClose());
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), new SocketSettings(0, null, 100))) {
            OutboundException failure = failure(outbound);
            assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
            assertThat(failure).hasMessageContaining("no answer to the SOCKS5 greeting within 100 ms");
        }
    }

    @Test
    void namesAServerThatIsDown() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (Outbound outbound = Outbounds.parse("socks5://127.0.0.1:" + port, SETTINGS)) {
            OutboundException failure = failure(outbound);
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure)
                    .hasMessage(
                            "socks5://127.0.0.1:" + port + ": connect to 127.0.0.1:" + port + ": connection refused");
        }
    }

    @Test
    void cancellingClosesTheAttempt() throws Exception {
        CountDownLatch greeted = new CountDownLatch(1);
        try (FakeServer server = new FakeServer(talk -> {
                    talk.expect(GREETING);
                    greeted.countDown();
                    talk.awaitClose();
                });
                Outbound outbound = socks(server)) {
            Future<Channel> future = loop.on(() -> outbound.connect(loop.loop(), WEB, relay));
            assertThat(greeted.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(loop.on(() -> future.cancel(false))).isTrue();
            // The script ends only when the connection is closed.
        }
        assertThat(relay.wasAdded()).isFalse();
    }

    @Test
    void refusesANameThatSocksCannotSay() throws Exception {
        try (Outbound outbound = Outbounds.parse("socks5://127.0.0.1:1", SETTINGS)) {
            Destination destination = new Destination("a".repeat(256), null, 80);
            assertThat(loop.failure(() -> outbound.connect(loop.loop(), destination, relay))
                            .reason())
                    .isEqualTo(Reason.HOST_UNREACHABLE);
        }
    }
}
