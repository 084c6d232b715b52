package io.tun2socks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher with Javas that are scripts: they print the command line that they get. */
@Timeout(60)
class LauncherTest {
    private static final Path LAUNCHER =
            Path.of("../scripts/tun2socks").toAbsolutePath().normalize();

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void setUp() throws IOException {
        environment.put("HOME", directory.toString());
        environment.put("TUN2SOCKS_JAVA_DIRS", directory + "/jvm/*");
        environment.put(
                "TUN2SOCKS_JAR", Files.createFile(directory.resolve("t.jar")).toString());
        environment.put("TUN2SOCKS_ARCHIVE", "off");
        // Keeps the real java out of the search: the directory has the tools that the launcher needs, and no java.
        Path bin = Files.createDirectory(directory.resolve("bin"));
        for (String tool : List.of("readlink", "mkdir", "rmdir", "find", "mv", "rm", "nice", "cat")) {
            executable(bin.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
        }
        environment.put("PATH", bin.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15 21.0.2 25.0.3, 25.0.3",
        "21.0.10 21.0.9, 21.0.10",
        "9.0.4 17 11.0.1, 17",
        "1.8.0_402 17.0.1, 17.0.1",
        "25-ea 24.0.2, 25-ea",
    })
    void takesTheNewestJava(String versions, String expected) throws Exception {
        for (String version : versions.split(" ", -1)) {
            java("jvm/" + version, version);
        }
        assertThat(run("--version").out()).startsWith("java " + expected + "\n");
    }

    @Test
    void javaHomeWinsIfNewEnough() throws Exception {
        java("jvm/25", "25.0.3");
        environment.put("JAVA_HOME", java("home", "17.0.1").toString());
        assertThat(run("--version").out()).startsWith("java 17.0.1\n");
        environment.put("JAVA_HOME", java("old", "11.0.1").toString());
        assertThat(run("--version").out()).startsWith("java 25.0.3\n");
    }

    @Test
    void theVariableWinsOverAll() throws Exception {
        java("jvm/25", "25.0.3");
        Path other = java("other", "21.0.1");
        environment.put("TUN2SOCKS_JAVA", other.toString());
        assertThat(run("--version").out()).startsWith("java 21.0.1\n");
        environment.put("TUN2SOCKS_JAVA", other.resolve("bin/java").toString());
        assertThat(run("--version").out()).startsWith("java 21.0.1\n");
        environment.put("TUN2SOCKS_JAVA", java("old", "11.0.22").toString());
        assertFails("tun2socks: TUN2SOCKS_JAVA: " + directory + "/old/bin/java is Java 11.0.22; expected Java 17 or"
                + " newer");
        environment.put("TUN2SOCKS_JAVA", "/no/java");
        assertFails("tun2socks: TUN2SOCKS_JAVA: there is no program /no/java");
    }

    @Test
    void aJavaWithoutReleaseFileIsAskedIfItIsOnThePath() throws Exception {
        Path home = java("bare", "21.0.4");
        Files.delete(home.resolve("release"));
        Files.createSymbolicLink(directory.resolve("bin/java"), home.resolve("bin/java"));
        assertThat(run("--version").out()).startsWith("java 21.0.4\n");
    }

    @Test
    void saysWhatToInstall() throws Exception {
        Ran none = run("--version");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err())
                .startsWith("tun2socks: Java 17 or newer is needed, but there is none; install one, such as by: ")
                .containsOnlyOnce("\n");
        java("jvm/11", "11.0.22");
        java("jvm/8", "1.8.0_402");
        assertThat(run("--version").err())
                .startsWith("tun2socks: Java 17 or newer is needed, but the newest here is 11.0.22 (" + directory
                        + "/jvm/11); install one, such as by: ")
                .containsOnlyOnce("\n");
    }

    @Test
    void saysThatTheJarIsMissing() throws Exception {
        java("jvm/17", "17.0.1");
        environment.put("TUN2SOCKS_JAR", "/no/t.jar");
        assertFails("tun2socks: TUN2SOCKS_JAR: there is no file /no/t.jar");

        environment.remove("TUN2SOCKS_JAR");
        Path checkout = Files.createDirectories(directory.resolve("a checkout/scripts"));
        Files.createFile(directory.resolve("a checkout/pom.xml"));
        Path copy = Files.copy(LAUNCHER, checkout.resolve("tun2socks"));
        assertThat(runFile(copy).err())
                .isEqualTo("tun2socks: " + directory + "/a checkout/tun2socks/target/tun2socks.jar is not built yet;"
                        + " build it: cd " + directory + "/a checkout && mvn package\n");
    }

    @Test
    void findsTheJarWhereItIsInstalled() throws Exception {
        environment.remove("TUN2SOCKS_JAR");
        java("jvm/17", "17.0.1");
        Path bin = Files.createDirectories(directory.resolve("opt/bin"));
        Files.createDirectories(directory.resolve("opt/lib/tun2socks"));
        Path jar = Files.createFile(directory.resolve("opt/lib/tun2socks/tun2socks.jar"));
        Path copy = Files.copy(LAUNCHER, bin.resolve("tun2socks"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), copy);
        assertThat(runFile(link, "-v").arguments()).containsSequence("-jar", jar.toString(), "-v");
    }

    @Test
    void passesArgumentsAsTheyAre() throws Exception {
        java("jvm/17", "17.0.1");
        environment.put("TUN2SOCKS_JAVA_OPTS", "-Dx=1 -Dy=2");
        List<String> arguments =
                run("--tun-post-up", "ip link set 'tun0' up", "", "*").arguments();
        assertThat(arguments)
                .containsSequence("-Dx=1", "-Dy=2", "-jar", environment.get("TUN2SOCKS_JAR"))
                .endsWith("--tun-post-up", "ip link set 'tun0' up", "", "*");
    }

    @Test
    void setsTheFlagsThatTheJavaKnows() throws Exception {
        java("jvm/17", "17.0.1");
        assertThat(run("-v").arguments())
                .contains("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
                .doesNotContain("--sun-misc-unsafe-memory-access=allow", "-XX:+UseCompactObjectHeaders");
        java("jvm/25", "25.0.1");
        assertThat(run("-v").arguments())
                .contains("--sun-misc-unsafe-memory-access=allow", "-XX:+UseCompactObjectHeaders");
        environment.put("TUN2SOCKS_JAVA_OPTS", "-XX:+UseZGC");
        assertThat(run("-v").arguments()).contains("-XX:+UseZGC").doesNotContain("-XX:+UseSerialGC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"17.0.1", "25.0.1"})
    void makesAnArchiveOnceAndUsesIt(String version) throws Exception {
        java("jvm/x", version);
        environment.put("TUN2SOCKS_ARCHIVE", "wait");
        environment.put("TUN2SOCKS_CACHE", directory.resolve("cache/tun2socks").toString());
        Files.createDirectory(directory.resolve("cache"));
        boolean aot = version.startsWith("25");
        Path archive = directory.resolve("cache/tun2socks/tun2socks-" + (aot ? "25000001.aot" : "17000001.jsa"));
        String use = (aot ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive;
        assertThat(run("-v").arguments()).contains(use);
        assertThat(archive).hasContent("classes");
        Files.writeString(archive, "kept");
        assertThat(run("-v").arguments()).contains(use);
        assertThat(archive).hasContent("kept");
        try (var files = Files.list(archive.getParent())) {
            assertThat(files).containsExactly(archive);
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsNoError() throws Exception {
        java("jvm/17", "17.0.1");
        environment.put("TUN2SOCKS_ARCHIVE", "wait");
        environment.put("TUN2SOCKS_CACHE", "/proc/tun2socks");
        Ran ran = run("-v");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.arguments()).noneMatch(argument -> argument.contains("Archive"));
    }

    private void assertFails(String message) throws Exception {
        Ran ran = run("--version");
        assertThat(ran.err()).isEqualTo(message + "\n");
        assertThat(ran.code()).isEqualTo(1);
    }

    /** Makes a Java home whose java tells its version and its arguments, and can be told to write an archive. */
    private Path java(String name, String version) throws IOException {
        Path home = directory.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(
                home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"Linux\"\n");
        String script = """
                #!/bin/sh
                [ "$1" = -version ] && { echo 'openjdk version "VERSION" 2025-01-01' >&2; exit; }
                for argument; do
                  case $argument in
                    -XX:ArchiveClassesAtExit=* | -XX:AOTCacheOutput=*) printf classes >"${argument#*=}"; exit ;;
                  esac
                done
                echo "java VERSION"
                printf '%s\\n' "$@" end
                """;
        executable(home.resolve("bin/java"), script.replace("VERSION", version));
        return home;
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ran run(String... arguments) throws Exception {
        return runFile(LAUNCHER, arguments);
    }

    private Ran runFile(Path file, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", file.toString()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("stdout");
        Path err = directory.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ran(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private record Ran(int code, String out, String err) {
        List<String> arguments() {
            assertThat(err).isEmpty();
            List<String> lines = new ArrayList<>(out.lines().toList());
            assertThat(lines.remove(lines.size() - 1)).isEqualTo("end");
            return lines.subList(1, lines.size());
        }
    }
}
