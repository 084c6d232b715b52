package io.tun2socks.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the process that a TUN device is attached to. */
final class TunHolders {
    private static final Path PROC = Path.of("/proc");

    private TunHolders() {}

    /**
     * Looks for a process with an open descriptor of the device; sees only what /proc lets the user see.
     *
     * @param device the name of the device
     * @return such as {@code process 4711 (hev-socks5-tunnel)}
     */
    static Optional<String> find(String device) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, device)) {
                    return Optional.of("process " + process.getFileName() + command(process));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, String device) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (isOf(process, descriptor, device)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
        return false;
    }

    private static boolean isOf(Path process, Path descriptor, String device) {
        try {
            if (!Files.readSymbolicLink(descriptor).endsWith("net/tun")) {
                return false;
            }
            Path info = process.resolve("fdinfo").resolve(descriptor.getFileName());
            return Files.readAllLines(info, StandardCharsets.ISO_8859_1).contains("iff:\t" + device);
        } catch (IOException e) {
            // The process or its descriptor has just gone.
            return false;
        }
    }

    private static String command(Path process) {
        try {
            return " (" + Files.readString(process.resolve("comm")).strip() + ")";
        } catch (IOException e) {
            return "";
        }
    }
}
