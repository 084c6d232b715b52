package io.tun2socks.rules.set;

/**
 * How entries are kept: the name reversed byte by byte, so that what names share comes first, with two marks. The prefixes
 * {@code .} and {@code +.} are in the marks, never in the key.
 */
final class DomainKeys {
    /** The name itself is in the set. */
    static final int EXACT = 1;

    /** All names below it are in the set; on the empty key: every name. */
    static final int BELOW = 2;

    /** No longer name exists (RFC 1035 2.3.4, as text without the last dot). */
    static final int MAX_LENGTH = 253;

    static final byte STAR = '*';
    static final byte PLUS = '+';
    static final byte DOT = '.';

    /** URLs, blocks of addresses, rules, comments behind an entry, pages that say what went wrong. */
    private static final String NEVER = "/#,:;<>()[]{}\"'`=\\|&";

    private DomainKeys() {}

    /** Returns what is wrong with the labels of a lower-case name, in either direction of reading, or null. */
    static String wrong(byte[] name, int from, int to, boolean reversed) {
        if (to - from > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " characters, as no name is";
        }
        int labelStart = from;
        for (int i = from; i <= to; i++) {
            if (i == to || name[i] == DOT) {
                if (i == labelStart) {
                    return "has an empty label";
                }
                labelStart = i + 1;
                continue;
            }
            int c = name[i] & 0xff;
            if (c < ' ' || c == 0x7f) {
                return "has a control character";
            }
            if (NEVER.indexOf(c) >= 0) {
                return "has a '" + (char) c + "', which no name has";
            }
            if (c == PLUS) {
                return "has a '+' that is not the first label, as in +.example.com";
            }
            if (c == STAR && !atLabelStart(name, i, from, to, reversed)) {
                return "has a '*' that does not begin a label, as in *.example.com";
            }
        }
        return null;
    }

    private static boolean atLabelStart(byte[] name, int at, int from, int to, boolean reversed) {
        return reversed ? at + 1 == to || name[at + 1] == DOT : at == from || name[at - 1] == DOT;
    }
}
