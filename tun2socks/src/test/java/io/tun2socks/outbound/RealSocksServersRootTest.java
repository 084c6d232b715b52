package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.tun2socks.demo.EmbeddedUdpEcho;
import io.tun2socks.demo.EmbeddedWebServer;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The SOCKS5 outbound with servers that others wrote: dante and microsocks of Debian. */
@Tag("root")
@ExtendWith(Leaks.class)
class RealSocksServersRootTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final SocketSettings SETTINGS = new SocketSettings(0, null, 2_000);

    private final Loop loop = new Loop();
    private final List<Process> processes = new ArrayList<>();
    private EmbeddedWebServer web;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() {
        web = EmbeddedWebServer.start(loop.group(), new InetSocketAddress(LOCAL.toInetAddress(), 0));
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        web.close();
        loop.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOCAL.toInetAddress())) {
            return socket.getLocalPort();
        }
    }

    private void run(int port, String... command) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(command[0])), command[0] + " is not installed (scripts/test installs it)");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
        processes.add(process);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try (Socket ready = new Socket(LOCAL.toInetAddress(), port)) {
                assertThat(ready.isConnected()).isTrue();
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline || process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new AssertionError(
                            "the server did not start: " + Files.readString(directory.resolve("server.log")), notYet);
                }
            }
        }
    }

    private int startDante() throws Exception {
        int port = freePort();
        Path config = directory.resolve("danted.conf");
        Files.writeString(config, """
                logoutput: stderr
                internal: 127.0.0.1 port = %d
                external: lo
                clientmethod: none
                socksmethod: none
                client pass { from: 0/0 to: 0/0 }
                socks pass { from: 0/0 to: 0/0 command: bind connect udpassociate bindreply udpreply }
                """.formatted(port));
        run(port, "/usr/sbin/danted", "-N", "1", "-f", config.toString());
        return port;
    }

    private void fetch(Outbound outbound) throws Exception {
        RecordingRelay relay = new RecordingRelay();
        Channel channel = loop.await(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, web.port()), relay));
        relay.startReading(channel);
        channel.writeAndFlush(Unpooled.copiedBuffer(
                        "GET /bytes/1000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", ISO_8859_1))
                .sync();
        relay.awaitEnd();
        assertThat(relay.received()).hasSizeGreaterThan(1_000_000);
        channel.close().sync();
    }

    private static void awaitPipelining(Outbound outbound, Socks5Pipelining.State expected) throws Exception {
        Socks5Pipelining pipelining = ((Socks5Outbound) outbound).pipelining();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        CountDownLatch never = new CountDownLatch(1);
        while (pipelining.state() != expected && System.nanoTime() < deadline) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(pipelining.state()).isEqualTo(expected);
    }

    private void tellsARefusal(Outbound outbound) throws Exception {
        int closed = freePort();
        OutboundException failure =
                loop.failure(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, closed), new RecordingRelay()));
        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
    }

    @Test
    void danteTakesPipelinedHandshakesAndDatagrams() throws Exception {
        int port = startDante();
        try (Outbound outbound = Outbounds.parse("127.0.0.1:" + port, SETTINGS);
                EmbeddedUdpEcho echo =
                        EmbeddedUdpEcho.start(loop.group(), new InetSocketAddress(LOCAL.toInetAddress(), 0))) {
            fetch(outbound);
            awaitPipelining(outbound, Socks5Pipelining.State.ON);
            for (int i = 0; i < 20; i++) {
                fetch(outbound);
            }
            tellsARefusal(outbound);
            RecordingReceiver receiver = new RecordingReceiver();
            UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
            Destination destination = Destination.of(LOCAL, echo.port());
            for (String payload : new String[] {"a", "b".repeat(3_000)}) {
                loop.on(() -> {
                    transport.send(destination, Unpooled.copiedBuffer(payload, ISO_8859_1));
                    transport.flush();
                    return null;
                });
                assertThat(receiver.take()).isEqualTo(new RecordingReceiver.Received(destination, payload));
            }
            loop.on(() -> {
                transport.close();
                return null;
            });
            assertThat(((Socks5Outbound) outbound).pipelining().isOn()).isTrue();
        }
    }

    @Test
    void microsocksIsNeverPipelined() throws Exception {
        int port = freePort();
        run(port, "/usr/bin/microsocks", "-i", "127.0.0.1", "-p", String.valueOf(port));
        try (Outbound outbound = Outbounds.parse("127.0.0.1:" + port, SETTINGS)) {
            for (int i = 0; i < 5; i++) {
                fetch(outbound);
            }
            awaitPipelining(outbound, Socks5Pipelining.State.OFF);
            fetch(outbound);
            tellsARefusal(outbound);
            assertThat(loop.failure(() -> outbound.openUdp(loop.loop(), new RecordingReceiver())))
                    .hasMessageContaining("command not supported");
        }
    }

    @Test
    void microsocksChecksThePassword() throws Exception {
        int port = freePort();
        run(port, "/usr/bin/microsocks", "-i", "127.0.0.1", "-p", String.valueOf(port), "-u", "joe", "-P", "secret");
        try (Outbound right = Outbounds.parse("socks5://joe:secret@127.0.0.1:" + port, SETTINGS);
                Outbound wrong = Outbounds.parse("socks5://joe:public@127.0.0.1:" + port, SETTINGS)) {
            fetch(right);
            fetch(right);
            assertThat(loop.failure(
                            () -> wrong.connect(loop.loop(), Destination.of(LOCAL, web.port()), new RecordingRelay())))
                    .hasMessageContaining("refuses the user name joe");
        }
    }
}
