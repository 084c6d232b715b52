package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP CONNECT against a server that follows a script. */
@ExtendWith(Leaks.class)
class HttpConnectOutboundTest {
    private static final SocketSettings SETTINGS = new SocketSettings(0, null, 1_000);
    private static final Destination WEB = new Destination("example.org", null, 443);

    private final Loop loop = new Loop();
    private final RecordingRelay relay = new RecordingRelay();

    @AfterEach
    void stop() {
        loop.close();
    }

    private static Outbound http(FakeServer server, String userInfo) {
        return Outbounds.parse("http://" + userInfo + "127.0.0.1:" + server.port(), SETTINGS);
    }

    private static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private static FakeServer.Script answer(String text) {
        return talk -> {
            talk.readHead();
            talk.sendText(text).awaitClose();
        };
    }

    @Test
    void asksWithHostAndCredentialsAndHandsOnWhatFollows() throws Exception {
        try (FakeServer server = new FakeServer(talk -> {
                    assertThat(talk.readHead())
                            .isEqualTo(head(
                                    "CONNECT example.org:443 HTTP/1.1",
                                    "Host: example.org:443",
                                    "Proxy-Authorization: Basic asO2ZTpzOm1l"));
                    talk.sendText("HTTP/1.1 200 Connection established\r\n\r\nhello");
                    talk.expect("70696e67").sendText(" again").awaitClose();
                });
                Outbound outbound = http(server, "j%C3%B6e:s:me@")) {
            Channel channel = loop.await(() -> outbound.connect(loop.loop(), WEB, relay));
            assertThat(relay.awaitText(5)).isEqualTo("hello");
            relay.startReading(channel);
            channel.writeAndFlush(Unpooled.copiedBuffer("ping", ISO_8859_1)).sync();
            assertThat(relay.awaitText(11)).isEqualTo("hello again");
            channel.close().sync();
        }
    }

    @Test
    void putsIpv6InBrackets() throws Exception {
        try (FakeServer server = new FakeServer(talk -> {
                    assertThat(talk.readHead())
                            .isEqualTo(head("CONNECT [2001:db8::1]:80 HTTP/1.1", "Host: [2001:db8::1]:80"));
                    talk.sendText("HTTP/1.1 200 OK\r\n\r\n").awaitClose();
                });
                Outbound outbound = http(server, "")) {
            Destination destination =
                    Destination.of(IpAddress.parse("2001:db8::1").orElseThrow(), 80);
            loop.await(() -> outbound.connect(loop.loop(), destination, relay))
                    .close()
                    .sync();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "403 Forbidden, PROHIBITED, 403 Forbidden",
        "407 Proxy Authentication Required, UPSTREAM_FAILED, no user name and password were given",
        "404 Not Found, UPSTREAM_FAILED, 404",
        "502 Bad Gateway, HOST_UNREACHABLE, 502",
        "503 Service Unavailable, UPSTREAM_FAILED, 503",
        "504 Gateway Timeout, TIMED_OUT, 504",
        "101 Switching Protocols, UPSTREAM_FAILED, 101",
        "302 Found, UPSTREAM_FAILED, 302",
    })
    void translatesTheServersRefusal(String status, Reason reason, String text) throws Exception {
        try (FakeServer server = new FakeServer(answer("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"));
                Outbound outbound = http(server, "")) {
            OutboundException failure = loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure)
                    .hasMessageContaining("http://127.0.0.1:" + server.port())
                    .hasMessageContaining("example.org:443")
                    .hasMessageContaining(text);
            assertThat(relay.wasAdded()).isFalse();
        }
    }

    @Test
    void saysThatThePasswordWasRefused() throws Exception {
        try (FakeServer server = new FakeServer(answer("HTTP/1.1 407 No\r\n\r\n"));
                Outbound outbound = http(server, "joe:secret@")) {
            assertThat(loop.failure(() -> outbound.connect(loop.loop(), WEB, relay)))
                    .hasMessageContaining("user name or password refused")
                    .hasMessageNotContaining("secret");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SSH-2.0-OpenSSH, does not speak HTTP",
        "HTTP/2, does not speak HTTP",
        "HTTP/1.1 abc OK, does not speak HTTP",
        "HTTP/1.1 2000 OK, does not speak HTTP",
        "HTTP/1.1-200 OK, does not speak HTTP",
        "HTTP/1.1, does not speak HTTP",
    })
    void refusesWhatIsNotHttp(String line, String text) throws Exception {
        try (FakeServer server = new FakeServer(answer(line + "\r\n\r\n"));
                Outbound outbound = http(server, "")) {
            OutboundException failure = loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure).hasMessageContaining(text);
        }
    }

    @Test
    void boundsTheHead() throws Exception {
        try (FakeServer server = new FakeServer(answer("HTTP/1.1 200 OK\r\nX: " + "y".repeat(8_192)));
                Outbound outbound = http(server, "")) {
            assertThat(loop.failure(() -> outbound.connect(loop.loop(), WEB, relay)))
                    .hasMessageContaining("more than 8192 bytes");
        }
    }

    @Test
    void failsWhenTheServerClosesEarlyOrStaysSilent() throws Exception {
        try (FakeServer server = new FakeServer(
                        FakeServer.Talk::readHead,
                        talk -> {
                            talk.readHead();
                            talk.sendText("HTTP/1.1 200 OK\r\n");
                        },
                        FakeServer.Talk::awaitClose);
                Outbound outbound =
                        Outbounds.parse("http://127.0.0.1:" + server.port(), new SocketSettings(0, null, 200))) {
            for (int i = 0; i < 2; i++) {
                OutboundException failure = loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
                assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
                assertThat(failure).hasMessageContaining("before its answer to CONNECT example.org:443");
            }
            OutboundException failure = loop.failure(() -> outbound.connect(loop.loop(), WEB, relay));
            assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
        }
    }

    @Test
    void aNameCannotAddLinesToTheRequest() throws Exception {
        try (Outbound outbound = Outbounds.parse("http://127.0.0.1:1", SETTINGS)) {
            Destination evil = new Destination("a\r\nX: y", null, 80);
            assertThat(loop.failure(() -> outbound.connect(loop.loop(), evil, relay))
                            .reason())
                    .isEqualTo(Reason.HOST_UNREACHABLE);
        }
    }

    @Test
    void carriesNoUdp() throws Exception {
        try (Outbound outbound = Outbounds.parse("http://127.0.0.1:1", SETTINGS)) {
            assertThat(outbound.supportsUdp()).isFalse();
            assertThat(loop.failure(() -> outbound.openUdp(loop.loop(), new RecordingReceiver())))
                    .hasMessageContaining("carries no UDP");
        }
    }
}
