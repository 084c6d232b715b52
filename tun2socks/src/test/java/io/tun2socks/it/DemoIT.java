package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo, run as its users run it. */
@RequiresRoot(tools = {"curl", "setpriv", "setsid"})
class DemoIT {
    private static final Path ROOT = Path.of(System.getProperty("tun2socks.jar", "target/tun2socks.jar"))
            .toAbsolutePath()
            .getParent()
            .resolve("../..")
            .normalize();
    private static final String DEMO = ROOT.resolve("scripts/demo").toString();
    private static final String PREFIX = "tun2socks-demo-";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration QUICK = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    @Test
    void everyCheckPassesAndTheTableShowsTheFlows() throws IOException {
        List<String> before = namespaces();

        Ran ran = Commands.run(LIMIT, List.of(DEMO)).ok();

        assertThat(ran.out())
                .contains("All 13 checks passed.", "\"Connection refused\"", "\"No route to host\"")
                .doesNotContain("FAILED")
                .containsPattern("(?m)^NETWORK +SOURCE +DESTINATION +OUTBOUND +UP +DOWN +DURATION +OUTCOME$");
        for (String site : List.of("203\\.0\\.113\\.10", "\\[2001:db8::10\\]")) {
            String outbound = " +socks5://127\\.0\\.0\\.1:1080 +";
            assertThat(ran.out())
                    .containsPattern("(?m)^tcp +\\S+ +" + site + ":80" + outbound + "\\d+ B +64\\.0 MiB .* finished$")
                    .containsPattern("(?m)^tcp +\\S+ +" + site + ":80" + outbound + "64\\.0 MiB +\\d+ B .* finished$")
                    .containsPattern("(?m)^tcp +\\S+ +" + site + ":81" + outbound + "0 B +0 B .* connection refused")
                    .containsPattern("(?m)^udp +\\S+ +" + site + ":7" + outbound + "9\\.7 KiB +9\\.7 KiB .* idle$");
        }
        assertThat(ran.err()).isEmpty();
        assertThat(namespaces()).isEqualTo(before);
    }

    @Test
    void theShellIsBehindTheProxyAndWhatAKilledRunLeftIsRemoved() throws Exception {
        // The number of a process that has ended; new ones are given others for a long time.
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        String stale = PREFIX + ended.pid();
        Commands.run(QUICK, List.of("ip", "netns", "add", stale)).ok();
        List<String> before = namespaces();

        String script = "echo 'curl -sS http://203.0.113.10/; exit 5' | SHELL=/bin/sh '" + DEMO + "' --shell";
        Ran ran = Commands.run(LIMIT, List.of("bash", "-c", script)).ok();

        assertThat(ran.out())
                .contains("This page came through the tunnel.")
                .containsPattern("(?m)^tcp .* 203\\.0\\.113\\.10:80 .* finished$");
        assertThat(ran.err()).contains("removing the namespace " + stale);
        assertThat(before).contains(stale);
        assertThat(namespaces()).doesNotContain(stale).isSubsetOf(before);
    }

    @ParameterizedTest
    @CsvSource({"TERM,143", "INT,130", "HUP,129"})
    void aSignalEndsItAndNothingIsLeft(String signal, int status) throws IOException {
        Path log = directory.resolve("log");
        // A session of its own, as on a terminal: Java would otherwise inherit what this JVM does with signals.
        try (Daemon demo = new Daemon("demo", List.of("setsid", "env", "--default-signal", DEMO), log)) {
            demo.await("the first check is done", LIMIT, () -> demo.log().contains("  ok  "));
            String namespace = PREFIX + demo.pid();
            assertThat(namespaces()).contains(namespace);

            demo.signal(signal);

            assertThat(demo.exit(QUICK)).as("exit status of %s", demo).hasValue(status);
            assertThat(namespaces()).doesNotContain(namespace);
        }
    }

    @Test
    void withoutRootItSaysWhatToRun() {
        Ran ran = Commands.run(QUICK, List.of("setpriv", "--reuid=65534", "--clear-groups", "bash", DEMO));

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("needs root", "sudo scripts/demo");
    }

    @Test
    void theSubcommandRefusesANetworkThatIsInUse() {
        Ran ran = Commands.run(LIMIT, List.of(ROOT.resolve("scripts/tun2socks").toString(), "demo"));

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("sudo scripts/demo");
    }

    private static List<String> namespaces() throws IOException {
        Path all = Path.of("/run/netns");
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(all)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.startsWith(PREFIX))
                    .sorted()
                    .toList();
        }
    }
}
