package io.tun2socks.rules.geo;

/**
 * Where geographic data can be got, for messages only: clash's {@code geox-url}. Nothing is downloaded.
 *
 * @param geoip the source of {@code GeoIP.dat}
 * @param mmdb the source of the country database
 * @param asn the source of the database of autonomous systems
 * @param geosite the source of {@code GeoSite.dat}
 */
public record GeoUrls(String geoip, String mmdb, String asn, String geosite) {
    private static final String RELEASE = "https://github.com/MetaCubeX/meta-rules-dat/releases/download/latest/";

    /** The sources that mihomo uses if a configuration names none. */
    public static final GeoUrls DEFAULT = new GeoUrls(
            RELEASE + "geoip.dat", RELEASE + "geoip.metadb", RELEASE + "GeoLite2-ASN.mmdb", RELEASE + "geosite.dat");
}
