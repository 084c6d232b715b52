package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.Ip;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The countries of addresses from a MaxMind database: GeoLite2-Country and the like ({@code country.iso_code}),
 * sing-box's (a code per network), or mihomo's (a code or several). Any thread.
 */
final class CountryDatabase implements Closeable {
    private static final String SING = "sing-geoip";
    private static final String META = "Meta-geoip0";

    /** Two-letter codes that are no slip even if no network has them; XK is Kosovo's, assigned by its users. */
    private static final Set<String> COUNTRIES = Stream.concat(
                    Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2).stream(), Stream.of("XK"))
            .map(code -> code.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private final Mmdb mmdb;
    private final boolean bareCodes;
    /** One list per code as it is in the file, so that a question makes none. */
    private final ConcurrentHashMap<String, List<String>> lists = new ConcurrentHashMap<>();

    private final RecentAnswers<List<String>> recent = new RecentAnswers<>(this::lookUp);

    private Set<String> codes;

    CountryDatabase(Mmdb mmdb) {
        this.mmdb = mmdb;
        bareCodes = mmdb.type().equals(SING) || mmdb.type().equals(META);
    }

    Path file() {
        return mmdb.file();
    }

    /** Returns the lower-case codes of an address. */
    List<String> countries(Ip ip) {
        return recent.get(ip);
    }

    private List<String> lookUp(Ip ip) {
        if (!bareCodes) {
            return ofPlace(mmdb.find(ip, MmdbRecords.Place.class));
        }
        return ofCodes(mmdb.find(ip, Object.class));
    }

    /** Tells whether a network of the database may have a code; looks through the whole of it only for odd ones. */
    synchronized boolean knows(String code) throws IOException {
        return COUNTRIES.contains(code) || codes().contains(code);
    }

    /** Returns all codes in the database. */
    synchronized Set<String> codes() throws IOException {
        if (codes == null) {
            codes = mmdb.texts(bareCodes ? "" : "iso_code").stream()
                    .map(code -> code.toLowerCase(Locale.ROOT))
                    .collect(Collectors.toUnmodifiableSet());
        }
        return codes;
    }

    private List<String> ofPlace(MmdbRecords.Place place) {
        return place == null || place.country() == null
                ? List.of()
                : list(place.country().isoCode());
    }

    private List<String> ofCodes(Object data) {
        if (data instanceof String code) {
            return list(code);
        }
        if (data instanceof List<?> several) {
            List<String> all = new ArrayList<>(several.size());
            for (Object code : several) {
                if (code instanceof String text) {
                    all.addAll(list(text));
                }
            }
            return all;
        }
        return List.of();
    }

    private List<String> list(String code) {
        if (code == null || code.isEmpty()) {
            return List.of();
        }
        List<String> known = lists.get(code);
        return known != null ? known : lists.computeIfAbsent(code, c -> List.of(c.toLowerCase(Locale.ROOT)));
    }

    @Override
    public void close() throws IOException {
        mmdb.close();
        recent.clear();
    }
}
