package io.tun2socks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketHoldersTest {
    @TempDir
    Path directory;

    private FakeProc proc;
    private SocketHolders holders;
    private long uid;

    @BeforeEach
    void prepare() throws IOException {
        proc = new FakeProc(directory);
        holders = new SocketHolders(directory);
        uid = FakeProc.uid(directory);
    }

    @Test
    void findsTheProgramThatHoldsASocket() throws IOException {
        Files.createDirectories(directory.resolve("sys/fd"));
        proc.process(10, "/nonexistent/wget", 4, 44);
        proc.process(11, "/nonexistent/curl", 5, 444);
        assertThat(holders.find(444, uid)).isEqualTo("/nonexistent/curl");
        assertThat(holders.find(44, uid)).isEqualTo("/nonexistent/wget");
        assertThat(holders.find(4444, uid)).isEmpty();
    }

    @Test
    void aProgramThatWasReplacedKeepsItsPath() throws IOException {
        proc.process(10, "/nonexistent/wget (deleted)", 4);
        assertThat(holders.find(4, uid)).isEqualTo("/nonexistent/wget");
    }

    @Test
    void seesWhatARecentProcessIsNow() throws IOException {
        Path process = proc.process(10, "/nonexistent/wget", 4);
        assertThat(holders.find(4, uid)).isEqualTo("/nonexistent/wget");
        Files.delete(process.resolve("exe"));
        Files.createSymbolicLink(process.resolve("exe"), Path.of("/nonexistent/curl"));
        assertThat(holders.find(4, uid)).isEqualTo("/nonexistent/curl");
        Files.delete(process.resolve("fd/3"));
        assertThat(holders.find(4, uid)).isEmpty();
    }

    @Test
    void remembersAsManyProcessesAsItMay() throws IOException {
        for (int i = 1; i <= 40; i++) {
            proc.process(i, "/bin/p" + i, i);
        }
        for (int i = 1; i <= 40; i++) {
            assertThat(holders.find(i, uid)).isEqualTo("/bin/p" + i);
        }
        assertThat(holders.find(1, uid)).isEqualTo("/bin/p1");
    }

    @Test
    void findsNothingWithoutProc() {
        assertThat(new SocketHolders(directory.resolve("none")).find(1, uid)).isEmpty();
    }
}
