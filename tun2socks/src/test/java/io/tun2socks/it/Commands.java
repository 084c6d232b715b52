package io.tun2socks.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Runs commands with a bound on their time and their output captured. */
final class Commands {
    private static final ExecutorService READERS = Executors.newCachedThreadPool(Threads.daemons("command-output"));

    /** How much of a stream is kept as text; all of it is counted and hashed. */
    private static final int KEPT = 1 << 20;

    private record Output(String text, long bytes, String sha256) {}

    private Commands() {}

    /** Makes a builder whose environment does not send clients elsewhere: no proxies, plain messages. */
    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
        // A JVM that sees one of these says so on standard error, which the tests of clean start-up would report.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("_JAVA_OPTIONS");
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /**
     * Runs a command to its end.
     *
     * @param limit the time after which it is killed
     * @param command the command line
     * @return what came of it
     */
    static Ran run(Duration limit, List<String> command) {
        long start = System.nanoTime();
        Process process;
        try {
            process = builder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
        try {
            CompletableFuture<Output> out =
                    CompletableFuture.supplyAsync(() -> read(process.getInputStream()), READERS);
            CompletableFuture<Output> err =
                    CompletableFuture.supplyAsync(() -> read(process.getErrorStream()), READERS);
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                end(process.toHandle());
            }
            // A grandchild may hold the pipe open after its parent has gone.
            Output written = out.completeOnTimeout(new Output("", 0, ""), 5, TimeUnit.SECONDS)
                    .join();
            Output errors = err.completeOnTimeout(new Output("", 0, ""), 5, TimeUnit.SECONDS)
                    .join();
            return new Ran(
                    List.copyOf(command),
                    ended ? process.exitValue() : Ran.TIMED_OUT,
                    written.text(),
                    errors.text(),
                    written.bytes(),
                    written.sha256(),
                    Duration.ofNanos(System.nanoTime() - start));
        } catch (InterruptedException e) {
            end(process.toHandle());
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + String.join(" ", command), e);
        } catch (CompletionException e) {
            throw new IllegalStateException("cannot read the output of " + String.join(" ", command), e);
        }
    }

    /** Kills a process and all that it started. */
    static void end(ProcessHandle process) {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
    }

    private static Output read(InputStream stream) {
        MessageDigest digest = Pattern.sha256();
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        try (stream) {
            for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                digest.update(buffer, 0, n);
                kept.write(buffer, 0, Math.min(n, KEPT - kept.size()));
                total += n;
            }
        } catch (IOException e) {
            kept.writeBytes(("[reading ended: " + e.getMessage() + "]").getBytes(StandardCharsets.UTF_8));
        }
        String text = total > KEPT ? "" : kept.toString(StandardCharsets.UTF_8);
        return new Output(text, total, Pattern.hex(digest.digest()));
    }
}
