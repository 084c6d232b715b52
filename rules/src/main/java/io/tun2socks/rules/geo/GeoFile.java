package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.GeoDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A kind of data file.
 *
 * @param preferredName what it is called if it is got anew
 * @param names what it may be called in the home directory, in any case
 * @param key the key of {@code geox-url} for its source
 * @param use the rules that need it
 * @param url its source
 */
record GeoFile(String preferredName, List<String> names, String key, String use, Function<GeoUrls, String> url) {
    static final GeoFile COUNTRIES = new GeoFile(
            "geoip.metadb", List.of("Country.mmdb", "geoip.db", "geoip.metadb"), "mmdb", "GEOIP", GeoUrls::mmdb);
    static final GeoFile ASN = new GeoFile("ASN.mmdb", List.of("ASN.mmdb"), "asn", "IP-ASN", GeoUrls::asn);
    static final GeoFile GEOIP =
            new GeoFile("GeoIP.dat", List.of("GeoIP.dat"), "geoip", "GEOIP with geodata-mode: true", GeoUrls::geoip);
    static final GeoFile GEOSITE =
            new GeoFile("GeoSite.dat", List.of("GeoSite.dat"), "geosite", "GEOSITE", GeoUrls::geosite);

    /** Finds the file in a directory; the first in alphabetical order, as mihomo does. */
    Path find(Path home, GeoUrls urls) throws GeoDataException {
        Optional<Path> found = Optional.empty();
        if (Files.isDirectory(home)) {
            try (Stream<Path> files = Files.list(home)) {
                found = files.filter(file -> names.stream()
                                .anyMatch(name -> name.equalsIgnoreCase(String.valueOf(file.getFileName()))))
                        .filter(file -> !Files.isDirectory(file))
                        .min(Path::compareTo);
            } catch (IOException e) {
                throw new GeoDataException(home + " cannot be listed to find " + preferredName + ": " + reason(e), e);
            }
        }
        return found.orElseThrow(() -> missing(home, urls));
    }

    /** Says that a file cannot be used, and how to replace it. */
    GeoDataException unusable(Path file, String why, GeoUrls urls, Throwable cause) {
        return new GeoDataException(
                file + ", which " + use + " needs, " + why + "; get it again: " + get(file, urls), cause);
    }

    private GeoDataException missing(Path home, GeoUrls urls) {
        Path file = home.resolve(preferredName);
        String others = names.size() == 1
                ? ""
                : " (or "
                        + String.join(
                                " or ",
                                names.stream()
                                        .filter(n -> !n.equals(preferredName))
                                        .toList()) + ")";
        return new GeoDataException(
                file + others + ", which " + use + " needs, is not there; get it: " + get(file, urls));
    }

    /** A command for a shell; the file goes into place whole, as one that is in use may be mapped into memory. */
    private String get(Path file, GeoUrls urls) {
        String target = quoted(file.toString());
        String fresh = quoted(file + ".new");
        return "curl -fL -o " + fresh + " " + quoted(url.apply(urls)) + " && mv " + fresh + " " + target
                + " (the URL is that of geox-url." + key + ")";
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
