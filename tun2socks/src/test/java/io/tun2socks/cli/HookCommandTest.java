package io.tun2socks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(30)
class HookCommandTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(HookCommand.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setAdditive(true);
    }

    @Test
    void saysWhatAFailingCommandSaid() {
        run("sh -c 'echo out; echo \"no such device\" >&2; exit 3'", null);
        assertThat(errors())
                .containsExactly("--tun-post-up: `sh -c 'echo out; echo \"no such device\" >&2; exit 3'` failed with"
                        + " exit code 3: out\nno such device");
    }

    @Test
    void killsWhatTakesTooLong() {
        run("sleep 1000", Duration.ofMillis(100));
        assertThat(errors()).containsExactly("--tun-post-up: `sleep 1000` was killed after 100ms");
    }

    @Test
    void doesNotWaitForADaemonLeftBehind() {
        run("sh -c 'sleep 20 & exit 1'", null);
        assertThat(errors()).containsExactly("--tun-post-up: `sh -c 'sleep 20 & exit 1'` failed with exit code 1");
    }

    @Test
    void successIsNoError() {
        run("true", null);
        run("", null);
        assertThat(errors()).isEmpty();
    }

    private static void run(String command, Duration limit) {
        new HookCommand("--tun-post-up", command).run(limit, new CompletableFuture<>());
    }

    private List<String> errors() {
        return log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
