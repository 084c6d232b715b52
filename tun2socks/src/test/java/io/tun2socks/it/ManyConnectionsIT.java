package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many connections. */
@RequiresRoot(tools = {"microsocks", "nginx", "curl"})
class ManyConnectionsIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final int MANY = 1000;

    @ParameterizedTest
    @EnumSource
    void aThousandOpenAtATimeAndNoneIsSlow(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url());

        List<Duration> times = LAB.client().call(() -> {
            List<Socket> sockets = new ArrayList<>();
            List<Duration> taken = new ArrayList<>();
            try {
                for (int i = 0; i < MANY; i++) {
                    long start = System.nanoTime();
                    Socket socket = new Socket();
                    sockets.add(socket);
                    socket.setSoTimeout(10_000);
                    socket.connect(new InetSocketAddress(family.host(), Lab.ECHO), 10_000);
                    echo(socket, i);
                    taken.add(Duration.ofNanos(System.nanoTime() - start));
                }
                for (int i = MANY - 1; i >= 0; i--) {
                    echo(sockets.get(i), i + 1);
                }
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            return taken;
        });

        // The first connection pays for the program's start and for classes that are loaded then.
        assertThat(times.subList(1, MANY)).allMatch(time -> time.compareTo(Duration.ofSeconds(1)) < 0);
    }

    @ParameterizedTest
    @EnumSource
    void aThousandShortRequestsOneAfterTheOther(Family family) throws Exception {
        Pattern file = LAB.nginx();
        Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url());

        Ran curl = LAB.curl(
                Duration.ofSeconds(60),
                "-r",
                "0-9",
                "-w",
                "%{stderr}%{time_total}\\n",
                family.url(Lab.NGINX, "/file?[1-" + MANY + "]"));

        byte[] tenBytes = Arrays.copyOf(file.bytes(), 10);
        MessageDigest expected = Pattern.sha256();
        for (int i = 0; i < MANY; i++) {
            expected.update(tenBytes);
        }
        assertThat(curl.ok().sha256()).isEqualTo(Pattern.hex(expected.digest()));
        assertThat(curl.err().lines().skip(1).map(Double::parseDouble))
                .hasSize(MANY - 1)
                .allMatch(seconds -> seconds < 1);
    }

    private static void echo(Socket socket, int number) throws Exception {
        socket.getOutputStream().write(number);
        assertThat(socket.getInputStream().read()).isEqualTo(number & 0xff);
    }
}
