package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that vanish without a word are found out; those that are only silent stay connected. */
@RequiresRoot(tools = {"ss"})
class KeepAliveIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final int PORT = 1234;
    private static final java.util.regex.Pattern SEGMENTS_IN = java.util.regex.Pattern.compile(" segs_in:(\\d+)");

    /** One second of silence and nine probes, each of which is waited for a second. */
    private static final int SECONDS_UNTIL_GONE = 10;

    /** How the upstream's connections ended, by the byte that was sent first. */
    private final Map<Integer, CompletableFuture<String>> endings = new ConcurrentHashMap<>();

    @Test
    void theVanishedAreResetAndTheSilentStay() throws Exception {
        RoutedClient routed = RoutedClient.create(LAB);
        TcpServer socks = LAB.serve(ScriptedSocks.replying(ScriptedSocks.SUCCEEDED, this::echoUntilTheEnd));
        Program.start(LAB, LAB.socks(socks), "--keep-alive-idle", "1s", "--keep-alive-interval", "1s");

        try (Socket silent4 = connect(LAB.client(), Family.V4, 1);
                Socket silent6 = connect(LAB.client(), Family.V6, 2)) {
            vanish(routed, 3, () -> routed.lose(true));
            routed.lose(false);
            vanish(routed, 5, routed::unplug);

            // By now the silent have been silent for twice as long as the vanished were given.
            assertThat(ending(1)).isNotDone();
            assertThat(ending(2)).isNotDone();
            assertThat(segmentsIn()).hasSize(2).allMatch(count -> count > 2 * (SECONDS_UNTIL_GONE - 2));
            echo(silent4, 7);
            echo(silent6, 8);
        }
    }

    /** Connects from the host behind the routers, lets it vanish, and waits until that is found out. */
    private void vanish(RoutedClient routed, int first, Runnable event) throws Exception {
        try (Socket client4 = connect(routed.host(), Family.V4, first);
                Socket client6 = connect(routed.host(), Family.V6, first + 1)) {
            long start = System.nanoTime();
            event.run();

            assertThat(ending(first).get(2 * SECONDS_UNTIL_GONE, TimeUnit.SECONDS))
                    .isEqualTo("Connection reset");
            assertThat(ending(first + 1).get(2 * SECONDS_UNTIL_GONE, TimeUnit.SECONDS))
                    .isEqualTo("Connection reset");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofSeconds(SECONDS_UNTIL_GONE - 2));
            // They themselves have heard nothing.
            client4.setSoTimeout(1);
            client6.setSoTimeout(1);
            assertThatThrownBy(() -> client4.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(() -> client6.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    private CompletableFuture<String> ending(int connection) {
        return endings.computeIfAbsent(connection, key -> new CompletableFuture<>());
    }

    private void echoUntilTheEnd(Socket socket) throws IOException {
        int first = socket.getInputStream().read();
        try {
            int next = first;
            while (next >= 0) {
                socket.getOutputStream().write(next);
                next = socket.getInputStream().read();
            }
            ending(first).complete("end");
        } catch (IOException e) {
            ending(first).complete(e.getMessage());
        }
    }

    private static Socket connect(NetNs namespace, Family family, int first) throws Exception {
        Socket socket = namespace.call(() -> {
            Socket connecting = new Socket();
            connecting.setSoTimeout(10_000);
            connecting.connect(new InetSocketAddress(family.host(), PORT), 10_000);
            return connecting;
        });
        echo(socket, first);
        return socket;
    }

    private static void echo(Socket socket, int what) throws IOException {
        socket.getOutputStream().write(what);
        assertThat(socket.getInputStream().read()).isEqualTo(what);
    }

    /** The segments that the client's kernel has got on each of its connections. */
    private static List<Integer> segmentsIn() {
        Ran shown = LAB.client().run(Duration.ofSeconds(5), "ss", "-Htni", "dport", "=", ":" + PORT);
        return SEGMENTS_IN
                .matcher(shown.ok().out())
                .results()
                .map(result -> Integer.valueOf(result.group(1)))
                .toList();
    }
}
