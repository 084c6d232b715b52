package io.tun2socks.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What stalls holds memory up to the limit; there new connections are refused, and open ones still finish. Always with
 * our own program, in a small heap.
 */
@RequiresRoot
class MemoryLimitIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final int PORT = 1234;
    private static final int LIMIT_MIB = 8;
    private static final int STALLED_EACH_WAY = 40;

    private static final List<String> JAVA = List.of("-Xmx64m", "-XX:MaxDirectMemorySize=192m", "-XX:+UseSerialGC");

    /**
     * The limit stops what is new. Open connections may still bring the windows that they were told of (80 of 256 KiB
     * here), in buffers of which slices are held, and the allocator reserves in large chunks: 66 to 90 MB were measured.
     */
    private static final int RESERVED_TO_LIMIT = 14;

    /** Little of what stalls is to lie in the kernel. */
    private static final int SMALL_BUFFER = 16 * 1024;

    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern.Digest BYTES = digest(new Pattern(61, 2 * MIB));

    private final CompletableFuture<Void> release = new CompletableFuture<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("transfer"));

    @Test
    void stalledTransfersFillTheLimitAndFinishLater() throws Exception {
        LAB.untilTestEnd(threads::shutdownNow);
        TcpServer socks = LAB.serve(ScriptedSocks.replying(ScriptedSocks.SUCCEEDED, this::serve));
        Program program = Program.startCommand(
                LAB, Program.ourCommand(JAVA), LAB.socks(socks), "--queues", "1", "--memory-limit", LIMIT_MIB + "MiB");
        connect(Family.V4).close();
        Memory before = Memory.of(program.daemon());

        List<Socket> uploads = new ArrayList<>();
        List<Socket> downloads = new ArrayList<>();
        for (int i = 0; i < STALLED_EACH_WAY; i++) {
            Family family = i % 2 == 0 ? Family.V4 : Family.V6;
            uploads.add(LAB.untilTestEnd(connect(family)));
            downloads.add(LAB.untilTestEnd(connect(family)));
        }
        List<Future<Pattern.Digest>> transfers = new ArrayList<>();
        for (int i = 0; i < STALLED_EACH_WAY; i++) {
            Socket upload = uploads.get(i);
            Socket download = downloads.get(i);
            transfers.add(threads.submit(() -> upload(upload)));
            transfers.add(threads.submit(() -> download(download)));
        }
        for (Family family : Family.values()) {
            Await.until("a connection over " + family + " is refused", PATIENCE, () -> isRefused(family));
        }
        Memory full = Memory.of(program.daemon());

        assertThat(full.since(before)).isLessThan(RESERVED_TO_LIMIT * LIMIT_MIB * MIB);
        assertThat(transfers).noneMatch(Future::isDone);
        release.complete(null);
        for (Future<Pattern.Digest> transfer : transfers) {
            assertThat(transfer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(BYTES);
        }
        for (Family family : Family.values()) {
            try (Socket socket = connect(family)) {
                assertThat(upload(socket)).isEqualTo(BYTES);
            }
        }
    }

    /** Reads, or writes, what the client asks for, but not before the release. */
    private void serve(Socket socket) throws Exception {
        socket.setReceiveBufferSize(SMALL_BUFFER);
        if (socket.getInputStream().read() == 'd') {
            new Pattern(61, BYTES.bytes()).writeTo(socket.getOutputStream());
        } else {
            release.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
            Pattern.Digest got = Pattern.digest(socket.getInputStream(), Long.MAX_VALUE);
            socket.getOutputStream().write((got.sha256() + " " + got.bytes()).getBytes(US_ASCII));
        }
    }

    private static Pattern.Digest upload(Socket socket) throws IOException {
        socket.getOutputStream().write('u');
        new Pattern(61, BYTES.bytes()).writeTo(socket.getOutputStream());
        socket.shutdownOutput();
        String[] answer = new String(socket.getInputStream().readAllBytes(), US_ASCII).split(" ", 2);
        return new Pattern.Digest(answer[0], Long.parseLong(answer[1]));
    }

    private Pattern.Digest download(Socket socket) throws Exception {
        socket.getOutputStream().write('d');
        release.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return Pattern.digest(socket.getInputStream(), Long.MAX_VALUE);
    }

    private static Socket connect(Family family) throws Exception {
        return LAB.client().call(() -> {
            Socket socket = new Socket();
            try {
                socket.setReceiveBufferSize(SMALL_BUFFER);
                socket.connect(new InetSocketAddress(family.host(), PORT), (int) PATIENCE.toMillis());
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        });
    }

    private static boolean isRefused(Family family) throws Exception {
        try {
            connect(family).close();
            return false;
        } catch (ConnectException e) {
            return e.getMessage().contains("refused");
        }
    }

    private static Pattern.Digest digest(Pattern pattern) {
        return new Pattern.Digest(pattern.hash(), pattern.size());
    }
}
