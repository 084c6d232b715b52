package io.tun2socks.rules.parse;

/** Finds where the parts of a regular expression end. */
final class RegexScan {
    private RegexScan() {}

    /** Returns the place behind the class that begins at a bracket, or -1. */
    static int endOfClass(String regex, int open) {
        int at = open + 1;
        if (regex.startsWith("^", at)) {
            at++;
        }
        if (regex.startsWith("]", at)) {
            at++;
        }
        while (at < regex.length()) {
            char c = regex.charAt(at);
            if (c == ']') {
                return at + 1;
            }
            int posix = regex.startsWith("[:", at) ? regex.indexOf(":]", at + 2) : -1;
            if (posix > 0) {
                at = posix + 2;
            } else {
                at += c == '\\' ? 2 : 1;
            }
        }
        return -1;
    }

    /** Returns the place behind the group that begins at a parenthesis, or -1. */
    static int endOfGroup(String regex, int open) {
        int close = closing(regex, open + 1);
        return close < 0 ? -1 : close + 1;
    }

    /** Returns the place of the first parenthesis that closes what is open before {@code from}, or -1. */
    static int closing(String regex, int from) {
        int depth = 0;
        int at = from;
        while (at >= 0 && at < regex.length()) {
            switch (regex.charAt(at)) {
                case '\\' -> at += 2;
                case '[' -> at = endOfClass(regex, at);
                case '(' -> {
                    depth++;
                    at++;
                }
                case ')' -> {
                    if (depth == 0) {
                        return at;
                    }
                    depth--;
                    at++;
                }
                default -> at++;
            }
        }
        return -1;
    }
}
