package io.tun2socks.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory of a process at one moment.
 *
 * @param resident what is in RAM, in bytes (VmRSS)
 */
record Memory(long resident) {
    /** The memory of a process that runs. */
    static Memory of(Daemon daemon) throws IOException {
        Path status = Path.of("/proc", Long.toString(daemon.pid()), "status");
        String line = Files.readAllLines(status).stream()
                .filter(text -> text.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow(() -> new IOException("no VmRSS in " + status + "; has the process ended?"));
        return new Memory(Long.parseLong(line.split("\\s+", 3)[1]) * 1024);
    }

    /** How much has come on top since then, in bytes. */
    long since(Memory earlier) {
        return resident - earlier.resident;
    }
}
