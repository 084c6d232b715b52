package io.tun2socks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that looks like /proc. */
final class FakeProc {
    private final Path root;

    FakeProc(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** Adds a process that holds the given sockets beside other files. */
    Path process(int pid, String exe, long... inodes) throws IOException {
        Path process = root.resolve(Integer.toString(pid));
        Path files = Files.createDirectories(process.resolve("fd"));
        Files.createSymbolicLink(files.resolve("0"), Path.of("pipe:[1]"));
        Files.createSymbolicLink(process.resolve("exe"), Path.of(exe));
        int fd = 3;
        for (long inode : inodes) {
            Files.createSymbolicLink(files.resolve(Integer.toString(fd++)), Path.of("socket:[" + inode + "]"));
        }
        return process;
    }

    static long uid(Path file) throws IOException {
        return ((Number) Files.getAttribute(file, "unix:uid")).longValue();
    }
}
