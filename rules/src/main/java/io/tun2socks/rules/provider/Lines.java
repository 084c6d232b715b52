package io.tun2socks.rules.provider;

/** Goes through the lines of a text in UTF-8 without making strings of them; drops a byte order mark. */
final class Lines {
    private final byte[] text;
    private int from;
    private int to;
    private int nextFrom;
    private int number;

    Lines(byte[] text) {
        this.text = text;
        boolean mark = text.length >= 3 && text[0] == (byte) 0xef && text[1] == (byte) 0xbb && text[2] == (byte) 0xbf;
        nextFrom = mark ? 3 : 0;
    }

    /** Goes to the next line; returns false behind the last. */
    boolean next() {
        if (nextFrom >= text.length) {
            return false;
        }
        from = nextFrom;
        to = from;
        while (to < text.length && text[to] != '\n') {
            to++;
        }
        nextFrom = to + 1;
        number++;
        return true;
    }

    /** Returns the line's number, from 1. */
    int number() {
        return number;
    }

    /** Returns where the line begins. */
    int from() {
        return from;
    }

    /** Returns where the line begins behind space and tabs; its end if it is blank. */
    int trimmedFrom() {
        int at = from;
        while (at < to && isSpace(text[at])) {
            at++;
        }
        return at;
    }

    /** Returns where the line ends before space, tabs and a carriage return. */
    int trimmedTo() {
        int at = to;
        int first = trimmedFrom();
        while (at > first && isSpace(text[at - 1])) {
            at--;
        }
        return at;
    }

    static boolean isSpace(byte c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
