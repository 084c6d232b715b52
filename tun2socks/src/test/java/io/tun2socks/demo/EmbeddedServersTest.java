package io.tun2socks.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tun2socks.outbound.EpollLoops;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The web site and the SOCKS5 server, used by clients of the JDK. */
class EmbeddedServersTest {
    private static final InetAddress LOCAL =
            IpAddress.parse("127.0.0.1").orElseThrow().toInetAddress();

    private static EventLoopGroup group;
    private static EmbeddedWebServer web;
    private static EmbeddedSocksServer socks;

    @BeforeAll
    static void start() {
        group = new MultiThreadIoEventLoopGroup(1, EpollLoops.factory());
        web = EmbeddedWebServer.start(group, new InetSocketAddress(LOCAL, 0));
        socks = EmbeddedSocksServer.start(group, new InetSocketAddress(LOCAL, 0));
    }

    @AfterAll
    static void stop() {
        socks.close();
        web.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + web.port() + path);
    }

    private static String get(String path) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString())
                .body();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void servesPagesBytesAndHashes() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        assertThat(get("/")).contains("It works");
        assertThat(get("/slow")).isEqualTo("line 1\nline 2\nline 3\nline 4\nline 5\n");
        assertThat(get("/bytes/x")).contains("expected a number");
        assertThat(get("/nowhere")).contains("no such page");
        for (int length : new int[] {0, 1, TestBytes.BLOCK, TestBytes.BLOCK + 1, 10_000_000}) {
            byte[] body = client.send(
                            HttpRequest.newBuilder(uri("/bytes/" + length)).build(), BodyHandlers.ofByteArray())
                    .body();
            assertThat(body).hasSize(length);
            assertThat(sha256(body)).isEqualTo(EmbeddedWebServer.sha256(length));
            assertThat(get("/sha256/" + length)).isEqualTo(EmbeddedWebServer.sha256(length) + "\n");
        }
    }

    @Test
    void hashesUploads() throws Exception {
        byte[] body = new byte[3_000_000];
        HttpRequest request = HttpRequest.newBuilder(uri("/upload"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .body())
                .isEqualTo("3000000 " + sha256(body) + "\n");
    }

    @Test
    void answersAClientThatHasClosedItsSide() throws Exception {
        try (Socket socket = new Socket(LOCAL, web.port())) {
            socket.getOutputStream().write("GET /bytes/100000 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).hasSizeGreaterThan(100_000);
        }
    }

    private static Socket throughSocks(int port) throws IOException {
        Socket socket = new Socket(LOCAL, socks.port());
        // Everything at once, as a client may that knows the answers.
        byte[] hello = HexFormat.of().parseHex("050100050100017f000001" + String.format("%04x", port));
        socket.getOutputStream().write(hello);
        return socket;
    }

    @Test
    void socksCarriesHalfCloseBothWays() throws Exception {
        try (ServerSocket destination = new ServerSocket(0, 1, LOCAL);
                Socket client = throughSocks(destination.getLocalPort())) {
            client.getOutputStream().write("early".getBytes(ISO_8859_1));
            client.shutdownOutput();
            try (Socket accepted = destination.accept()) {
                assertThat(accepted.getInputStream().readAllBytes()).isEqualTo("early".getBytes(ISO_8859_1));
                accepted.getOutputStream().write("answer".getBytes(ISO_8859_1));
                accepted.shutdownOutput();
                InputStream in = client.getInputStream();
                assertThat(in.readNBytes(4)).isEqualTo(new byte[] {5, 0, 5, 0});
                in.skipNBytes(8);
                assertThat(in.readAllBytes()).isEqualTo("answer".getBytes(ISO_8859_1));
            }
        }
    }

    @Test
    void socksTellsARefusal() throws Exception {
        int port;
        try (ServerSocket destination = new ServerSocket(0, 1, LOCAL)) {
            port = destination.getLocalPort();
        }
        try (Socket client = throughSocks(port)) {
            assertThat(client.getInputStream().readNBytes(4)).isEqualTo(new byte[] {5, 0, 5, 5});
        }
    }

    @Test
    void socksHoldsASlowReaderBackWithoutKeepingItsBytes() throws Exception {
        int length = 50_000_000;
        try (Socket client = throughSocks(web.port())) {
            client.getOutputStream()
                    .write(("GET /bytes/" + length + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            InputStream in = client.getInputStream();
            in.skipNBytes(12);
            byte[] all = in.readAllBytes();
            assertThat(all.length).isGreaterThan(length);
            byte[] body = java.util.Arrays.copyOfRange(all, all.length - length, all.length);
            assertThat(sha256(body)).isEqualTo(EmbeddedWebServer.sha256(length));
        }
    }
}
