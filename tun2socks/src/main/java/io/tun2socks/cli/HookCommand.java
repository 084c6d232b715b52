package io.tun2socks.cli;

import io.tun2socks.config.GoDuration;
import io.tun2socks.config.ShellWords;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a command that the user gave for the way up or down. */
final class HookCommand {
    private static final Logger LOG = LoggerFactory.getLogger(HookCommand.class);
    private static final int KEPT_OUTPUT = 4096;
    private static final Duration OUTPUT_GRACE = Duration.ofMillis(200);

    private final String flag;
    private final String command;

    /**
     * Makes a command.
     *
     * @param flag what it was given by, for the log
     * @param command as written by the user; nothing happens if it is empty
     */
    HookCommand(String flag, String command) {
        this.flag = flag;
        this.command = command;
    }

    /**
     * Runs the command to its end. As in xjasonlyu's program a failure is logged and is no failure of ours: people have
     * commands there that fail harmlessly, such as creating a device that exists.
     *
     * @param limit after how long it is killed, or null for no limit
     * @param giveUp kills it when this completes
     */
    void run(Duration limit, CompletableFuture<?> giveUp) {
        if (command.isEmpty()) {
            return;
        }
        LOG.info("{}: run `{}`", flag, command);
        try {
            Process process = new ProcessBuilder(ShellWords.split(command))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            CompletableFuture<String> output = new CompletableFuture<>();
            Thread reader = new Thread(() -> output.complete(read(process.getInputStream())), "hook-output");
            reader.setDaemon(true);
            reader.start();
            report(await(process, limit, giveUp), output);
        } catch (IOException e) {
            LOG.error("{}: `{}` could not be run", flag, command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.error("{}: `{}` was interrupted", flag, command);
        }
    }

    private String await(Process process, Duration limit, CompletableFuture<?> giveUp) throws InterruptedException {
        CompletableFuture<Object> end = CompletableFuture.anyOf(process.onExit(), giveUp);
        try {
            if (limit == null) {
                end.get();
            } else {
                end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            }
            if (process.isAlive()) {
                return "was killed, because the program was told to stop";
            }
            return process.exitValue() == 0 ? "" : "failed with exit code " + process.exitValue();
        } catch (TimeoutException e) {
            return "was killed after " + GoDuration.format(limit);
        } catch (ExecutionException e) {
            return "failed: " + e.getCause();
        } finally {
            // On a process that has ended this would throw away the output that is not read yet.
            if (process.isAlive()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private void report(String failure, CompletableFuture<String> output) throws InterruptedException {
        String text = "";
        try {
            // A daemon that the command left behind may hold the pipe open: its output is not waited for.
            text = output.get(OUTPUT_GRACE.toMillis(), TimeUnit.MILLISECONDS).strip();
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("{}: no end of the output", flag, e);
        }
        if (!failure.isEmpty()) {
            LOG.error("{}: `{}` {}{}", flag, command, failure, text.isEmpty() ? "" : ": " + text);
        } else if (!text.isEmpty()) {
            LOG.debug("{}: `{}` said: {}", flag, command, text);
        }
    }

    private static String read(InputStream stream) {
        StringBuilder kept = new StringBuilder();
        byte[] buffer = new byte[KEPT_OUTPUT];
        try (stream) {
            for (int length = stream.read(buffer); length >= 0; length = stream.read(buffer)) {
                if (kept.length() < KEPT_OUTPUT) {
                    kept.append(new String(buffer, 0, length, StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            LOG.debug("output of a command broke off", e);
        }
        return kept.toString();
    }
}
