package io.tun2socks.rules.match;

/** Texts as the indexes keep them. */
final class Letters {
    private Letters() {}

    /** Tells whether each letter fits in a byte. */
    static boolean areBytes(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                return false;
            }
        }
        return true;
    }

    /** Returns a hash that is the same for texts that {@link String#equalsIgnoreCase} takes for equal. */
    static int foldedHash(String text) {
        int hash = 0;
        for (int i = 0; i < text.length(); i++) {
            hash = hash * 31 + fold(text.charAt(i));
        }
        return hash;
    }

    private static int fold(char c) {
        if (c < 0x80) {
            return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
        }
        // Letters beyond the basic plane have cases too, which their halves do not show.
        return Character.isSurrogate(c) ? 0 : Character.toLowerCase(Character.toUpperCase(c));
    }
}
