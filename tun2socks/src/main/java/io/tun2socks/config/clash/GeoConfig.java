package io.tun2socks.config.clash;

/**
 * Where geographic data comes from.
 *
 * @param geodataMode whether GEOIP reads {@code GeoIP.dat} and not the database
 * @param geoipUrl where {@code GeoIP.dat} is fetched
 * @param geositeUrl where {@code GeoSite.dat} is fetched
 * @param mmdbUrl where the database of countries is fetched
 * @param asnUrl where the database of autonomous systems is fetched
 * @param autoUpdate whether they are fetched again
 * @param updateInterval hours between that
 */
public record GeoConfig(
        boolean geodataMode,
        String geoipUrl,
        String geositeUrl,
        String mmdbUrl,
        String asnUrl,
        boolean autoUpdate,
        int updateInterval) {}
