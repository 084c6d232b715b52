package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Connections that are begun and never finished cost bounded memory and few upstream connections, and those of others are
 * made as ever (RFC 4987). Always with our own program, in a small heap.
 */
@RequiresRoot
class HalfOpenIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final int SYNS = Integer.getInteger("halfOpen.syns", 1_000_000);

    /** TcpConfig.DEFAULT's, of one queue. */
    private static final int MOST_HALF_OPEN = 1024;

    /** A port that the upstream takes its time to connect to: for ever. */
    private static final int SLOW = 9;

    private static final int OTHER_DESCRIPTORS = 16;
    private static final long MIB = 1 << 20;
    private static final Duration PROMPT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** As many packets with every access to a buffer recorded would take minutes: leaks are looked for in samples. */
    private static final List<String> JAVA = List.of(
            "-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC", "-Dio.netty.leakDetection.level=simple");

    @Test
    void aMillionHalfOpenConnectionsDisturbNobody() throws Exception {
        TcpServer socks = LAB.serve(HalfOpenIT::serve);
        Program program = Program.startCommand(LAB, Program.ourCommand(JAVA), LAB.socks(socks), "--queues", "1");
        for (int i = 0; i < 100; i++) {
            assertEcho(i);
        }
        Memory before = Memory.of(program.daemon());
        int descriptors = descriptors(program);

        List<Duration> times = new ArrayList<>();
        int mostDescriptors = 0;
        try (SynFlood flood = SynFlood.open(LAB.client(), SLOW)) {
            CompletableFuture<Void> flooding = flood.send(SYNS);
            while (!flooding.isDone()) {
                times.add(assertEcho(times.size()));
                mostDescriptors = Math.max(mostDescriptors, descriptors(program));
            }
            flooding.get(0, TimeUnit.SECONDS);
            assertThat(flood.synAcks()).as("SYN cookies").isGreaterThan(SYNS / 2);
        }

        assertThat(times).isNotEmpty().allMatch(time -> time.compareTo(PROMPT) < 0);
        assertThat(mostDescriptors)
                .as("descriptors of the program")
                .isLessThanOrEqualTo(descriptors + MOST_HALF_OPEN + OTHER_DESCRIPTORS);
        assertThat(Memory.of(program.daemon()).since(before)).isLessThan(64 * MIB);
        // Cookies know of no refusal: once there is room again, connect is honest again.
        for (Family family : Family.values()) {
            Await.until("connections over " + family + " are refused again", PATIENCE, () -> isRefused(family));
        }
        Await.until("nothing is left", PATIENCE, () -> descriptors(program) <= descriptors + OTHER_DESCRIPTORS);
        assertEcho(0);
        assertEcho(1);
    }

    private static void serve(Socket socket) throws Exception {
        int port = ScriptedSocks.readRequest(socket);
        switch (port) {
            case Lab.ECHO -> {
                ScriptedSocks.reply(socket, ScriptedSocks.SUCCEEDED);
                socket.getInputStream().transferTo(socket.getOutputStream());
            }
            case SLOW -> socket.getInputStream().read();
            default -> ScriptedSocks.reply(socket, ScriptedSocks.REFUSED);
        }
    }

    /** Connects, has some bytes come back, and says how long that took. */
    private static Duration assertEcho(int number) throws Exception {
        Family family = number % 2 == 0 ? Family.V4 : Family.V6;
        byte[] bytes = new Pattern(number, 2000).bytes();
        long start = System.nanoTime();
        try (Socket socket = LAB.connect(family.host(), Lab.ECHO)) {
            socket.getOutputStream().write(bytes);
            assertThat(socket.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static boolean isRefused(Family family) throws Exception {
        try {
            LAB.connect(family.host(), Lab.CLOSED).close();
            return false;
        } catch (ConnectException e) {
            return e.getMessage().contains("refused");
        }
    }

    private static int descriptors(Program program) throws IOException {
        try (Stream<Path> list =
                Files.list(Path.of("/proc", Long.toString(program.daemon().pid()), "fd"))) {
            return (int) list.count();
        }
    }
}
