package io.tun2socks.rules.model;

import java.util.List;

/**
 * A set of numbers written as {@code 80/443/8000-9000}. Immutable.
 *
 * @param parts the ranges in the order in which they were written; none stands for all numbers
 */
public record Ranges(List<Range> parts) {
    /**
     * One range.
     *
     * @param first the first number
     * @param last the last number, itself in the range; less than the first makes an empty range
     */
    public record Range(long first, long last) {}

    /** Copies the list. */
    public Ranges {
        parts = List.copyOf(parts);
    }

    /**
     * Tells whether a number is in the set.
     *
     * @param number the number
     * @return whether a range holds it, or there is no range at all
     */
    public boolean contains(long number) {
        for (int i = 0; i < parts.size(); i++) {
            Range range = parts.get(i);
            if (number >= range.first() && number <= range.last()) {
                return true;
            }
        }
        return parts.isEmpty();
    }

    /** Returns {@code 80/443/8000-9000}, or {@code *}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Range range : parts) {
            text.append(text.isEmpty() ? "" : "/").append(range.first());
            if (range.first() != range.last()) {
                text.append('-').append(range.last());
            }
        }
        return text.isEmpty() ? "*" : text.toString();
    }
}
