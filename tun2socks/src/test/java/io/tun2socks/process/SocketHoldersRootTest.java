package io.tun2socks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Giving files away needs CAP_CHOWN. */
@Tag("root")
class SocketHoldersRootTest {
    @TempDir
    Path directory;

    private void process(int pid, String exe, int uid) throws IOException {
        Files.setAttribute(new FakeProc(directory).process(pid, exe, 7), "unix:uid", uid);
    }

    @Test
    void looksAtTheProcessesOfTheSocketsUserThenAtThoseOfRoot() throws IOException {
        SocketHolders holders = new SocketHolders(directory);
        process(10, "/bin/other", 2000);
        assertThat(holders.find(7, 1000)).isEmpty();
        process(11, "/bin/undumpable", 0);
        assertThat(holders.find(7, 1000)).isEqualTo("/bin/undumpable");
        process(12, "/bin/own", 1000);
        assertThat(new SocketHolders(directory).find(7, 1000)).isEqualTo("/bin/own");
    }
}
