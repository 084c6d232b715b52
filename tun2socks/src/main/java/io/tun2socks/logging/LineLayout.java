package io.tun2socks.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import io.tun2socks.config.LogLevel;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * Writes an event as {@code 2026-11-24 22:36:01.123 INFO  [Engine] message: cause}.
 *
 * <p>One line: control characters, which names taken from packets may hold, are escaped. Stack traces follow on lines of
 * their own only when the logger has debug enabled. Used under the appender's lock.
 */
final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final int ESC = 0x1b;
    private static final String RESET = (char) ESC + "[0m";

    private final boolean colour;
    private final ZoneId zone = ZoneId.systemDefault();
    private long secondOfPrefix = Long.MIN_VALUE;
    private String prefix = "";

    LineLayout(boolean colour) {
        this.colour = colour;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder out = new StringBuilder(128);
        appendTime(out, event.getTimeStamp());
        appendLevel(out, event.getLevel());
        String logger = event.getLoggerName();
        out.append(" [")
                .append(logger, logger.lastIndexOf('.') + 1, logger.length())
                .append("] ");
        appendEscaped(out, String.valueOf(event.getFormattedMessage()));
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            appendCauses(out, thrown);
            if (Logging.level().compareTo(LogLevel.DEBUG) >= 0) {
                out.append('\n').append(ThrowableProxyUtil.asString(thrown).stripTrailing());
            }
        }
        return out.append('\n').toString();
    }

    private void appendTime(StringBuilder out, long millis) {
        long second = Math.floorDiv(millis, 1000L);
        if (second != secondOfPrefix) {
            ZonedDateTime time = Instant.ofEpochSecond(second).atZone(zone);
            StringBuilder text = new StringBuilder(24);
            appendPadded(text, time.getYear(), 4).append('-');
            appendPadded(text, time.getMonthValue(), 2).append('-');
            appendPadded(text, time.getDayOfMonth(), 2).append(' ');
            appendPadded(text, time.getHour(), 2).append(':');
            appendPadded(text, time.getMinute(), 2).append(':');
            appendPadded(text, time.getSecond(), 2).append('.');
            prefix = text.toString();
            secondOfPrefix = second;
        }
        out.append(prefix);
        appendPadded(out, (int) Math.floorMod(millis, 1000L), 3).append(' ');
    }

    private static StringBuilder appendPadded(StringBuilder out, int value, int width) {
        String digits = Integer.toString(value);
        return out.append("0".repeat(Math.max(0, width - digits.length()))).append(digits);
    }

    private void appendLevel(StringBuilder out, Level level) {
        String name = level.toString();
        String padded = name.length() < 5 ? name + " " : name;
        if (!colour) {
            out.append(padded);
            return;
        }
        String code = switch (level.toInt()) {
            case Level.ERROR_INT -> "[31m";
            case Level.WARN_INT -> "[33m";
            case Level.INFO_INT -> "[32m";
            default -> "[2m";
        };
        out.append((char) ESC).append(code).append(padded).append(RESET);
    }

    private static void appendCauses(StringBuilder out, IThrowableProxy thrown) {
        String said = "";
        for (IThrowableProxy cause = thrown; cause != null; cause = cause.getCause()) {
            String className = cause.getClassName();
            String text = cause.getMessage() != null
                    ? cause.getMessage()
                    : className.substring(className.lastIndexOf('.') + 1);
            // Wrappers often repeat the message of their cause.
            if (!said.contains(text)) {
                out.append(": ");
                appendEscaped(out, text);
                said = text;
            }
        }
    }

    private static void appendEscaped(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                out.append("\\n");
            } else if (c == '\r') {
                out.append("\\r");
            } else if (c == '\t') {
                out.append(' ');
            } else if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
                out.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xf, 16));
            } else {
                out.append(c);
            }
        }
    }
}
