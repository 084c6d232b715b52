package io.tun2socks.it;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Stream;

/** Temporary directories called {@code t2s-it-PID-...}, so that what a killed test run left behind is known. */
final class Directories {
    private static final java.util.regex.Pattern NAME = java.util.regex.Pattern.compile("t2s-it-(\\d+)-.*");

    private Directories() {}

    /** Makes a directory; deletes those of dead test runs first. */
    static Path create() throws IOException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, "t2s-it-*")) {
            for (Path entry : entries) {
                Matcher matcher = NAME.matcher(entry.getFileName().toString());
                if (matcher.matches()
                        && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                    delete(entry);
                }
            }
        }
        return Files.createTempDirectory("t2s-it-" + ProcessHandle.current().pid() + "-");
    }

    /** Deletes a directory and all that is in it. */
    static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
