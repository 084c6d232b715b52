package io.tun2socks.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;

/** Durations as Go's {@code time.ParseDuration} reads them: {@code 30s}, {@code 5m}, {@code 1h2m3.5s}, {@code 300ms}. */
public final class GoDuration {
    private static final String EXPECTED =
            "expected a duration such as 300ms, 30s, 5m or 1h2m3.5s (units: ns, us, ms, s, m, h)";
    private static final BigInteger MAX_NANOS = BigInteger.valueOf(Long.MAX_VALUE);
    // More digits than this say nothing that a duration can hold, and parsing them takes quadratic time.
    private static final int MAX_LENGTH = 100;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND;
    private static final long NANOS_PER_HOUR = 60 * NANOS_PER_MINUTE;

    private GoDuration() {}

    /**
     * Parses a duration.
     *
     * @param text numbers with units, or a lone 0; a sign may stand before it
     * @return the duration, at most 2^63 - 1 ns, fractions of a nanosecond cut off
     * @throws IllegalArgumentException if it is not one; the message says what was expected
     */
    public static Duration parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the text is too long; " + EXPECTED);
        }
        boolean negative = text.startsWith("-");
        int position = negative || text.startsWith("+") ? 1 : 0;
        if (text.length() == position) {
            throw invalid(text);
        }
        if (text.length() == position + 1 && text.charAt(position) == '0') {
            return Duration.ZERO;
        }
        BigInteger nanos = BigInteger.ZERO;
        while (position < text.length()) {
            int unitStart = position;
            while (unitStart < text.length() && isNumber(text.charAt(unitStart))) {
                unitStart++;
            }
            int end = unitStart;
            while (end < text.length() && !isNumber(text.charAt(end))) {
                end++;
            }
            String number = text.substring(position, unitStart);
            String unit = text.substring(unitStart, end);
            if (unit.isEmpty() && end == text.length() && isDecimal(number)) {
                throw new IllegalArgumentException("'" + text + "' lacks a unit; " + EXPECTED);
            }
            if (!isDecimal(number)) {
                throw invalid(text);
            }
            nanos = nanos.add(new BigDecimal(number)
                    .multiply(BigDecimal.valueOf(nanosOf(unit, text)))
                    .toBigInteger());
            position = end;
        }
        if (nanos.compareTo(MAX_NANOS) > 0) {
            throw new IllegalArgumentException("'" + text + "' is more than the 292 years that fit");
        }
        Duration duration = Duration.ofNanos(nanos.longValueExact());
        return negative ? duration.negated() : duration;
    }

    /**
     * Writes a duration as Go does: {@code 1m30s}, {@code 300ms}, {@code 0s}.
     *
     * @param duration what to write
     * @return a text that {@link #parse} reads
     */
    public static String format(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        long nanos = duration.abs().toNanos();
        long hours = nanos / NANOS_PER_HOUR;
        long minutes = nanos % NANOS_PER_HOUR / NANOS_PER_MINUTE;
        BigDecimal seconds = BigDecimal.valueOf(nanos % NANOS_PER_MINUTE, 9);
        StringBuilder out = new StringBuilder(duration.isNegative() ? "-" : "");
        if (hours > 0) {
            out.append(hours).append('h');
        }
        if (minutes > 0) {
            out.append(minutes).append('m');
        }
        if (nanos < NANOS_PER_SECOND) {
            out.append(plain(seconds.movePointRight(3))).append("ms");
        } else if (seconds.signum() > 0) {
            out.append(plain(seconds)).append('s');
        }
        return out.toString();
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    private static boolean isNumber(char c) {
        return (c >= '0' && c <= '9') || c == '.';
    }

    private static boolean isDecimal(String number) {
        return number.indexOf('.') == number.lastIndexOf('.') && !number.isEmpty() && !number.equals(".");
    }

    private static long nanosOf(String unit, String text) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "\u00b5s", "\u03bcs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> NANOS_PER_SECOND;
            case "m" -> NANOS_PER_MINUTE;
            case "h" -> NANOS_PER_HOUR;
            default ->
                throw new IllegalArgumentException("'" + text + "' has the unknown unit '" + unit + "'; " + EXPECTED);
        };
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("'" + text + "' is not a duration; " + EXPECTED);
    }
}
