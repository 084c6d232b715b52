package io.tun2socks.config;

import java.util.Locale;

/** Integers and booleans as Go's {@code strconv} reads them. */
public final class GoScalars {
    private GoScalars() {}

    /**
     * Parses an integer.
     *
     * @param text decimal, or with a prefix {@code 0x}, {@code 0o}, {@code 0} (octal) or {@code 0b}; underscores may
     *     stand between digits
     * @param min the least value allowed
     * @param max the greatest value allowed
     * @return the value
     * @throws IllegalArgumentException if it is not one, or outside the range; the message says what was found
     */
    public static long integer(String text, long min, long max) {
        String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        int radix = 10;
        String lower = digits.toLowerCase(Locale.ROOT);
        if (lower.startsWith("0x")) {
            radix = 16;
        } else if (lower.startsWith("0o")) {
            radix = 8;
        } else if (lower.startsWith("0b")) {
            radix = 2;
        }
        if (radix != 10) {
            digits = digits.substring(2);
        } else if (digits.length() > 1 && digits.charAt(0) == '0') {
            radix = 8;
        }
        long value;
        try {
            boolean strayUnderscore = digits.endsWith("_") || digits.contains("__");
            // A second sign would otherwise slip through to parseLong.
            if (strayUnderscore || digits.isEmpty() || Character.digit(digits.charAt(digits.length() - 1), radix) < 0) {
                throw new NumberFormatException(text);
            }
            if (digits.charAt(0) == '-' || digits.charAt(0) == '+') {
                throw new NumberFormatException(text);
            }
            String sign = text.startsWith("-") ? "-" : "";
            value = Long.parseLong(sign + digits.replace("_", ""), radix);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not an integer", e);
        }
        if (value < min || value > max) {
            throw new IllegalArgumentException(text + " is out of range");
        }
        return value;
    }

    /**
     * Parses a boolean.
     *
     * @param text one of 1, t, T, true, True, TRUE, 0, f, F, false, False, FALSE
     * @return the value
     * @throws IllegalArgumentException if it is none of them
     */
    public static boolean bool(String text) {
        return switch (text) {
            case "1", "t", "T", "true", "True", "TRUE" -> true;
            case "0", "f", "F", "false", "False", "FALSE" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is not a boolean; expected true or false");
        };
    }
}
