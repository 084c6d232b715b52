package io.tun2socks.rules.geo;

import java.util.Locale;
import java.util.regex.Pattern;

/** Regular expressions that were written for Go's syntax (RE2), as those of {@code GeoSite.dat} are. */
final class GoPattern {
    private GoPattern() {}

    /**
     * Compiles a pattern.
     *
     * @param source in Go's syntax
     * @return the same for Java
     * @throws java.util.regex.PatternSyntaxException if it is none
     */
    static Pattern compile(String source) {
        StringBuilder java = new StringBuilder(source.length() + 8);
        boolean inClass = false;
        int i = 0;
        while (i < source.length()) {
            char c = source.charAt(i);
            if (c == '\\' && i + 1 < source.length()) {
                java.append(c).append(source.charAt(i + 1));
                i += 2;
            } else if (inClass) {
                i = inClass(source, i, java);
                inClass = c != ']';
            } else if (source.startsWith("(?P<", i)) {
                java.append("(?<");
                i += 4;
            } else {
                java.append(c);
                i++;
                if (c == '[') {
                    inClass = true;
                    i = classBegin(source, i, java);
                }
            }
        }
        return Pattern.compile(java.toString());
    }

    /** A bracket directly behind the beginning of a class is a member of it. */
    private static int classBegin(String source, int from, StringBuilder java) {
        int i = from;
        if (i < source.length() && source.charAt(i) == '^') {
            java.append('^');
            i++;
        }
        if (i < source.length() && source.charAt(i) == ']') {
            java.append("\\]");
            i++;
        }
        return i;
    }

    /** In Java a bracket begins a class within the class, and && is an intersection; in Go they are characters. */
    private static int inClass(String source, int from, StringBuilder java) {
        char c = source.charAt(from);
        if (source.startsWith("[:", from)) {
            int end = source.indexOf(":]", from);
            if (end > 0) {
                boolean not = source.charAt(from + 2) == '^';
                String name = source.substring(from + (not ? 3 : 2), end);
                java.append(not ? "\\P{" : "\\p{").append(javaName(name)).append('}');
                return end + 2;
            }
        }
        if (c == '[' || c == '&') {
            java.append('\\');
        }
        java.append(c);
        return from + 1;
    }

    private static String javaName(String posixName) {
        return switch (posixName) {
            case "ascii" -> "ASCII";
            case "xdigit" -> "XDigit";
            default ->
                posixName.isEmpty() ? "" : posixName.substring(0, 1).toUpperCase(Locale.ROOT) + posixName.substring(1);
        };
    }

    /**
     * Finds the longest piece that every fitting text holds.
     *
     * @param source in Go's syntax
     * @return the piece in lower case; empty if there is none, or none that is easily found
     */
    static String requiredLiteral(String source) {
        StringBuilder run = new StringBuilder();
        String best = "";
        int i = 0;
        while (i < source.length()) {
            char c = source.charAt(i);
            int next = i + 1;
            boolean member = false;
            switch (c) {
                case '|' -> {
                    return "";
                }
                case '\\' -> {
                    char escaped = next < source.length() ? source.charAt(next) : 'Q';
                    next++;
                    if ("dDwWsSbBAz".indexOf(escaped) < 0) {
                        if (Character.isLetterOrDigit(escaped)) {
                            // What follows belongs to the escape: \x41, \pL, \Q...\E.
                            return "";
                        }
                        run.append(escaped);
                        member = true;
                    }
                }
                case '(' -> next = afterGroup(source, i);
                case '[' -> next = afterClass(source, i);
                case '?', '*', '{' -> {
                    run.setLength(Math.max(0, run.length() - 1));
                    next = c == '{' ? source.indexOf('}', i) + 1 : next;
                    if (next == 0) {
                        return "";
                    }
                }
                case '.', '^', '$', '+' -> {}
                default -> {
                    run.append(c);
                    member = true;
                }
            }
            if (!member) {
                best = run.length() > best.length() ? run.toString() : best;
                run.setLength(0);
            }
            i = next;
        }
        return (run.length() > best.length() ? run.toString() : best).toLowerCase(Locale.ROOT);
    }

    private static int afterGroup(String source, int open) {
        int depth = 0;
        int i = open;
        while (i < source.length()) {
            char c = source.charAt(i);
            if (c == '[') {
                i = afterClass(source, i);
                continue;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            i += c == '\\' ? 2 : 1;
            if (depth == 0) {
                return i;
            }
        }
        return source.length();
    }

    private static int afterClass(String source, int open) {
        int i = open + 1;
        if (i < source.length() && source.charAt(i) == '^') {
            i++;
        }
        if (i < source.length() && source.charAt(i) == ']') {
            i++;
        }
        while (i < source.length() && source.charAt(i) != ']') {
            int posix = source.startsWith("[:", i) ? source.indexOf(":]", i) : -1;
            i = posix > 0 ? posix + 2 : i + (source.charAt(i) == '\\' ? 2 : 1);
        }
        return Math.min(source.length(), i + 1);
    }
}
