package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.Ip;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Geographic data from the files of a directory, named as mihomo names them. A file is opened when a rule first requires
 * it ({@code require...}, {@code geosite}); {@link #countries} and {@link #asn} answer from what has been required, and
 * know nothing else. Nothing is downloaded: an error says what to get, and where.
 *
 * <p>One object for each load of a configuration: a file that is replaced is seen by the next one. Any thread.
 */
public final class GeoFiles implements GeoData, Closeable {
    private static final String LAN = "lan";

    private final Path home;
    private final boolean geodataMode;
    private final GeoUrls urls;
    private final SiteFile sites;
    private final CountryFile countryBlocks;

    private volatile CountryDatabase countries;
    private volatile AsnDatabase systems;

    /**
     * Prepares to use the files of a directory; opens none.
     *
     * @param home the directory
     * @param geodataMode clash's {@code geodata-mode}: countries come from {@code GeoIP.dat} instead of the MaxMind
     *     database
     * @param urls where the files can be got, for messages
     */
    public GeoFiles(Path home, boolean geodataMode, GeoUrls urls) {
        this.home = home;
        this.geodataMode = geodataMode;
        this.urls = urls;
        sites = new SiteFile(home, urls);
        countryBlocks = new CountryFile(home, urls);
    }

    @Override
    public List<String> countries(Ip ip) {
        if (geodataMode) {
            return countryBlocks.countries(ip);
        }
        CountryDatabase database = countries;
        return database == null ? List.of() : database.countries(ip);
    }

    @Override
    public long asn(Ip ip) {
        AsnDatabase database = systems;
        return database == null ? 0 : database.asn(ip);
    }

    @Override
    public synchronized void requireCountry(String code) throws GeoDataException {
        String wanted = code.toLowerCase(Locale.ROOT);
        if (wanted.equals(LAN)) {
            // No matter of data.
            return;
        }
        if (geodataMode) {
            countryBlocks.require(wanted);
        } else {
            requireInDatabase(wanted);
        }
    }

    private void requireInDatabase(String code) throws GeoDataException {
        if (code.startsWith("!")) {
            throw new GeoDataException("GEOIP '" + code + "' can be answered with geodata-mode: true only");
        }
        Path file = countries == null ? GeoFile.COUNTRIES.find(home, urls) : countries.file();
        try {
            if (countries == null) {
                Mmdb mmdb = Mmdb.open(file);
                if (mmdb.holdsAutonomousSystems()) {
                    mmdb.close();
                    throw new IOException("it holds autonomous systems (" + mmdb.type() + ")");
                }
                countries = new CountryDatabase(mmdb);
            }
            if (!countries.knows(code)) {
                throw new GeoDataException(
                        "GEOIP '" + code + "' is not in " + file + NearMiss.hint(code, countries.codes()));
            }
        } catch (IOException e) {
            throw GeoFile.COUNTRIES.unusable(
                    file, "is no database of countries that can be read: " + GeoFile.reason(e), urls, e);
        }
    }

    @Override
    public synchronized void requireAsn() throws GeoDataException {
        if (systems != null) {
            return;
        }
        Path file = GeoFile.ASN.find(home, urls);
        try {
            Mmdb mmdb = Mmdb.open(file);
            if (!mmdb.holdsAutonomousSystems()) {
                mmdb.close();
                throw new IOException("it is of the type " + mmdb.type());
            }
            systems = new AsnDatabase(mmdb);
        } catch (IOException e) {
            throw GeoFile.ASN.unusable(
                    file, "is no database of autonomous systems that can be read: " + GeoFile.reason(e), urls, e);
        }
    }

    @Override
    public synchronized DomainMatcher geosite(String code) throws GeoDataException {
        return sites.category(code);
    }

    /**
     * Closes the files. Addresses belong to no country and no system from then on; matchers of names keep working.
     *
     * @throws IOException if a file cannot be closed
     */
    @Override
    public synchronized void close() throws IOException {
        List<Closeable> open = new ArrayList<>(List.of(sites, countryBlocks));
        if (countries != null) {
            open.add(countries);
        }
        if (systems != null) {
            open.add(systems);
        }
        for (Closeable file : open) {
            file.close();
        }
    }
}
