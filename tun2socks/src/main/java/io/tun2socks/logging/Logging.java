package io.tun2socks.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.tun2socks.config.LogLevel;
import org.slf4j.LoggerFactory;

/** The level of the log, which can be changed while the program runs; thread-safe. */
public final class Logging {
    private static volatile LogLevel level = LogLevel.INFO;

    private Logging() {}

    /**
     * Changes the level at once, for all loggers.
     *
     * <p>Netty's own loggers stay at warn, and show debug only with trace: at debug they tell of their settings in dozens
     * of lines.
     *
     * @param wanted the level
     */
    public static void setLevel(LogLevel wanted) {
        level = wanted;
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            apply(context, wanted);
        }
    }

    /** Returns the level in force. */
    public static LogLevel level() {
        return level;
    }

    static void apply(LoggerContext context, LogLevel wanted) {
        Level root = logback(wanted);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(root);
        Level netty = wanted == LogLevel.TRACE ? Level.DEBUG : root.isGreaterOrEqual(Level.WARN) ? root : Level.WARN;
        context.getLogger("io.netty").setLevel(netty);
        // Warns of a loopback interface that is down, as it is in a new network namespace: of no concern to us.
        context.getLogger("io.netty.util.NetUtil").setLevel(netty == Level.WARN ? Level.ERROR : netty);
        context.getLogger("io.netty.util.NetUtilInitializations").setLevel(netty == Level.WARN ? Level.ERROR : netty);
    }

    private static Level logback(LogLevel wanted) {
        return switch (wanted) {
            case SILENT -> Level.OFF;
            case ERROR -> Level.ERROR;
            case WARN -> Level.WARN;
            case INFO -> Level.INFO;
            case DEBUG -> Level.DEBUG;
            case TRACE -> Level.TRACE;
        };
    }
}
