package io.tun2socks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.config.LogLevel;
import io.tun2socks.logging.Logging;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class MainTest {
    @TempDir
    Path directory;

    private final FakeParts parts = new FakeParts();
    private final StopRequest stop = new StopRequest();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterEach
    void restoreTheLevel() {
        Logging.setLevel(LogLevel.INFO);
    }

    @Test
    void helpAndVersionGoToStandardOutput() {
        assertThat(run("--help")).isZero();
        assertThat(text(out)).startsWith("Usage: tun2socks -d DEVICE -p PROXY").contains("--udp-timeout DURATION");
        assertThat(run("-v")).isZero();
        assertThat(text(out)).contains("tun2socks dev").contains(System.getProperty("java.vm.version"));
        assertThat(text(err)).isEmpty();
    }

    @Test
    void helpWritesEveryFlagAndFits() {
        run("--help");
        for (io.tun2socks.config.Setting setting : io.tun2socks.config.Setting.values()) {
            assertThat(text(out)).contains("--" + setting.flag());
        }
        assertThat(text(out).lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void aWrongFlagIsAUsageError() {
        assertThat(run("--devcie", "tun0")).isEqualTo(2);
        assertThat(text(err)).isEqualTo("""
                        tun2socks: unknown flag '--devcie'; did you mean --device?
                        Run 'tun2socks --help' for all flags.
                        """);
        assertThat(text(out)).isEmpty();
    }

    @Test
    void aWrongCommandIsAUsageError() {
        assertThat(run("fly")).isEqualTo(2);
        assertThat(text(err)).startsWith("tun2socks: unknown command 'fly'");
    }

    @Test
    void aWrongProxyIsAUsageErrorAndNothingIsStarted() {
        assertThat(run("-d", "tun0", "-p", "gopher://h")).isEqualTo(2);
        assertThat(text(err)).startsWith("tun2socks: --proxy: 'gopher://h' is not known");
        assertThat(parts.done).isEmpty();
    }

    @Test
    void aMissingConfigurationIsAFailure() {
        Path file = directory.resolve("no.yaml");
        assertThat(run("-c", file.toString())).isEqualTo(1);
        assertThat(text(err)).isEqualTo("tun2socks: --config: there is no file " + file + "\n");
    }

    @Test
    void whatTheConfigurationSetsWinsOverFlags() throws Exception {
        Path file = Files.writeString(directory.resolve("c.yaml"), "mtu: 1400\nproxy: direct://\nloglevel: error\n");
        CompletableFuture<Integer> code = runAside("-d", "tun0", "-c", file.toString(), "--mtu", "9000");
        parts.started.get(10, TimeUnit.SECONDS);
        stop.request("test");
        assertThat(code.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(parts.spec.mtu()).isEqualTo(1400);
        assertThat(parts.spec.name()).isEqualTo("tun0");
        assertThat(Logging.level()).isEqualTo(LogLevel.ERROR);
    }

    @Test
    void stopsInReverseOrder() throws Exception {
        CompletableFuture<Integer> code = runAside(
                "-d",
                "tun0",
                "-p",
                "direct://",
                "--tun-pre-up",
                append("pre-up"),
                "--tun-post-up",
                append("post-up"),
                "--tun-pre-down",
                append("pre-down"),
                "--tun-post-down",
                append("post-down"));
        parts.started.get(10, TimeUnit.SECONDS);
        // The command after the start may still be running when the stop is asked for; that must not lose the others.
        stop.request("test");
        assertThat(code.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(parts.done).containsExactly("open", "start", "stop", "close");
        assertThat(hooks()).startsWith("pre-up").endsWith("pre-down\npost-down\n");
        assertThat(text(err)).isEmpty();
    }

    @Test
    void hooksRunInOrderAroundTheDevice() throws Exception {
        Path mark = directory.resolve("up");
        CompletableFuture<Integer> code = runAside(
                "-d",
                "tun0",
                "-p",
                "direct://",
                "--tun-post-up",
                append("post-up"),
                "--tun-pre-down",
                "touch " + mark,
                "--loglevel",
                "silent");
        parts.started.get(10, TimeUnit.SECONDS);
        stop.request("test");
        assertThat(code.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(mark).exists();
    }

    @Test
    void aFailingHookDoesNotStopTheStart() throws Exception {
        CompletableFuture<Integer> code = runAside(
                "-d",
                "tun0",
                "-p",
                "direct://",
                "--loglevel",
                "silent",
                "--tun-pre-up",
                "false",
                "--tun-post-up",
                "/does/not/exist x");
        parts.started.get(10, TimeUnit.SECONDS);
        stop.request("test");
        assertThat(code.get(20, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aHangingHookDoesNotKeepFromStopping() throws Exception {
        CompletableFuture<Integer> code = runAside(
                "-d",
                "tun0",
                "-p",
                "direct://",
                "--loglevel",
                "silent",
                "--tun-pre-up",
                "sh -c 'touch " + directory.resolve("began") + "; sleep 1000'");
        awaitFile(directory.resolve("began"));
        stop.request("test");
        assertThat(code.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(parts.done).isEmpty();
    }

    @Test
    void aDeviceThatCannotBeOpenedIsAFailureAndIsUndone() throws IOException {
        parts.deviceError = "device tun0: no permission";
        assertThat(run("-d", "tun0", "-p", "direct://", "--tun-post-down", append("post-down")))
                .isEqualTo(1);
        assertThat(text(err)).isEqualTo("tun2socks: device tun0: no permission\n");
        assertThat(hooks()).isEqualTo("post-down\n");
    }

    @Test
    void aPartThatDoesNotStartUndoesTheEarlierOnes() {
        parts.engineError = "no threads";
        assertThat(run("-d", "tun0", "-p", "direct://")).isEqualTo(1);
        assertThat(parts.done).containsExactly("open", "stop", "close");
        assertThat(text(err)).contains("no threads");
    }

    @Test
    void aDeviceThatGoesAwayIsAFailureAndIsUndone() throws Exception {
        CompletableFuture<Integer> code = runAside("-d", "tun0", "-p", "direct://");
        parts.started.get(10, TimeUnit.SECONDS);
        parts.failure.completeExceptionally(new IOException("EBADFD"));
        assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(text(err)).isEqualTo("tun2socks: the device is gone: EBADFD\n");
        assertThat(parts.done).containsExactly("open", "start", "stop", "close");
    }

    @Test
    void aSecondRequestEndsTheDraining() throws Exception {
        parts.drain = new CompletableFuture<>();
        CompletableFuture<Integer> code = runAside("-d", "tun0", "-p", "direct://", "--loglevel", "silent");
        parts.started.get(10, TimeUnit.SECONDS);
        stop.request("test");
        parts.draining.get(10, TimeUnit.SECONDS);
        assertThat(code).isNotDone();
        stop.request("test");
        assertThat(code.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(parts.done).containsExactly("open", "start", "stop at once", "close");
    }

    @Test
    void aMissingInterfaceIsAFailure() {
        assertThat(run("-d", "tun0", "-p", "direct://", "--interface", "nosuch9"))
                .isEqualTo(1);
        assertThat(text(err)).startsWith("tun2socks: --interface: there is no network interface 'nosuch9'; there are ");
        assertThat(parts.done).isEmpty();
    }

    private int run(String... args) {
        return Main.run(args, stream(out), stream(err), parts, stop);
    }

    private CompletableFuture<Integer> runAside(String... args) {
        return CompletableFuture.supplyAsync(() -> run(args));
    }

    private String append(String word) {
        return "sh -c 'echo " + word + " >> " + directory.resolve("hooks") + "'";
    }

    private String hooks() throws IOException {
        return Files.readString(directory.resolve("hooks"));
    }

    private void awaitFile(Path file) throws Exception {
        try (var watcher = directory.getFileSystem().newWatchService()) {
            directory.register(watcher, java.nio.file.StandardWatchEventKinds.ENTRY_CREATE);
            while (!Files.exists(file)) {
                watcher.poll(10, TimeUnit.SECONDS).reset();
            }
        }
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
