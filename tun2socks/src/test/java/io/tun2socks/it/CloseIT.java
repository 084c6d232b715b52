package io.tun2socks.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How connections end: each side's closing reaches the other side as what it is. */
@RequiresRoot(tools = {"curl", "danted", "microsocks", "nc"})
class CloseIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Pattern REQUEST = new Pattern(11, 3_000_000);
    private static final Pattern ANSWER = new Pattern(12, 2_000_000);

    /** Reads to the end, and only then answers with the hash. */
    private static void answerAfterTheEnd(Socket socket) throws IOException {
        Pattern.Digest got = Pattern.digest(socket.getInputStream(), Long.MAX_VALUE);
        socket.getOutputStream().write((got.sha256() + " " + got.bytes()).getBytes(US_ASCII));
    }

    // By dante only: microsocks ends both ways when one ends.
    @ParameterizedTest
    @EnumSource
    void aServerAnswersAfterTheClientsEnd(Family family) throws Exception {
        TcpServer server = LAB.serve(CloseIT::answerAfterTheEnd);
        Path request = LAB.file("request");
        Files.write(request, REQUEST.bytes());
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        Ran answer = LAB.client()
                .bash(Duration.ofSeconds(20), "nc -N " + family.host() + " " + server.port() + " < " + request);

        assertThat(answer.ok().out()).isEqualTo(REQUEST.hash() + " " + REQUEST.size());
    }

    @ParameterizedTest
    @EnumSource
    void aClientGoesOnAfterTheServersEnd(Family family) throws Exception {
        CompletableFuture<Pattern.Digest> received = new CompletableFuture<>();
        // A SOCKS server of our own: the ones from Debian are free to end both ways when one ends.
        TcpServer socks = LAB.serve(ScriptedSocks.replying(ScriptedSocks.SUCCEEDED, socket -> {
            ANSWER.writeTo(socket.getOutputStream());
            socket.shutdownOutput();
            received.complete(Pattern.digest(socket.getInputStream(), Long.MAX_VALUE));
        }));
        Program.start(LAB, LAB.socks(socks));

        try (Socket client = LAB.connect(family.host(), 1234)) {
            Pattern.Digest answer = Pattern.digest(client.getInputStream(), Long.MAX_VALUE);
            REQUEST.writeTo(client.getOutputStream());
            client.shutdownOutput();

            assertThat(answer).isEqualTo(new Pattern.Digest(ANSWER.hash(), ANSWER.size()));
            assertThat(received.get(20, TimeUnit.SECONDS))
                    .isEqualTo(new Pattern.Digest(REQUEST.hash(), REQUEST.size()));
        }
    }

    @ParameterizedTest
    @MethodSource("io.tun2socks.it.Cases#upstreamsAndFamilies")
    void aRefusedDestinationRefusesTheClient(Upstream.Kind upstream, Family family) throws Exception {
        Program.start(LAB, LAB.upstream(upstream).url());

        assertRefused(family);
        Ran curl = LAB.curl(Duration.ofSeconds(10), family.url(Lab.CLOSED, "/"));

        assertThat(curl.status()).as("%s", curl).isEqualTo(7);
        assertThat(curl.took()).isLessThan(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @EnumSource
    void anUpstreamThatIsDownRefusesTheClient(Family family) throws Exception {
        Program.start(LAB, "socks5://" + Lab.SERVER4 + ":" + Lab.CLOSED);

        assertRefused(family);
    }

    /** What connect reports, by the upstream's reply (RFC 1928 6). */
    @ParameterizedTest
    @CsvSource({
        "1, V4, Connection refused",
        "1, V6, Connection refused",
        "2, V4, No route to host",
        "2, V6, Permission denied",
        "3, V4, Network is unreachable",
        "3, V6, Network is unreachable",
        "4, V4, No route to host",
        "4, V6, No route to host",
        "5, V4, Connection refused",
        "5, V6, Connection refused",
    })
    void aHostThatTheUpstreamCannotReachIsAnErrorAtOnce(int reply, Family family, String error) throws Exception {
        TcpServer socks = LAB.serve(ScriptedSocks.replying(reply, socket -> {}));
        Program.start(LAB, LAB.socks(socks));

        long start = System.nanoTime();
        assertThatThrownBy(() -> LAB.connect(family.host(), 1234))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining(error);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    /** A kernel would say nothing either, until its client's patience is over. */
    @ParameterizedTest
    @EnumSource
    void anUpstreamThatDoesNotAnswerIsSilence(Family family) throws Exception {
        CompletableFuture<Integer> ending = new CompletableFuture<>();
        TcpServer socks = LAB.serve(socket -> {
            ScriptedSocks.readRequest(socket);
            ending.complete(socket.getInputStream().read());
        });
        Program.start(LAB, LAB.socks(socks), "--connect-timeout", "1s");

        assertThatThrownBy(() -> LAB.connect(family.host(), 1234, Duration.ofSeconds(3)))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(ending.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionStandsOnlyOnceTheUpstreamHasMadeIt(Family family) throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<Void> mayAnswer = new CompletableFuture<>();
        TcpServer.Handler answer = ScriptedSocks.replying(
                ScriptedSocks.SUCCEEDED, socket -> socket.getOutputStream().write("late but true".getBytes(US_ASCII)));
        TcpServer socks = LAB.serve(socket -> {
            asked.complete(null);
            mayAnswer.get(20, TimeUnit.SECONDS);
            answer.serve(socket);
        });
        Program.start(LAB, LAB.socks(socks));

        CompletableFuture<Socket> connecting = CompletableFuture.supplyAsync(() -> {
            try {
                return LAB.connect(family.host(), 1234, Duration.ofSeconds(20));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        asked.get(20, TimeUnit.SECONDS);
        assertThatThrownBy(() -> connecting.get(500, TimeUnit.MILLISECONDS))
                .as("connecting while the upstream has not answered")
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        mayAnswer.complete(null);
        try (Socket client = connecting.get(20, TimeUnit.SECONDS)) {
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("late but true");
        }
    }

    @ParameterizedTest
    @EnumSource(Upstream.Kind.class)
    void anUpstreamThatDiesInTheMiddleIsNoCleanEnd(Upstream.Kind kind) throws Exception {
        Upstream upstream = Upstream.start(LAB, kind, LAB.port());
        LAB.watched(upstream.daemon());
        TcpServer server = LAB.serve(socket -> {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegun".getBytes(US_ASCII));
            answerAfterTheEnd(socket);
        });
        Program.start(LAB, upstream.url());
        Path page = LAB.file("page-from-" + kind);

        CompletableFuture<Ran> curl = CompletableFuture.supplyAsync(
                () -> LAB.curl(Duration.ofSeconds(20), "-N", "-o", page.toString(), Family.V4.url(server.port(), "/")));
        // What the server has sent may still lie in the upstream, and would die with it.
        Await.until("curl has the beginning", Duration.ofSeconds(10), () -> Files.exists(page) && Files.size(page) > 0);
        upstream.daemon().kill();

        Ran ended = curl.get(30, TimeUnit.SECONDS);
        // 18: the stream ended before all was there; 56: it was reset. A server's death may be either on the wire.
        assertThat(ended.status()).as("%s", ended).isIn(18, 56);
        assertThat(ended.took()).isLessThan(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @EnumSource
    void anUpstreamsResetIsTheClientsReset(Family family) throws Exception {
        TcpServer socks = LAB.serve(ScriptedSocks.replying(ScriptedSocks.SUCCEEDED, socket -> {
            socket.getInputStream().read();
            TcpServer.reset(socket);
        }));
        Program.start(LAB, LAB.socks(socks));

        assertReset(family, 1234);
    }

    @ParameterizedTest
    @EnumSource
    void aResetInTheMiddleIsNeverAnEnd(Family family) throws Exception {
        TcpServer socks = LAB.serve(ScriptedSocks.replying(ScriptedSocks.SUCCEEDED, socket -> {
            ANSWER.writeTo(socket.getOutputStream());
            socket.getInputStream().read();
            TcpServer.reset(socket);
        }));
        Program.start(LAB, LAB.socks(socks));

        try (Socket client = LAB.connect(family.host(), 1234)) {
            assertThat(Pattern.digest(client.getInputStream(), ANSWER.size()).sha256())
                    .isEqualTo(ANSWER.hash());
            client.getOutputStream().write('?');
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDestinationsResetIsTheClientsReset(Family family) throws Exception {
        TcpServer server = LAB.serve(socket -> {
            socket.getInputStream().read();
            TcpServer.reset(socket);
        });
        Program.start(LAB, "direct://", "--interface", Lab.LINK);
        LAB.client().ip("route", "add", "default", "via", Lab.SERVER4, "dev", Lab.LINK, "metric", "9999");
        LAB.client().ip("-6", "route", "add", "default", "via", Lab.SERVER6, "dev", Lab.LINK, "metric", "9999");
        LAB.untilTestEnd(() -> LAB.client().ip("route", "del", "default", "dev", Lab.LINK));
        LAB.untilTestEnd(() -> LAB.client().ip("-6", "route", "del", "default", "dev", Lab.LINK));

        assertReset(family, server.port());
    }

    @ParameterizedTest
    @EnumSource
    void aClientsResetIsTheUpstreamsReset(Family family) throws Exception {
        CompletableFuture<String> ending = new CompletableFuture<>();
        TcpServer socks = LAB.serve(ScriptedSocks.replying(ScriptedSocks.SUCCEEDED, socket -> {
            socket.setSoTimeout(20_000);
            socket.getInputStream().read();
            socket.getOutputStream().write('!');
            try {
                ending.complete("read " + socket.getInputStream().read());
            } catch (IOException e) {
                ending.complete(e.getMessage());
            }
        }));
        Program.start(LAB, LAB.socks(socks));

        Socket client = LAB.connect(family.host(), 1234);
        client.getOutputStream().write('?');
        assertThat(client.getInputStream().read()).isEqualTo('!');
        TcpServer.reset(client);

        assertThat(ending.get(20, TimeUnit.SECONDS)).isEqualTo("Connection reset");
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatSpeaksFirstIsHeard(Family family) throws Exception {
        TcpServer server = LAB.serve(socket -> {
            socket.getOutputStream().write("220 ready\r\n".getBytes(US_ASCII));
            answerAfterTheEnd(socket);
        });
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        try (Socket client = LAB.connect(family.host(), server.port())) {
            assertThat(client.getInputStream().readNBytes(11)).asString().isEqualTo("220 ready\r\n");
        }
    }

    private static void assertRefused(Family family) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> LAB.connect(family.host(), Lab.CLOSED))
                .isInstanceOf(java.net.ConnectException.class)
                .hasMessageContaining("refused");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    private static void assertReset(Family family, int port) throws Exception {
        try (Socket client = LAB.connect(family.host(), port)) {
            client.getOutputStream().write('?');
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }
}
