package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A lot of bytes, every one of them right. */
@RequiresRoot(tools = {"curl", "danted", "microsocks", "iperf3"})
class BulkIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"DANTE, V4, 1024", "DANTE, V6, 1024", "MICROSOCKS, V4, 256", "MICROSOCKS, V6, 256"})
    void aDownloadHasTheRightHash(Upstream.Kind upstream, Family family, long mebibytes) throws Exception {
        Pattern pattern = new Pattern(7, mebibytes * MIB);
        Program.start(LAB, LAB.upstream(upstream).url());

        Ran download = LAB.curl(LIMIT, family.url(Lab.SITE, "/bytes/" + pattern.size() + "/" + pattern.seed()));

        assertThat(download.ok().bytes()).isEqualTo(pattern.size());
        assertThat(download.sha256()).isEqualTo(pattern.hash());
    }

    @ParameterizedTest
    @CsvSource({"DANTE, V4, 1024", "DANTE, V6, 1024", "MICROSOCKS, V4, 256", "MICROSOCKS, V6, 256"})
    void anUploadHasTheRightHash(Upstream.Kind upstream, Family family, long mebibytes) throws Exception {
        Pattern pattern = new Pattern(8, mebibytes * MIB);
        Path file = LAB.file("upload");
        try (OutputStream out = Files.newOutputStream(file)) {
            pattern.writeTo(out);
        }
        Program.start(LAB, LAB.upstream(upstream).url());

        Ran upload = LAB.curl(LIMIT, "-H", "Expect:", "-T", file.toString(), family.url(Lab.SITE, "/sink"));
        Files.delete(file);

        assertThat(upload.ok().out()).isEqualTo(pattern.hash() + " " + pattern.size());
    }

    @ParameterizedTest
    @CsvSource({"V4, ''", "V4, -R", "V4, --bidir", "V6, ''", "V6, -R"})
    void iperfRunsWithoutAnError(Family family, String direction) throws Exception {
        LAB.iperfServer();
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        String command = "iperf3 -J -t 3 -P 4 " + direction + " -p " + Lab.IPERF + " -c " + family.host();
        Ran iperf = LAB.client().bash(Duration.ofSeconds(60), command);

        // JSON is YAML; iperf3 of Debian 12 writes one key twice.
        Map<?, ?> report = (Map<?, ?>)
                new Load(LoadSettings.builder().setAllowDuplicateKeys(true).build())
                        .loadFromString(iperf.ok().out());
        assertThat(report.containsKey("error")).as("an error in %s", iperf).isFalse();
        Map<?, ?> received = (Map<?, ?>) ((Map<?, ?>) report.get("end")).get("sum_received");
        assertThat(((Number) received.get("bytes")).longValue())
                .as("bytes that arrived")
                .isGreaterThan(10 * MIB);
    }
}
