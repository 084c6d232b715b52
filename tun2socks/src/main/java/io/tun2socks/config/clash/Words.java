package io.tun2socks.config.clash;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The constants of an enumeration as the configuration writes them. */
final class Words {
    private Words() {}

    /** Returns constants by their names in lower case with hyphens, in order. */
    static <E extends Enum<E>> Map<String, E> of(E[] constants) {
        Map<String, E> words = new LinkedHashMap<>();
        for (E constant : constants) {
            words.put(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
        }
        return words;
    }
}
