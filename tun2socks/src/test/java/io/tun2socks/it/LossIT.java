package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.cli.FaultyMain;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kernel as the client of a link that loses, doubles and reorders packets both ways; always with our own program.
 */
@RequiresRoot(tools = {"curl", "microsocks"})
class LossIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(200);
    private static final int KIB = 1 << 10;
    private static final String[] NO_OFFLOAD = {"--no-offload"};

    /** Loss, duplication and reordering, what is transferred each way, and whether packets are super-segments. */
    @ParameterizedTest
    @CsvSource({
        "0.01, 0,    0,    8192, V4, true",
        "0.01, 0,    0,    8192, V6, false",
        "0.05, 0.02, 0.1,  4096, V4, false",
        "0.05, 0.02, 0.1,  4096, V6, true",
        "0,    0.1,  0.3,  8192, V4, false",
        "0,    0.1,  0.3,  8192, V6, false",
        "0.2,  0.05, 0.05, 512,  V4, false",
        "0.2,  0.05, 0.05, 512,  V6, false"
    })
    void everyByteArrives(double loss, double duplicate, double reorder, int kibibytes, Family family, boolean offload)
            throws Exception {
        List<String> command = faulty(loss, duplicate, reorder);
        Program.startCommand(
                LAB, command, LAB.upstream(Upstream.Kind.MICROSOCKS).url(), offload ? new String[0] : NO_OFFLOAD);
        Pattern down = new Pattern(31, (long) kibibytes * KIB);
        Pattern up = new Pattern(32, (long) kibibytes * KIB);
        Path file = LAB.file("up");
        try (OutputStream out = Files.newOutputStream(file)) {
            up.writeTo(out);
        }

        Ran download = LAB.curl(LIMIT, family.url(Lab.SITE, "/bytes/" + down.size() + "/" + down.seed()));
        Ran upload = LAB.curl(LIMIT, "-H", "Expect:", "-T", file.toString(), family.url(Lab.SITE, "/sink"));

        assertThat(download.ok().sha256()).isEqualTo(down.hash());
        assertThat(upload.ok().out()).isEqualTo(up.hash() + " " + up.size());
    }

    /** Our program with a {@link io.tun2socks.device.FaultDevice} between it and the device. */
    private static List<String> faulty(double loss, double duplicate, double reorder) {
        String classes = Path.of(FaultyMain.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        List<String> command = new ArrayList<>(Program.ourCommand(classes, FaultyMain.class.getName()));
        command.addAll(List.of("" + loss, "" + duplicate, "" + reorder, "1"));
        return command;
    }
}
