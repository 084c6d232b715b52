package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.GeoDataException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a rule writes to name a category: {@code google}, {@code google@cn}, {@code !cn}.
 *
 * @param not whether the names outside the category are meant
 * @param list the category
 * @param attributes what its names must have; sorted
 */
record SiteCode(boolean not, String list, Set<String> attributes) {
    /**
     * Reads a code.
     *
     * @param code in any case
     * @return its parts
     * @throws GeoDataException if it names no category
     */
    static SiteCode parse(String code) throws GeoDataException {
        boolean not = code.startsWith("!");
        String[] parts = code.substring(not ? 1 : 0).toLowerCase(Locale.ROOT).split("@", -1);
        String list = parts[0].strip();
        if (list.isEmpty()) {
            throw new GeoDataException(
                    "GEOSITE '" + code + "' names no category: expected one like google, google@cn or !cn");
        }
        Set<String> attributes = new TreeSet<>();
        for (int i = 1; i < parts.length; i++) {
            String attribute = parts[i].strip();
            if (!attribute.isEmpty()) {
                attributes.add(attribute);
            }
        }
        return new SiteCode(not, list, attributes);
    }

    /** Returns the same without the negation. */
    SiteCode positive() {
        return new SiteCode(false, list, attributes);
    }
}
