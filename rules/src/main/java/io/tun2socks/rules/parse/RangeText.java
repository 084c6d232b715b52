package io.tun2socks.rules.parse;

import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Ranges.Range;
import java.util.ArrayList;
import java.util.List;

/** Reads sets of numbers such as {@code 80/443/8000-9000}. */
public final class RangeText {
    /** How many ranges a set may have. */
    public static final int MAX_RANGES = 28;

    private RangeText() {}

    /**
     * Reads a set of numbers: single ones and ranges with {@code -}, separated by {@code /} or {@code ,}, each possibly
     * in brackets. The ends of a range may be exchanged.
     *
     * @param text the text; {@code *} and the empty text stand for all numbers
     * @param what the kind of number for messages, such as {@code port}
     * @param max the largest number that is allowed
     * @return the set
     * @throws RuleSyntaxException if the text is no such set; the message names the part
     */
    public static Ranges parse(String text, String what, long max) throws RuleSyntaxException {
        String trimmed = text.trim();
        if (trimmed.isEmpty() || trimmed.equals("*")) {
            return new Ranges(List.of());
        }
        String[] parts = trimmed.replace(',', '/').split("/", -1);
        if (parts.length > MAX_RANGES) {
            throw new RuleSyntaxException("there are " + parts.length + " ranges of a " + what + "; at most "
                    + MAX_RANGES + " are allowed in a rule");
        }
        List<Range> ranges = new ArrayList<>(parts.length);
        for (String part : parts) {
            if (!part.isBlank()) {
                ranges.add(range(part, what, max));
            }
        }
        if (ranges.isEmpty()) {
            throw new RuleSyntaxException("'" + trimmed + "' holds no " + what);
        }
        return new Ranges(ranges);
    }

    private static Range range(String part, String what, long max) throws RuleSyntaxException {
        int dash = part.indexOf('-');
        if (dash < 0) {
            long number = number(part, part, what, max);
            return new Range(number, number);
        }
        long one = number(part.substring(0, dash), part, what, max);
        long other = number(part.substring(dash + 1), part, what, max);
        return new Range(Math.min(one, other), Math.max(one, other));
    }

    private static long number(String text, String part, String what, long max) throws RuleSyntaxException {
        int from = 0;
        int to = text.length();
        while (from < to && "[ ]".indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && "[ ]".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        long number = from < to ? 0 : -1;
        for (int i = from; i < to && number >= 0; i++) {
            int digit = text.charAt(i) - '0';
            // Larger numbers need not be told apart: none of them is allowed.
            number = digit < 0 || digit > 9 ? -1 : Math.min(number * 10 + digit, Integer.MAX_VALUE * 1000L);
        }
        if (number < 0) {
            throw new RuleSyntaxException(
                    "'" + part.trim() + "' is not a " + what + "; expected a number or a range such as 1-" + max);
        }
        if (number > max) {
            throw new RuleSyntaxException(
                    "the " + what + " " + text.substring(from, to) + " is not within 0 to " + max);
        }
        return number;
    }
}
