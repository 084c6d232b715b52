package io.tun2socks.config;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * Sizes as {@code units.RAMInBytes} of docker/go-units reads them: {@code 1MiB}, {@code 512k}, {@code 1.5 mb},
 * {@code 65536}; all units are powers of 1024.
 */
public final class ByteSize {
    private static final String EXPECTED = "expected a size such as 65536, 512k, 1m or 4MiB";
    private static final String UNITS = "kmgtp";
    private static final int MAX_LENGTH = 64;

    private ByteSize() {}

    /**
     * Parses a size.
     *
     * @param text a number, fractions allowed, then at most one space and a unit in any case: none, b, or k, m, g, t, p
     *     with b or ib behind it or not
     * @return bytes, 0 or more, cut to a whole number
     * @throws IllegalArgumentException if it is not a size; the message says what was expected
     */
    public static long parse(String text) {
        int numberEnd = text.indexOf(' ');
        int unitStart = numberEnd + 1;
        if (numberEnd < 0) {
            numberEnd = text.length();
            while (numberEnd > 0 && !isNumber(text.charAt(numberEnd - 1))) {
                numberEnd--;
            }
            unitStart = numberEnd;
        }
        BigDecimal number = number(text, text.substring(0, numberEnd));
        BigDecimal bytes = number.multiply(BigDecimal.valueOf(1L << shift(text, text.substring(unitStart))));
        if (bytes.signum() < 0) {
            throw new IllegalArgumentException("'" + text + "' is negative; " + EXPECTED);
        }
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is too large; " + EXPECTED);
        }
        return bytes.longValue();
    }

    private static boolean isNumber(char c) {
        return (c >= '0' && c <= '9') || c == '.';
    }

    private static BigDecimal number(String text, String number) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the text is too long; " + EXPECTED);
        }
        try {
            return new BigDecimal(number);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a size; " + EXPECTED, e);
        }
    }

    private static int shift(String text, String unit) {
        String lower = unit.toLowerCase(Locale.ROOT);
        if (lower.isEmpty() || lower.equals("b")) {
            return 0;
        }
        int power = UNITS.indexOf(lower.charAt(0));
        String rest = lower.substring(1);
        if (power < 0 || !(rest.isEmpty() || rest.equals("b") || rest.equals("ib"))) {
            throw new IllegalArgumentException("'" + text + "' has the unknown unit '" + unit + "'; " + EXPECTED);
        }
        return 10 * (power + 1);
    }
}
