package io.tun2socks.rules.model;

import java.net.IDN;
import java.util.Locale;

/** Domain names in the one form that the rules compare. */
public final class Names {
    private Names() {}

    /**
     * Brings a name into the form that rules compare: lower case, IDN as Punycode (RFC 3490 ToASCII), no dot at the
     * end. What cannot be converted stays as it is, in lower case: it may still equal another such name.
     *
     * @param name as written, or as it came from a client
     * @return the normalized name
     */
    public static String normalize(String name) {
        int end = name.length();
        if (end > 1 && name.charAt(end - 1) == '.') {
            end--;
        }
        boolean plain = end == name.length();
        boolean ascii = true;
        for (int i = 0; i < end; i++) {
            char c = name.charAt(i);
            plain &= c < 'A' || (c > 'Z' && c < 128);
            ascii &= c < 128;
        }
        if (plain && ascii) {
            return name;
        }
        String trimmed = name.substring(0, end);
        if (ascii) {
            return trimmed.toLowerCase(Locale.ROOT);
        }
        return toAscii(trimmed);
    }

    /** By label, since patterns such as {@code *} and labels with underscores stand beside IDN ones. */
    private static String toAscii(String name) {
        String[] labels = name.split("\\.", -1);
        for (int i = 0; i < labels.length; i++) {
            try {
                labels[i] = IDN.toASCII(labels[i], IDN.ALLOW_UNASSIGNED);
            } catch (IllegalArgumentException e) {
                // Not a label of IDNA: it stays as it is.
            }
        }
        return String.join(".", labels).toLowerCase(Locale.ROOT);
    }
}
