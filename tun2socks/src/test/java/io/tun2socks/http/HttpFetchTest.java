package io.tun2socks.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.EpollLoops;
import io.tun2socks.outbound.Leaks;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.Outbounds;
import io.tun2socks.outbound.SocketSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Downloads from servers on loopback. */
@ExtendWith(Leaks.class)
class HttpFetchTest {
    private static final EventLoopGroup GROUP = new MultiThreadIoEventLoopGroup(1, EpollLoops.factory());
    private static final EventLoop LOOP = GROUP.next();
    private static final Outbound DIRECT = Outbounds.parse("direct://", SocketSettings.DEFAULT);

    private final HttpFetch fetch = new HttpFetch("tester/1");

    @AfterAll
    static void stop() {
        DIRECT.close();
        GROUP.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static Throwable failure(Future<?> future) throws Exception {
        try {
            throw new AssertionError("succeeded with " + future.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private FetchResponse get(FetchRequest request) throws Exception {
        return await(fetch.fetch(LOOP, DIRECT, request));
    }

    private static String text(FetchResponse response) {
        return new String(response.body(), ISO_8859_1);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
    }

    @Test
    void fetchesABodyAndSaysWhoAsks() throws Exception {
        try (WebServer server =
                new WebServer(WebServer.says("HTTP/1.1 200 OK\nContent-Length: 5\nETag: \"one\"\n\nhello"))) {
            FetchResponse response = get(FetchRequest.of(server.url("/a/b?c=d")));
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.etag()).isEqualTo("\"one\"");
            assertThat(response.header("content-length")).contains("5");
            assertThat(text(response)).isEqualTo("hello");
            assertThat(server.requests().get(0))
                    .startsWith("GET /a/b?c=d HTTP/1.1\r\n")
                    .containsIgnoringCase("host: 127.0.0.1:" + server.port() + "\r\n")
                    .containsIgnoringCase("user-agent: tester/1\r\n")
                    .containsIgnoringCase("accept-encoding: gzip\r\n")
                    .doesNotContainIgnoringCase("authorization");
        }
    }

    @Test
    void sendsTheHeadersOfTheRequestInsteadOfItsOwn() throws Exception {
        try (WebServer server = new WebServer(WebServer.says("HTTP/1.1 200 OK\nContent-Length: 0\n\n"))) {
            get(FetchRequest.of(server.url("/"))
                    .withHeaders(Map.of("User-Agent", List.of("clash"), "X-Many", List.of("1", "2"))));
            assertThat(server.requests().get(0))
                    .containsIgnoringCase("user-agent: clash\r\n")
                    .doesNotContain("tester")
                    .containsIgnoringCase("x-many: 1\r\nx-many: 2\r\n");
        }
    }

    @Test
    void isToldThatNothingHasChanged() throws Exception {
        try (WebServer server = new WebServer(WebServer.says("HTTP/1.1 304 Not Modified\nETag: \"one\"\n\n"))) {
            FetchResponse response = get(FetchRequest.of(server.url("/")).withEtag("\"one\""));
            assertThat(response.isNotModified()).isTrue();
            assertThat(response.isSuccess()).isFalse();
            assertThat(server.requests().get(0)).containsIgnoringCase("if-none-match: \"one\"\r\n");
        }
    }

    @Test
    void joinsChunksAndPassesOverInterimAnswers() throws Exception {
        try (WebServer server = new WebServer(WebServer.says("""
                HTTP/1.1 103 Early Hints
                Link: </x>

                HTTP/1.1 200 OK
                Transfer-Encoding: chunked

                3
                abc
                4
                defg
                0

                """))) {
            FetchResponse response = get(FetchRequest.of(server.url("/")));
            assertThat(response.status()).isEqualTo(200);
            assertThat(text(response)).isEqualTo("abcdefg");
        }
    }

    @Test
    void takesTheCloseForTheEndOfABodyThatIsNotMeasured() throws Exception {
        try (WebServer server = new WebServer((head, out) -> {
            write(out, "HTTP/1.1 200 OK\n\nuntil the end");
            return false;
        })) {
            assertThat(text(get(FetchRequest.of(server.url("/"))))).isEqualTo("until the end");
        }
    }

    @Test
    void unpacksGzip() throws Exception {
        String body = "0123456789".repeat(10_000);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(body.getBytes(ISO_8859_1));
        }
        WebServer.Site site = (head, out) -> {
            write(out, "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: " + packed.size() + "\n\n");
            packed.writeTo(out);
            return true;
        };
        try (WebServer server = new WebServer(site)) {
            assertThat(text(get(FetchRequest.of(server.url("/"))))).isEqualTo(body);
            // What counts is the unpacked size: packed, it is far below the limit.
            assertThat(packed.size()).isLessThan(2_000);
            assertThat(failure(fetch.fetch(
                            LOOP, DIRECT, FetchRequest.of(server.url("/")).withSizeLimit(50_000))))
                    .hasMessageContaining("larger than the limit of 50000 bytes");
        }
    }

    @Test
    void refusesWhatIsLargerThanTheLimit() throws Exception {
        try (WebServer declared = new WebServer(WebServer.says("HTTP/1.1 200 OK\nContent-Length: 101\n\n"));
                WebServer undeclared = new WebServer(WebServer.says("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
                        + ("33\n" + "x".repeat(51) + "\n").repeat(2) + "0\n\n"));
                WebServer exact =
                        new WebServer(WebServer.says("HTTP/1.1 200 OK\nContent-Length: 100\n\n" + "x".repeat(100)))) {
            for (WebServer server : List.of(declared, undeclared)) {
                FetchRequest request = FetchRequest.of(server.url("/secret")).withSizeLimit(100);
                assertThat(failure(fetch.fetch(LOOP, DIRECT, request)))
                        .isInstanceOf(HttpFetchException.class)
                        .hasMessage("http://127.0.0.1:" + server.port()
                                + " (through direct://): the answer is larger than the limit of 100 bytes");
            }
            assertThat(get(FetchRequest.of(exact.url("/")).withSizeLimit(100)).body())
                    .hasSize(100);
        }
    }

    @Test
    void followsRedirectsAndTellsNoSecretsToOthers() throws Exception {
        try (WebServer target = new WebServer(WebServer.says("HTTP/1.1 200 OK\nContent-Length: 4\n\nhere"));
                WebServer first = new WebServer((head, out) -> {
                    String to = head.startsWith("GET /start") ? "../second" : target.url("/third");
                    write(out, "HTTP/1.1 302 Found\nLocation: " + to + "\nContent-Length: 0\n\n");
                    return true;
                })) {
            FetchRequest request = FetchRequest.of("http://user:pass@127.0.0.1:" + first.port() + "/start/")
                    .withHeaders(Map.of("Cookie", List.of("c=1"), "X-Plain", List.of("p")));
            assertThat(text(get(request))).isEqualTo("here");
            assertThat(first.requests()).hasSize(2);
            assertThat(first.requests().get(0))
                    .containsIgnoringCase("authorization: Basic dXNlcjpwYXNz\r\n")
                    .containsIgnoringCase("cookie: c=1\r\n");
            assertThat(first.requests().get(1)).startsWith("GET /second ").containsIgnoringCase("cookie: c=1\r\n");
            assertThat(target.requests().get(0))
                    .startsWith("GET /third ")
                    .containsIgnoringCase("x-plain: p\r\n")
                    .doesNotContainIgnoringCase("cookie")
                    .doesNotContainIgnoringCase("authorization");
        }
    }

    @Test
    void givesUpAfterFiveRedirects() throws Exception {
        try (WebServer server =
                new WebServer(WebServer.says("HTTP/1.1 307 Temporary Redirect\nLocation: /\nContent-Length: 0\n\n"))) {
            assertThat(failure(fetch.fetch(LOOP, DIRECT, FetchRequest.of(server.url("/")))))
                    .hasMessageContaining("more than 5 redirects");
            assertThat(server.requests()).hasSize(6);
        }
    }

    @Test
    void followsNoRedirectThatLeavesTheWeb() throws Exception {
        try (WebServer server = new WebServer(WebServer.says("HTTP/1.1 301 Moved\nLocation: file:///etc/passwd\n\n"))) {
            assertThat(failure(fetch.fetch(LOOP, DIRECT, FetchRequest.of(server.url("/")))))
                    .hasMessageContaining("the URL's scheme is 'file', expected http or https");
        }
    }

    @Test
    void failsWhenNoAnswerComesInTime() throws Exception {
        try (WebServer server = new WebServer((head, out) -> {
            write(out, "HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf");
            return true;
        })) {
            assertThat(failure(fetch.fetch(
                            LOOP,
                            DIRECT,
                            FetchRequest.of(server.url("/?token=secret")).withTimeout(300))))
                    .hasMessage("http://127.0.0.1:" + server.port()
                            + " (through direct://): no complete answer within 300 ms");
        }
    }

    @Test
    void failsWhenTheConnectionEndsInTheMiddle() throws Exception {
        try (WebServer server = new WebServer((head, out) -> {
            write(out, "HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf");
            return false;
        })) {
            assertThat(failure(fetch.fetch(LOOP, DIRECT, FetchRequest.of(server.url("/")))))
                    .hasMessageContaining("closed the connection before the end of its answer");
        }
    }

    @Test
    void failsWhenTheAnswerIsNotHttp() throws Exception {
        try (WebServer server = new WebServer(WebServer.says("SSH-2.0-OpenSSH_9\n\n"))) {
            assertThat(failure(fetch.fetch(LOOP, DIRECT, FetchRequest.of(server.url("/")))))
                    .isInstanceOf(HttpFetchException.class)
                    .hasMessageStartingWith("http://127.0.0.1:" + server.port() + " (through direct://): ");
        }
    }

    @Test
    void tellsOfAServerThatRefuses() throws Exception {
        int port;
        try (WebServer server = new WebServer(WebServer.says(""))) {
            port = server.port();
        }
        assertThat(failure(fetch.fetch(LOOP, DIRECT, FetchRequest.of("http://127.0.0.1:" + port + "/"))))
                .hasMessageContaining("connection refused");
    }

    @Test
    void givesTheBodyToAConsumer() throws Exception {
        try (WebServer server =
                new WebServer(WebServer.says("HTTP/1.1 200 OK\nContent-Length: 9000\n\n" + "y".repeat(9_000)))) {
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            FetchResponse response = await(fetch.fetch(LOOP, DIRECT, FetchRequest.of(server.url("/")), part -> {
                byte[] bytes = new byte[part.readableBytes()];
                part.readBytes(bytes);
                got.writeBytes(bytes);
            }));
            assertThat(got.toString(ISO_8859_1)).isEqualTo("y".repeat(9_000));
            assertThat(response.body()).isEmpty();
            assertThat(failure(fetch.fetch(LOOP, DIRECT, FetchRequest.of(server.url("/")), part -> {
                        throw new IllegalStateException("disk full");
                    })))
                    .hasMessageContaining("what came could not be kept: disk full");
        }
    }

    @Test
    void speaksTlsAndVerifiesTheName() throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SSLContext server = SSLContext.getInstance("TLS");
        server.init(bundle.toKeyManagerFactory().getKeyManagers(), null, null);
        HttpFetch trusting = new HttpFetch(
                "tester/1",
                SslContextBuilder.forClient()
                        .trustManager(bundle.toTrustManagerFactory())
                        .build());
        try (WebServer web = new WebServer(
                server.getServerSocketFactory(), WebServer.says("HTTP/1.1 200 OK\nContent-Length: 6\n\nsecret"))) {
            FetchRequest byName = FetchRequest.of("https://localhost:" + web.port() + "/");
            FetchRequest byAddress = FetchRequest.of("https://127.0.0.1:" + web.port() + "/");
            assertThat(text(await(trusting.fetch(LOOP, DIRECT, byName)))).isEqualTo("secret");
            // The certificate is for another name.
            assertThat(failure(trusting.fetch(LOOP, DIRECT, byAddress)))
                    .isInstanceOf(HttpFetchException.class)
                    .hasMessageContaining("No subject alternative names");
            // Nobody whom the JVM trusts has signed it.
            assertThat(failure(fetch.fetch(LOOP, DIRECT, byName))).hasMessageContaining("certification path");
            assertThat(web.requests()).hasSize(1);
        }
    }

    @Test
    void letsGoOfWhatIsCancelled() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (WebServer server = new WebServer((head, out) -> {
            asked.countDown();
            try {
                while (true) {
                    write(out, "HTTP/1.1 100 Continue\n\n");
                }
            } finally {
                gone.countDown();
            }
        })) {
            Future<FetchResponse> future = fetch.fetch(LOOP, DIRECT, FetchRequest.of(server.url("/")));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(future.cancel(false)).isTrue();
            // Writing to a connection that the client has closed fails.
            assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void measuresTheDelayOfAGoodAnswer() throws Exception {
        try (WebServer server = new WebServer(WebServer.says("HTTP/1.1 204 No Content\n\n"))) {
            DelayRequest any = new DelayRequest(server.url("/generate_204"), ExpectedStatus.ANY, 10_000, false);
            assertThat(await(fetch.delay(LOOP, DIRECT, any))).isBetween(1, 10_000);
            assertThat(server.requests().get(0)).startsWith("HEAD /generate_204 HTTP/1.1\r\n");
            DelayRequest other =
                    new DelayRequest(server.url("/?secret"), ExpectedStatus.parse("200/300-399"), 10_000, false);
            assertThat(failure(fetch.delay(LOOP, DIRECT, other)))
                    .hasMessage("http://127.0.0.1:" + server.port()
                            + " (through direct://): the status is 204, expected 200/300-399");
        }
    }

    @Test
    void showsNoSecretsInMessagesAndTexts() {
        FetchRequest request = FetchRequest.of("https://user:pass@sub.example.com/path?token=t");
        assertThat(request.toString()).isEqualTo("https://sub.example.com");
        assertThatThrownBy(() -> FetchRequest.of("ftp://user:pass@example.com/token"))
                .hasMessage("the URL's scheme is 'ftp', expected http or https");
        assertThatThrownBy(() -> FetchRequest.of("http://user:pass@/token"))
                .message()
                .doesNotContain("pass", "token");
        assertThatThrownBy(() -> FetchRequest.of("http://a b:pass@c/token"))
                .message()
                .doesNotContain("pass", "token");
    }
}
