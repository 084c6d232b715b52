package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients behind a link that takes less than both its ends suggest: a router of the kernel's says so to the program, as
 * it would say it to any host (RFC 1191, RFC 8201).
 */
@RequiresRoot(tools = {"curl", "microsocks", "nstat"})
class PathMtuIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Waits for time-outs, one after each of the reports, would take longer. */
    private static final Duration PROMPT = Duration.ofSeconds(3);

    private static final int NARROW = 1300;
    private static final Pattern BYTES = new Pattern(51, 8 << 20);
    private static final String[] NO_OFFLOAD = {"--no-offload"};

    @ParameterizedTest
    @CsvSource({"V4, true", "V6, true", "V4, false", "V6, false"})
    void transfersPassANarrowLink(Family family, boolean offload) throws Exception {
        RoutedClient client = RoutedClient.create(LAB);
        client.middleMtu(NARROW);
        start(offload);
        Path file = LAB.file("up");
        try (OutputStream out = Files.newOutputStream(file)) {
            BYTES.writeTo(out);
        }

        Ran download = download(client, family);
        Ran upload = curl(client, "-H", "Expect:", "-T", file.toString(), family.url(Lab.SITE, "/sink"));

        assertThat(download.ok().sha256()).isEqualTo(BYTES.hash());
        assertThat(download.took()).isLessThan(PROMPT);
        assertThat(client.tooBigReports(family)).as("reports of the router").isPositive();
        assertThat(upload.ok().out()).isEqualTo(BYTES.hash() + " " + BYTES.size());
        assertThat(upload.took()).isLessThan(PROMPT);
    }

    @ParameterizedTest
    @EnumSource
    void theNextConnectionKnowsThePath(Family family) throws Exception {
        RoutedClient client = RoutedClient.create(LAB);
        client.middleMtu(NARROW);
        // What routers said is known to each queue by itself.
        Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url(), "--queues", "1");

        assertThat(download(client, family).ok().sha256()).isEqualTo(BYTES.hash());
        int reports = client.tooBigReports(family);
        assertThat(reports).isPositive();
        assertThat(download(client, family).ok().sha256()).isEqualTo(BYTES.hash());
        assertThat(client.tooBigReports(family)).as("reports of the router").isEqualTo(reports);
    }

    @ParameterizedTest
    @CsvSource({"V4, true", "V6, true", "V4, false", "V6, false"})
    void aPathThatNarrowsInTheMiddle(Family family, boolean offload) throws Exception {
        RoutedClient client = RoutedClient.create(LAB);
        CompletableFuture<Void> narrowed = new CompletableFuture<>();
        TcpServer server = LAB.serve(socket -> {
            OutputStream out = socket.getOutputStream();
            BYTES.writeTo(out);
            narrowed.get(20, TimeUnit.SECONDS);
            BYTES.writeTo(out);
            BYTES.writeTo(out);
        });
        start(offload);

        try (Socket socket = client.host().call(() -> {
            Socket connecting = new Socket();
            connecting.setSoTimeout(20_000);
            connecting.connect(new InetSocketAddress(family.host(), server.port()), 10_000);
            return connecting;
        })) {
            InputStream in = socket.getInputStream();
            Pattern.Digest expected = new Pattern.Digest(BYTES.hash(), BYTES.size());
            assertThat(Pattern.digest(in, BYTES.size())).isEqualTo(expected);
            assertThat(client.tooBigReports(family)).isZero();
            client.middleMtu(NARROW);
            narrowed.complete(null);
            long start = System.nanoTime();
            assertThat(Pattern.digest(in, BYTES.size())).isEqualTo(expected);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PROMPT);
            assertThat(Pattern.digest(in, BYTES.size())).isEqualTo(expected);
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(client.tooBigReports(family)).as("reports of the router").isPositive();
    }

    private static void start(boolean offload) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url(), offload ? new String[0] : NO_OFFLOAD);
    }

    private static Ran download(RoutedClient client, Family family) {
        return curl(client, family.url(Lab.SITE, "/bytes/" + BYTES.size() + "/" + BYTES.seed()));
    }

    private static Ran curl(RoutedClient client, String... arguments) {
        return Lab.curl(client.host(), LIMIT, arguments);
    }
}
