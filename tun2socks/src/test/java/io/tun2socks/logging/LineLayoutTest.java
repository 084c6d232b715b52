package io.tun2socks.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.tun2socks.config.LogLevel;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LineLayoutTest {
    private static final long TIME = LocalDateTime.of(2026, 11, 24, 22, 3, 1, 5_000_000)
            .atZone(ZoneId.systemDefault())
            .toInstant()
            .toEpochMilli();
    private final LineLayout layout = new LineLayout(false);

    @AfterEach
    void restoreTheLevel() {
        Logging.setLevel(LogLevel.INFO);
    }

    @Test
    void isOneLine() {
        assertThat(layout.doLayout(event(Level.WARN, "flow {} ended", null, "a\r\nb\u001b[2Jc\u009bd")))
                .isEqualTo("2026-11-24 22:03:01.005 WARN  [Engine] flow a\\r\\nb\\x1b[2Jc\\x9bd ended\n");
        assertThat(layout.doLayout(event(Level.ERROR, "no", null)))
                .isEqualTo("2026-11-24 22:03:01.005 ERROR [Engine] no\n");
    }

    @Test
    void namesTheCausesOnce() {
        Throwable thrown = new IllegalStateException("outer", new IOException("inner"));
        assertThat(layout.doLayout(event(Level.ERROR, "it failed", thrown)))
                .isEqualTo("2026-11-24 22:03:01.005 ERROR [Engine] it failed: outer: inner\n");
        assertThat(layout.doLayout(event(Level.ERROR, "it failed", new RuntimeException(new IOException("inner")))))
                .isEqualTo("2026-11-24 22:03:01.005 ERROR [Engine] it failed: java.io.IOException: inner\n");
    }

    @Test
    void showsStackTracesAtDebugOnly() {
        Logging.setLevel(LogLevel.DEBUG);
        assertThat(layout.doLayout(event(Level.ERROR, "it failed", new IOException("inner"))))
                .contains("it failed: inner\njava.io.IOException: inner\n")
                .contains("\tat io.tun2socks.logging.LineLayoutTest");
    }

    @Test
    void coloursTheLevel() {
        assertThat(new LineLayout(true).doLayout(event(Level.INFO, "x", null)))
                .contains("\u001b[32mINFO \u001b[0m [Engine] x");
    }

    @Test
    void theLevelChangesWhileRunning() {
        Logger ours = (Logger) LoggerFactory.getLogger("io.tun2socks.Something");
        Logger netty = (Logger) LoggerFactory.getLogger("io.netty.Something");
        assertThat(ours.isDebugEnabled()).isFalse();
        Logging.setLevel(LogLevel.TRACE);
        assertThat(ours.isTraceEnabled()).isTrue();
        assertThat(netty.isTraceEnabled()).isFalse();
        Logging.setLevel(LogLevel.INFO);
        assertThat(netty.isInfoEnabled()).isFalse();
        assertThat(netty.isWarnEnabled()).isTrue();
        Logging.setLevel(LogLevel.SILENT);
        assertThat(ours.isErrorEnabled()).isFalse();
        assertThat(netty.isErrorEnabled()).isFalse();
    }

    @Test
    void ourConfiguratorIsFound() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        assertThat(root.getAppender("stderr")).isInstanceOf(StderrAppender.class);
    }

    private static LoggingEvent event(Level level, String message, Throwable thrown, Object... arguments) {
        Logger logger = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("io.tun2socks.engine.Engine");
        LoggingEvent event = new LoggingEvent("fqcn", logger, level, message, thrown, arguments);
        event.setTimeStamp(TIME);
        return event;
    }
}
