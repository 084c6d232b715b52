package io.tun2socks.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A process that runs until it is stopped; its output goes to a file. */
final class Daemon implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final List<String> command;
    private final Path log;
    private final Process process;

    /**
     * Starts the process.
     *
     * @param name what to call it in messages
     * @param command the command line
     * @param log the file its output goes to; created or appended to
     */
    Daemon(String name, List<String> command, Path log) {
        this.name = name;
        this.command = List.copyOf(command);
        this.log = log;
        try {
            process = Commands.builder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectInput(new java.io.File("/dev/null"))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean running() {
        return process.isAlive();
    }

    /** What it has written so far, both streams. */
    String log() {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log of " + name, e);
        }
    }

    /** Waits for a condition as {@link Await#until} does, but fails at once when the process ends. */
    void await(String what, Duration limit, java.util.concurrent.Callable<Boolean> condition) {
        Await.until(what, limit, () -> {
            if (condition.call()) {
                return true;
            }
            if (!process.isAlive()) {
                throw new AssertionError(this + " ended while waiting for: " + what);
            }
            return false;
        });
    }

    /** Sends a signal, such as {@code TERM}. */
    void signal(String signal) {
        Commands.run(PATIENCE, List.of("kill", "-" + signal, Long.toString(process.pid())));
    }

    /** Kills it and its children at once. */
    void kill() {
        Commands.end(process.toHandle());
        exit(PATIENCE);
    }

    /** Waits for its end; returns the exit status, or nothing when the time is over first. */
    OptionalInt exit(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    ? OptionalInt.of(process.exitValue())
                    : OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    /** Ends it: politely first. */
    @Override
    public void close() {
        if (process.isAlive()) {
            List<ProcessHandle> family = process.descendants().toList();
            process.destroy();
            if (exit(PATIENCE).isEmpty()) {
                Commands.end(process.toHandle());
                exit(PATIENCE);
            }
            family.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Override
    public String toString() {
        String text = log();
        String tail = text.length() <= 6000 ? text : "..." + text.substring(text.length() - 6000);
        return name + " (pid " + process.pid() + ", "
                + (process.isAlive() ? "running" : "ended with " + process.exitValue()) + "): "
                + String.join(" ", command) + "\n  log: " + tail.strip().replace("\n", "\n       ");
    }
}
