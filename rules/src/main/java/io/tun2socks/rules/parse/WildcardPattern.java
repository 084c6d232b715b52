package io.tun2socks.rules.parse;

import io.tun2socks.rules.model.TextPattern;
import java.util.Locale;

/**
 * A pattern for a whole text in which {@code *} stands for any characters, none included, and {@code ?} for exactly one;
 * case does not count. Trying takes at most the product of the lengths, and no memory.
 */
public final class WildcardPattern implements TextPattern {
    private final String source;
    private final String folded;
    private final String literal;

    /**
     * Makes a pattern.
     *
     * @param source as it was written
     */
    public WildcardPattern(String source) {
        this.source = source;
        folded = fold(source);
        literal = longestLiteral(source.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean matches(String text) {
        int at = 0;
        int in = 0;
        int star = -1;
        int retry = 0;
        while (at < text.length()) {
            char wanted = in < folded.length() ? folded.charAt(in) : 0;
            if (in < folded.length() && wanted == '*') {
                star = in++;
                retry = at;
            } else if (in < folded.length() && (wanted == '?' || wanted == fold(text.charAt(at)))) {
                at++;
                in++;
            } else if (star >= 0) {
                in = star + 1;
                at = ++retry;
            } else {
                return false;
            }
        }
        while (in < folded.length() && folded.charAt(in) == '*') {
            in++;
        }
        return in == folded.length();
    }

    @Override
    public String requiredLiteral() {
        return literal;
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WildcardPattern pattern && pattern.folded.equals(folded);
    }

    @Override
    public int hashCode() {
        return folded.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }

    private static String fold(String text) {
        StringBuilder folded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            folded.append(fold(text.charAt(i)));
        }
        return folded.toString();
    }

    private static char fold(char c) {
        return c < 128 ? asciiFold(c) : Character.toLowerCase(c);
    }

    private static char asciiFold(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    private static String longestLiteral(String lower) {
        String longest = "";
        int start = 0;
        for (int i = 0; i <= lower.length(); i++) {
            boolean ends = i == lower.length() || lower.charAt(i) >= 128 || "*?".indexOf(lower.charAt(i)) >= 0;
            if (ends) {
                if (i - start > longest.length()) {
                    longest = lower.substring(start, i);
                }
                start = i + 1;
            }
        }
        return longest;
    }
}
