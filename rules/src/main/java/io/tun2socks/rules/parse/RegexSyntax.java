package io.tun2socks.rules.parse;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites a regular expression where {@code java.util.regex} understands another thing than mihomo's regexp2 (.NET) or
 * RE2, which lists of rules are written for:
 *
 * <ul>
 *   <li>within a class, {@code [} and {@code &&} stand for themselves, and {@code []a]} holds the bracket;
 *   <li>{@code [[:alpha:]]} is RE2's; {@code [a-z-[aeiou]]} of .NET is refused, as Java would read another thing;
 *   <li>a brace that begins no quantifier stands for itself;
 *   <li>{@code (?P<name>…)} and {@code (?P=name)} are RE2's; {@code (?#…)} is .NET's comment.
 * </ul>
 *
 * What is left and unknown to Java ({@code (?(1)a|b)}, look-behind without a bound) is refused by it.
 */
final class RegexSyntax {
    static final Pattern QUANTIFIER = Pattern.compile("\\{[0-9]+(,[0-9]*)?}");
    private static final Pattern POSIX = Pattern.compile("\\[:(\\^?)([a-z]+):]");
    private static final String POSIX_NAMES =
            " alnum alpha ascii blank cntrl digit graph lower print punct space upper xdigit ";

    private final String source;
    private final StringBuilder out;
    private int at;

    private RegexSyntax(String source) {
        this.source = source;
        out = new StringBuilder(source.length() + 8);
    }

    static String toJava(String source) throws RuleSyntaxException {
        return new RegexSyntax(source).rewrite();
    }

    private String rewrite() throws RuleSyntaxException {
        while (at < source.length()) {
            switch (source.charAt(at)) {
                case '\\' -> escape();
                case '[' -> characterClass();
                case '{' -> brace();
                case '(' -> group();
                default -> copy(1);
            }
        }
        return out.toString();
    }

    private void copy(int count) {
        int end = Math.min(source.length(), at + count);
        out.append(source, at, end);
        at = end;
    }

    private void escape() {
        char escaped = at + 1 < source.length() ? source.charAt(at + 1) : 0;
        copy(2);
        if (escaped == 'Q') {
            int end = source.indexOf("\\E", at);
            copy((end < 0 ? source.length() : end + 2) - at);
        } else if ("pPxN".indexOf(escaped) >= 0 && escaped != 0 && source.startsWith("{", at)) {
            int end = source.indexOf('}', at);
            copy((end < 0 ? source.length() : end + 1) - at);
        }
    }

    private void brace() {
        if (!QUANTIFIER.matcher(source).region(at, source.length()).lookingAt()) {
            out.append('\\');
        }
        copy(1);
    }

    private void group() {
        if (source.startsWith("(?P<", at)) {
            out.append("(?<");
            at += 4;
        } else if (source.startsWith("(?P=", at) && source.indexOf(')', at) > 0) {
            int end = source.indexOf(')', at);
            out.append("\\k<").append(source, at + 4, end).append('>');
            at = end + 1;
        } else if (source.startsWith("(?#", at) && source.indexOf(')', at) > 0) {
            at = source.indexOf(')', at) + 1;
        } else {
            copy(1);
        }
    }

    private void characterClass() throws RuleSyntaxException {
        copy(source.startsWith("[^", at) ? 2 : 1);
        if (source.startsWith("]", at)) {
            out.append('\\');
            copy(1);
        }
        while (at < source.length() && source.charAt(at) != ']') {
            char c = source.charAt(at);
            if (c == '\\') {
                escape();
            } else if (c == '[') {
                openingBracket();
            } else if (source.startsWith("&&", at)) {
                out.append("\\&");
                at++;
            } else {
                copy(1);
            }
        }
        copy(1);
    }

    private void openingBracket() throws RuleSyntaxException {
        Matcher posix = POSIX.matcher(source).region(at, source.length());
        if (posix.lookingAt()) {
            String name = posix.group(2);
            boolean not = !posix.group(1).isEmpty();
            if (name.equals("word")) {
                out.append(not ? "\\W" : "\\w");
            } else if (POSIX_NAMES.contains(" " + name + " ")) {
                out.append(not ? "\\P{" : "\\p{").append(javaName(name)).append('}');
            } else {
                throw new RuleSyntaxException("the regular expression '" + source
                        + "' is not valid: there is no class '" + posix.group() + "'");
            }
            at = posix.end();
            return;
        }
        if (source.charAt(at - 1) == '-' && source.startsWith("]]", source.indexOf(']', at))) {
            throw new RuleSyntaxException("the regular expression '" + source
                    + "' takes one class from another; write it as a look-ahead: (?![…])[…]");
        }
        out.append('\\');
        copy(1);
    }

    private static String javaName(String posix) {
        return switch (posix) {
            case "ascii" -> "ASCII";
            case "xdigit" -> "XDigit";
            default -> posix.substring(0, 1).toUpperCase(Locale.ROOT) + posix.substring(1);
        };
    }
}
