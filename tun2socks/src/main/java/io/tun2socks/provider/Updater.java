package io.tun2socks.provider;

import io.tun2socks.config.clash.ProviderType;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one provider up to date. What it has stays in use until something better is there; what cannot be had is tried
 * again, at first soon, then ever later. Works on the thread of its {@link Timers}, but for {@link #start}.
 */
final class Updater {
    /** The pause after a first failure. */
    static final Duration FIRST_RETRY = Duration.ofSeconds(5);

    /** The longest pause between attempts that fail. */
    static final Duration LAST_RETRY = Duration.ofMinutes(30);

    private static final Logger log = LoggerFactory.getLogger(Updater.class);

    /** Puts contents to use. */
    @FunctionalInterface
    interface Sink {
        /**
         * Contents have come.
         *
         * @param content the bytes
         * @return how many entries they hold
         * @throws Exception if they are unusable; the message says why
         */
        int accept(byte[] content) throws Exception;
    }

    private final Source source;
    private final Timers timers;
    private final Download download;
    private final Sink sink;

    private volatile ProviderStatus status;
    private String etag = "";
    private int failures;
    private boolean closed;
    /** The modification time of the file that is in use, to see changes of it. */
    private Instant fileTime;

    private CompletableFuture<ProviderStatus> underWay;
    private int round;

    Updater(Source source, Timers timers, Download download, Sink sink) {
        this.source = source;
        this.timers = timers;
        this.download = download;
        this.sink = sink;
        status = new ProviderStatus(source.name(), source.type(), 0, null, "", null);
    }

    /** Returns how the provider is; any thread. */
    ProviderStatus status() {
        return status;
    }

    /**
     * Loads what is on the disk, on the calling thread, and begins to fetch and to renew. Returns without waiting for
     * the network; never fails.
     */
    void start() {
        boolean loaded = loadFile();
        timers.execute(() -> begin(loaded));
    }

    /**
     * Renews the contents now; any thread.
     *
     * @return completes with the status after the attempt, whether it went well or not
     */
    CompletableFuture<ProviderStatus> update() {
        CompletableFuture<ProviderStatus> answer = new CompletableFuture<>();
        timers.execute(() -> attempt().thenAccept(answer::complete));
        return answer;
    }

    /** Ends renewing; on the thread. */
    void close() {
        closed = true;
    }

    private void begin(boolean loaded) {
        if (source.type() == ProviderType.HTTP) {
            Duration age = status.updated() == null ? null : Duration.between(status.updated(), timers.now());
            if (!loaded || (!source.interval().isZero() && age.compareTo(source.interval()) >= 0)) {
                attempt();
            } else {
                again(
                        source.interval().isZero()
                                ? Duration.ZERO
                                : source.interval().minus(age));
            }
        } else if (loaded) {
            again(source.interval());
        } else {
            failed(null);
        }
    }

    /** Begins an attempt, or joins the one under way. */
    private CompletableFuture<ProviderStatus> attempt() {
        if (underWay != null) {
            return underWay;
        }
        round++;
        CompletableFuture<ProviderStatus> attempt = new CompletableFuture<>();
        underWay = attempt;
        if (source.type() == ProviderType.HTTP) {
            fetch();
        } else if (loadFile()) {
            succeeded();
        } else {
            failed(null);
        }
        return attempt;
    }

    private void fetch() {
        Download.Request request = source.request();
        Download.Request conditional = new Download.Request(
                request.url(), request.proxy(), request.headers(), ContentLimit.of(request.sizeLimit()), etag);
        try {
            download.fetch(conditional)
                    .whenComplete((answer, failure) -> timers.execute(() -> fetched(answer, failure)));
        } catch (RuntimeException e) {
            failed("it cannot be fetched from " + request.url() + ": " + e.getMessage());
        }
    }

    private void fetched(Download.Answer answer, Throwable failure) {
        if (failure != null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            failed("it cannot be fetched from " + source.request().url() + ": " + message(cause));
            return;
        }
        Instant now = timers.now();
        if (answer.content() == null) {
            touch(now);
            status = new ProviderStatus(source.name(), source.type(), status.size(), now, "", null);
            succeeded();
            return;
        }
        if (use(answer.content().bytes(), now, source.request().url())) {
            etag = answer.etag();
            store(answer.content().bytes());
            succeeded();
        } else {
            failed(status.error());
        }
    }

    /** Returns whether the file is in use now. */
    private boolean loadFile() {
        Path path = source.path();
        try {
            Instant modified = Files.getLastModifiedTime(path).toInstant();
            if (modified.equals(fileTime)) {
                return true;
            }
            long size = Files.size(path);
            if (size > ContentLimit.bytes()) {
                problem(path + " is not used: " + ContentLimit.exceeded(size));
                return false;
            }
            boolean used = use(Files.readAllBytes(path), modified, path.toString());
            fileTime = used ? modified : null;
            return used;
        } catch (NoSuchFileException e) {
            if (source.type() == ProviderType.FILE) {
                problem("there is no file " + path);
            }
        } catch (IOException | OutOfMemoryError e) {
            problem(path + " cannot be read: " + message(e));
        }
        return false;
    }

    private boolean use(byte[] content, Instant updated, String from) {
        try {
            int size = sink.accept(content);
            status = new ProviderStatus(source.name(), source.type(), size, updated, "", null);
            log.info("{}: {} entries of {}", source, size, from);
            return true;
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            problem(from + " is not used: " + message(e));
            return false;
        }
    }

    private void problem(String what) {
        ProviderStatus now = status;
        status = new ProviderStatus(now.name(), now.type(), now.size(), now.updated(), what, null);
    }

    private void succeeded() {
        failures = 0;
        again(source.interval());
        end();
    }

    private void failed(String why) {
        if (why != null) {
            problem(why);
        }
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(failures++, 16));
        Duration longest = source.interval().isZero() || source.interval().compareTo(LAST_RETRY) > 0
                ? LAST_RETRY
                : source.interval();
        if (pause.compareTo(longest) > 0) {
            pause = longest;
        }
        log.warn(
                "{}: {}; {}, the next attempt is in {} s",
                source,
                status.error(),
                status.updated() == null ? "it is empty until then" : "what was there before stays in use",
                pause.toSeconds());
        again(pause);
        end();
    }

    private void end() {
        CompletableFuture<ProviderStatus> attempt = underWay;
        underWay = null;
        if (attempt != null) {
            attempt.complete(status);
        }
    }

    private void again(Duration delay) {
        if (closed || delay.isZero() || delay.isNegative()) {
            return;
        }
        int mine = round;
        ProviderStatus now = status;
        status = new ProviderStatus(
                now.name(),
                now.type(),
                now.size(),
                now.updated(),
                now.error(),
                timers.now().plus(delay));
        timers.after(delay, () -> {
            // An attempt since then has set a timer of its own.
            if (!closed && mine == round) {
                attempt();
            }
        });
    }

    /** The cache is replaced in one step, so that a crash leaves the old or the new one. */
    private void store(byte[] content) {
        Path path = source.path();
        try {
            Path directory = path.toAbsolutePath().getParent();
            Files.createDirectories(directory);
            Path part = Files.createTempFile(directory, "." + path.getFileName(), ".part");
            try {
                Files.write(part, content);
                move(part, path);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            log.warn("{}: {} cannot be written, so the next start has to fetch it: {}", source, path, message(e));
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Its age counts from the last time that the server has vouched for it. */
    private void touch(Instant now) {
        try {
            Files.setLastModifiedTime(source.path(), FileTime.from(now));
        } catch (IOException e) {
            log.debug("{}: the time of {} cannot be set", source, source.path(), e);
        }
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
    }
}
