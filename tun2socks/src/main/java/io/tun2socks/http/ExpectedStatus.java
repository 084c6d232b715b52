package io.tun2socks.http;

import io.tun2socks.rules.model.Ranges;
import java.util.ArrayList;
import java.util.List;

/**
 * Clash's {@code expected-status}: which HTTP status is a good answer.
 *
 * @param ranges the good ones; none of them stands for all
 */
public record ExpectedStatus(Ranges ranges) {
    /** Any status is good. */
    public static final ExpectedStatus ANY = new ExpectedStatus(new Ranges(List.of()));

    private static final int MOST_RANGES = 28;

    /**
     * Reads the setting.
     *
     * @param text such as {@code 200/204/300-399}, with commas or slashes; empty or {@code *} for any
     * @return the setting
     * @throws IllegalArgumentException if it is written otherwise
     */
    public static ExpectedStatus parse(String text) {
        String trimmed = text.trim();
        if (trimmed.isEmpty() || trimmed.equals("*")) {
            return ANY;
        }
        List<Ranges.Range> parts = new ArrayList<>();
        for (String part : trimmed.split("[/,]", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int dash = part.indexOf('-');
            int first = number(text, dash < 0 ? part : part.substring(0, dash));
            int last = dash < 0 ? first : number(text, part.substring(dash + 1));
            parts.add(new Ranges.Range(first, last));
        }
        if (parts.size() > MOST_RANGES) {
            throw new IllegalArgumentException(
                    "expected-status has " + parts.size() + " ranges, at most " + MOST_RANGES + " are allowed");
        }
        return new ExpectedStatus(new Ranges(parts));
    }

    /**
     * Tells whether an answer is good.
     *
     * @param status its HTTP status
     * @return whether it is
     */
    public boolean accepts(int status) {
        return ranges.contains(status);
    }

    private static int number(String all, String digits) {
        try {
            return Integer.parseInt(digits.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "expected-status '" + all + "': '" + digits.trim()
                            + "' is no status, expected as in 200/204/300-399",
                    e);
        }
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
