package io.tun2socks.process;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Finds the program that holds a socket, by the links in {@code /proc/PID/fd} (proc(5)). Of several processes that share
 * it the one that the kernel lists first is taken. One thread.
 */
final class SocketHolders {
    private static final String DELETED = " (deleted)";
    private static final long ROOT = 0;
    /** Processes that held a socket lately are looked at first: programs that connect, connect often. */
    private static final int RECENT = 16;

    private final Path proc;
    private final Deque<Path> recent = new ArrayDeque<>();

    /**
     * Makes a finder.
     *
     * @param proc where the processes are listed: {@code /proc}
     */
    SocketHolders(Path proc) {
        this.proc = proc;
    }

    /**
     * Finds a program.
     *
     * @param inode the socket's number
     * @param uid the user that made the socket
     * @return the program's path; empty if it is not found or not to be seen
     */
    String find(long inode, long uid) {
        Path link = Path.of("socket:[" + inode + "]");
        for (Path process : List.copyOf(recent)) {
            if (holds(process, link)) {
                return path(process);
            }
        }
        String path = findAmong(uid, link);
        // The kernel gives the files of a process that may not be dumped (setuid, prctl) to root.
        return path.isEmpty() && uid != ROOT ? findAmong(ROOT, link) : path;
    }

    private String findAmong(long uid, Path link) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, SocketHolders::isProcess)) {
            for (Path process : processes) {
                if (owner(process) == uid && holds(process, link)) {
                    note(process);
                    return path(process);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // No proc is mounted: nothing can be known.
            return "";
        }
        return "";
    }

    private void note(Path process) {
        recent.addFirst(process);
        if (recent.size() > RECENT) {
            recent.removeLast();
        }
    }

    private static boolean isProcess(Path path) {
        String name = path.getFileName().toString();
        return name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long owner(Path process) {
        try {
            return ((Number) Files.getAttribute(process, "unix:uid")).longValue() & 0xffff_ffffL;
        } catch (IOException e) {
            // It has ended.
            return -1;
        }
    }

    private static boolean holds(Path process, Path link) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            Iterator<Path> all = files.iterator();
            while (all.hasNext()) {
                if (isLink(all.next(), link)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It has ended, or is not ours to look into.
            return false;
        }
        return false;
    }

    private static boolean isLink(Path file, Path link) {
        try {
            return Files.readSymbolicLink(file).equals(link);
        } catch (IOException e) {
            // It has been closed meanwhile.
            return false;
        }
    }

    private static String path(Path process) {
        try {
            String path = Files.readSymbolicLink(process.resolve("exe")).toString();
            // A program that was replaced while it runs is still the same one to rules.
            return path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
        } catch (IOException e) {
            return "";
        }
    }
}
