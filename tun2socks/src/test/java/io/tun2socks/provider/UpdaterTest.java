package io.tun2socks.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.config.clash.ProviderType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpdaterTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path directory;

    private final ManualTimers timers = new ManualTimers(START);
    private final List<Download.Request> requests = new ArrayList<>();
    private final Deque<CompletableFuture<Download.Answer>> answers = new ArrayDeque<>();
    private final List<String> used = new ArrayList<>();

    @Test
    void whatCannotBeFetchedIsTriedAgainEverLater() {
        Updater updater = http(DAY);
        updater.start();
        timers.run();
        List<Long> attempts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            refuse("no route to host");
            Instant next = updater.status().nextAttempt();
            attempts.add(Duration.between(timers.now(), next).toSeconds());
            timers.pass(Duration.between(timers.now(), next));
        }

        assertThat(attempts).containsExactly(5L, 10L, 20L, 40L, 80L);
        assertThat(updater.status().error()).contains("https://rules.test/a").contains("no route to host");
        assertThat(updater.status().updated()).isNull();
        assertThat(used).isEmpty();
    }

    @Test
    void thePauseIsNeverLongerThanHalfAnHour() {
        Updater updater = http(DAY);
        updater.start();
        timers.run();
        for (int i = 0; i < 40; i++) {
            refuse("down");
            timers.pass(Duration.between(timers.now(), updater.status().nextAttempt()));
        }
        refuse("down");

        assertThat(Duration.between(timers.now(), updater.status().nextAttempt()))
                .isEqualTo(Updater.LAST_RETRY);
    }

    @Test
    void whatIsFetchedIsUsedKeptInTheFileAndRenewedAfterTheInterval() throws IOException {
        Updater updater = http(DAY);
        updater.start();
        timers.run();
        answer("one", "\"tag1\"");

        assertThat(used).containsExactly("one");
        assertThat(cache()).hasContent("one");
        assertThat(filesBeside()).containsExactly("cache.yaml");
        timers.pass(DAY.minusSeconds(1));
        assertThat(requests).hasSize(1);
        timers.pass(Duration.ofSeconds(1));
        assertThat(requests).hasSize(2);
        assertThat(requests.get(1).etag()).isEqualTo("\"tag1\"");
    }

    @Test
    void badContentsLeaveTheOldOnesInUseAndInTheFile() {
        Updater updater = http(DAY);
        updater.start();
        timers.run();
        answer("one", "");
        CompletableFuture<ProviderStatus> update = updater.update();
        timers.run();
        answer("bad", "");

        assertThat(update).isCompletedWithValueMatching(status -> status.error().contains("bad contents"));
        assertThat(updater.status().updated()).isEqualTo(START);
        assertThat(used).containsExactly("one");
        assertThat(cache()).hasContent("one");
    }

    @Test
    void theFileOfAnEarlierRunIsUsedAtOnceAndNotFetchedWhileItIsFresh() throws IOException {
        write("earlier", START.minus(Duration.ofHours(1)));
        Updater updater = http(DAY);

        updater.start();

        assertThat(used).containsExactly("earlier");
        timers.pass(DAY.minus(Duration.ofHours(1)).minusSeconds(1));
        assertThat(requests).isEmpty();
        timers.pass(Duration.ofSeconds(1));
        assertThat(requests).hasSize(1);
    }

    @Test
    void anOldFileIsUsedAndFetchedAtOnce() throws IOException {
        write("earlier", START.minus(DAY));
        Updater updater = http(DAY);

        updater.start();
        assertThat(used).containsExactly("earlier");
        timers.run();

        assertThat(requests).hasSize(1);
    }

    @Test
    void aFileThatCannotBeUsedIsFetchedAgain() throws IOException {
        write("bad", START);
        Updater updater = http(Duration.ZERO);

        updater.start();
        timers.run();

        assertThat(requests).hasSize(1);
        answer("good", "");
        assertThat(used).containsExactly("good");
        assertThat(updater.status().nextAttempt()).as("no interval, no renewal").isNull();
    }

    @Test
    void anUnchangedAnswerMakesTheContentsFreshAgain() throws IOException {
        Updater updater = http(DAY);
        updater.start();
        timers.run();
        answer("one", "\"tag1\"");
        timers.pass(DAY);
        answers.remove().complete(new Download.Answer(null, "\"tag1\""));
        timers.run();

        assertThat(used).containsExactly("one");
        assertThat(updater.status().updated()).isEqualTo(START.plus(DAY));
        assertThat(Files.getLastModifiedTime(cache()).toInstant()).isEqualTo(START.plus(DAY));
    }

    @Test
    void aFileThatIsMissingIsReadWhenItComes() throws IOException {
        Updater updater = file(Duration.ZERO);
        updater.start();
        timers.run();
        assertThat(updater.status().error()).contains("there is no file " + cache());

        write("here", START);
        timers.pass(Updater.FIRST_RETRY);

        assertThat(used).containsExactly("here");
        assertThat(updater.status().error()).isEmpty();
    }

    @Test
    void aFileIsReadAgainWhenItHasChanged() throws IOException {
        write("one", START);
        Updater updater = file(Duration.ofMinutes(1));
        updater.start();
        timers.pass(Duration.ofMinutes(3));
        assertThat(used).containsExactly("one");

        write("two", START.plusSeconds(200));
        timers.pass(Duration.ofMinutes(1));

        assertThat(used).containsExactly("one", "two");
    }

    @Test
    void twoUpdatesAtATimeAreOne() {
        Updater updater = http(DAY);
        updater.start();
        timers.run();
        CompletableFuture<ProviderStatus> first = updater.update();
        CompletableFuture<ProviderStatus> second = updater.update();
        timers.run();
        assertThat(requests).hasSize(1);
        answer("one", "");

        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
    }

    @Test
    void aFileThatTheHeapCannotTakeIsNotRead() throws IOException {
        try (RandomAccessFile large = new RandomAccessFile(cache().toFile(), "rw")) {
            large.setLength(ContentLimit.bytes() + 1);
        }
        Updater updater = file(Duration.ZERO);
        updater.start();
        timers.run();

        assertThat(used).isEmpty();
        assertThat(updater.status().error())
                .contains(cache() + " is not used: the file has " + (ContentLimit.bytes() + 1) + " bytes");
    }

    @Test
    void noDownloadIsAllowedMoreThanTheHeapCanTake() {
        Updater updater = http(DAY);
        updater.start();
        timers.run();

        assertThat(requests.get(0).sizeLimit()).isEqualTo(ContentLimit.bytes());
        assertThat(ContentLimit.of(1000)).isEqualTo(1000);
        assertThat(ContentLimit.of(Long.MAX_VALUE)).isEqualTo(ContentLimit.bytes());
    }

    @Test
    void afterClosingNothingIsFetched() {
        Updater updater = http(DAY);
        updater.start();
        timers.run();
        answer("one", "");
        updater.close();
        timers.pass(DAY.multipliedBy(3));

        assertThat(requests).hasSize(1);
    }

    private Updater http(Duration interval) {
        return updater(ProviderType.HTTP, interval, new Download.Request("https://rules.test/a", "", Map.of(), 0, ""));
    }

    private Updater file(Duration interval) {
        return updater(ProviderType.FILE, interval, null);
    }

    private Updater updater(ProviderType type, Duration interval, Download.Request request) {
        Source source = new Source("rule provider", "a", type, cache(), interval, request);
        return new Updater(source, timers, this::fetch, content -> {
            String text = new String(content, UTF_8);
            if (text.equals("bad")) {
                throw new IOException("bad contents");
            }
            used.add(text);
            return text.length();
        });
    }

    private CompletionStage<Download.Answer> fetch(Download.Request request) {
        requests.add(request);
        CompletableFuture<Download.Answer> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    private void answer(String content, String etag) {
        answers.remove().complete(new Download.Answer(new Download.Content(content.getBytes(UTF_8)), etag));
        timers.run();
    }

    private void refuse(String why) {
        answers.remove().completeExceptionally(new IOException(why));
        timers.run();
    }

    private Path cache() {
        return directory.resolve("cache.yaml");
    }

    private void write(String content, Instant modified) throws IOException {
        Files.writeString(cache(), content);
        Files.setLastModifiedTime(cache(), FileTime.from(modified));
    }

    private List<String> filesBeside() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
