package io.tun2socks.config;

import java.util.Locale;

/** How much is logged. */
public enum LogLevel {
    /** Nothing. */
    SILENT,
    /** What does not work. */
    ERROR,
    /** What may be not as wished. */
    WARN,
    /** What the operator wants to know. */
    INFO,
    /** Decisions per flow. */
    DEBUG,
    /** Everything. */
    TRACE;

    /**
     * Parses a level.
     *
     * @param text trace, debug, info, warn or warning, error, silent or off; of xjasonlyu's levels above error
     *     (dpanic, panic, fatal) nothing is ever logged here, so they are the same as silent; case does not matter; the
     *     empty text is info
     * @return the level
     * @throws IllegalArgumentException if there is no such level; the message names those that there are
     */
    public static LogLevel parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "trace" -> TRACE;
            case "debug" -> DEBUG;
            case "info", "" -> INFO;
            case "warn", "warning" -> WARN;
            case "error" -> ERROR;
            case "silent", "off", "dpanic", "panic", "fatal" -> SILENT;
            default ->
                throw new IllegalArgumentException(
                        "'" + text + "' is not a log level; expected trace, debug, info, warn, error or silent");
        };
    }
}
