package io.tun2socks.rules.parse;

import java.util.regex.Matcher;

/**
 * Finds a piece of text that whatever a regular expression fits must hold. Careful rather than thorough: what stands in
 * groups is not looked at, and an expression with an alternative outside of groups, or with an escape that stands for a
 * character by its number, requires nothing.
 */
final class RequiredLiteral {
    /** Escapes that stand for a class of characters, for a place, or for a control character. */
    private static final String CLASSES_AND_PLACES = "dDwWsSbBAzZGhHvVRtnrfae";

    private final String source;
    private final StringBuilder run = new StringBuilder();
    private String longest = "";
    private int at;

    private RequiredLiteral(String source) {
        this.source = source;
    }

    /** Returns the longest such piece in lower case, ASCII; empty if none is found. */
    static String of(String regex) {
        RequiredLiteral search = new RequiredLiteral(regex);
        return search.scan() ? search.longest : "";
    }

    /** Returns whether the expression was understood. */
    private boolean scan() {
        while (at < source.length()) {
            char c = source.charAt(at);
            switch (c) {
                case '|' -> {
                    return false;
                }
                case '\\' -> {
                    if (!escape()) {
                        return false;
                    }
                }
                case '[' -> {
                    endRun();
                    at = RegexScan.endOfClass(source, at);
                }
                case '(' -> {
                    endRun();
                    if (switchesSyntax()) {
                        return false;
                    }
                    at = RegexScan.endOfGroup(source, at);
                }
                case '*', '?' -> quantifier(1);
                case '{' -> brace();
                case '+', '.', '^', '$', ')' -> {
                    endRun();
                    at++;
                }
                default -> literal(c);
            }
            if (at < 0) {
                return false;
            }
        }
        endRun();
        return true;
    }

    private void literal(char c) {
        if (c >= 128 || c <= ' ') {
            endRun();
        } else {
            run.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        at++;
    }

    private boolean escape() {
        char escaped = at + 1 < source.length() ? source.charAt(at + 1) : 'x';
        at++;
        boolean letterOrDigit = Character.isLetterOrDigit(escaped);
        if (!letterOrDigit) {
            literal(escaped);
            return true;
        }
        endRun();
        at++;
        return CLASSES_AND_PLACES.indexOf(escaped) >= 0 || (escaped >= '1' && escaped <= '9');
    }

    private void brace() {
        Matcher quantifier = RegexSyntax.QUANTIFIER.matcher(source).region(at, source.length());
        if (quantifier.lookingAt()) {
            quantifier(quantifier.end() - at);
        } else {
            literal('{');
        }
    }

    /** What the quantifier stands behind may occur not at all, or often: either way nothing follows on it directly. */
    private void quantifier(int length) {
        if (!run.isEmpty()) {
            run.setLength(run.length() - 1);
        }
        endRun();
        at += length;
    }

    /** Tells whether a group such as {@code (?x)} or {@code (?#} changes what the characters mean. */
    private boolean switchesSyntax() {
        if (!source.startsWith("(?", at)) {
            return false;
        }
        if (source.startsWith("#", at + 2)) {
            return true;
        }
        for (int i = at + 2; i < source.length() && Character.isLetter(source.charAt(i)); i++) {
            if (source.charAt(i) == 'x') {
                return true;
            }
        }
        return false;
    }

    private void endRun() {
        if (run.length() > longest.length()) {
            longest = run.toString();
        }
        run.setLength(0);
    }
}
