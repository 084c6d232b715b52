package io.tun2socks.config.clash;

import io.tun2socks.config.GoScalars;
import io.tun2socks.rules.model.Ranges;

/** Ranges of numbers as the configuration writes them. */
final class NumberRanges {
    private static final int MAX_STATUS = 65535;

    private NumberRanges() {}

    /** Reads {@code 80} or {@code 8000-9000}. */
    static Ranges.Range range(String text, long max, String what) {
        String[] ends = text.strip().split("-", -1);
        if (ends.length > 2) {
            throw wrong(text, what);
        }
        long first = number(ends[0], text, max, what);
        return new Ranges.Range(first, ends.length == 1 ? first : number(ends[1], text, max, what));
    }

    /** Checks {@code expected-status} and returns it, {@code *} if it is empty. */
    static String status(String text) {
        String status = text.strip();
        if (status.isEmpty() || status.equals("*")) {
            return "*";
        }
        for (String part : status.split("[/,]", -1)) {
            if (!part.isEmpty()) {
                range(part, MAX_STATUS, "HTTP status numbers such as 204 or 200/204/300-399");
            }
        }
        return status;
    }

    private static long number(String end, String text, long max, String what) {
        try {
            return GoScalars.integer(end.strip(), 0, max);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wrong(text, what).getMessage(), e);
        }
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException(
                Findings.quote(text) + " is not understood; expected " + what + ", single or as first-last");
    }
}
