package io.tun2socks.rules.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.Ip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountriesTest {
    @TempDir
    Path home;

    private GeoFiles files(boolean geodataMode) {
        return new GeoFiles(home, geodataMode, GeoUrls.DEFAULT);
    }

    private static Map<String, Object> country(String code) {
        Map<String, Object> names = Map.of("en", "A name", "de", "Ein Name");
        return Map.of(
                "continent", Map.of("code", "AS"),
                "country", Map.of("geoname_id", 1L, "iso_code", code, "names", names),
                "registered_country", Map.of("iso_code", "ZZ"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Country.mmdb", "country.mmdb", "geoip.db", "GeoIP.metadb"})
    void findsTheDatabaseByAnyOfItsNames(String name) throws Exception {
        new MmdbWriter("GeoLite2-Country", 6).add("1.0.1.0/24", country("CN")).write(home.resolve(name));
        try (GeoFiles files = files(false)) {
            files.requireCountry("cn");
            assertThat(files.countries(Ip.literal("1.0.1.7"))).containsExactly("cn");
        }
    }

    @Test
    void readsGeoLite2() throws Exception {
        new MmdbWriter("GeoLite2-Country", 6)
                .add("1.0.1.0/24", country("CN"))
                .add("2001:db8::/32", country("DE"))
                .add("9.0.0.0/8", Map.of("registered_country", Map.of("iso_code", "US")))
                .write(home.resolve("Country.mmdb"));
        try (GeoFiles files = files(false)) {
            files.requireCountry("cn");
            assertThat(files.countries(Ip.literal("1.0.1.0"))).containsExactly("cn");
            assertThat(files.countries(Ip.literal("1.0.2.0"))).isEmpty();
            assertThat(files.countries(Ip.literal("::ffff:1.0.1.9"))).containsExactly("cn");
            assertThat(files.countries(Ip.literal("2001:db8::5"))).containsExactly("de");
            assertThat(files.countries(Ip.literal("2001:db9::5"))).isEmpty();
            // Only where the address is counts, not where it is registered.
            assertThat(files.countries(Ip.literal("9.9.9.9"))).isEmpty();
            assertThat(files.countries(Ip.literal("1.0.1.1"))).isSameAs(files.countries(Ip.literal("1.0.1.2")));
        }
    }

    @Test
    void readsSingBoxesDatabase() throws Exception {
        new MmdbWriter("sing-geoip", 6)
                .add("1.0.1.0/24", "cn")
                .add("2001:db8::/32", "private")
                .write(home.resolve("geoip.db"));
        try (GeoFiles files = files(false)) {
            files.requireCountry("private");
            assertThat(files.countries(Ip.literal("1.0.1.7"))).containsExactly("cn");
            assertThat(files.countries(Ip.literal("2001:db8::1"))).containsExactly("private");
            assertThat(files.countries(Ip.literal("8.8.8.8"))).isEmpty();
        }
    }

    @Test
    void readsMihomosDatabaseOfOneCodeOrSeveral() throws Exception {
        new MmdbWriter("Meta-geoip0", 6)
                .add("1.0.1.0/24", "cn")
                .add("91.108.4.0/22", List.of("nl", "telegram"))
                .write(home.resolve("geoip.metadb"));
        try (GeoFiles files = files(false)) {
            files.requireCountry("telegram");
            assertThat(files.countries(Ip.literal("1.0.1.7"))).containsExactly("cn");
            assertThat(files.countries(Ip.literal("91.108.4.1"))).containsExactly("nl", "telegram");
        }
    }

    @Test
    void aDatabaseOfIpv4KnowsNoIpv6() throws Exception {
        new MmdbWriter("GeoLite2-Country", 4).add("1.0.1.0/24", country("CN")).write(home.resolve("Country.mmdb"));
        try (GeoFiles files = files(false)) {
            files.requireCountry("cn");
            assertThat(files.countries(Ip.literal("1.0.1.7"))).containsExactly("cn");
            assertThat(files.countries(Ip.literal("2001:db8::1"))).isEmpty();
        }
    }

    @Test
    void acceptsCountriesThatAreNotThereAndSuggestsForOtherCodes() throws Exception {
        Path file = new MmdbWriter("Meta-geoip0", 6)
                .add("91.108.4.0/22", List.of("nl", "telegram"))
                .write(home.resolve("geoip.metadb"));
        try (GeoFiles files = files(false)) {
            files.requireCountry("va");
            files.requireCountry("xk");
            files.requireCountry("lan");
            assertThatThrownBy(() -> files.requireCountry("telegran"))
                    .isInstanceOf(GeoDataException.class)
                    .hasMessage("GEOIP 'telegran' is not in " + file + "; did you mean telegram?");
            assertThatThrownBy(() -> files.requireCountry("qqqq"))
                    .isInstanceOf(GeoDataException.class)
                    .hasMessage("GEOIP 'qqqq' is not in " + file);
            assertThatThrownBy(() -> files.requireCountry("!cn"))
                    .isInstanceOf(GeoDataException.class)
                    .hasMessageContaining("geodata-mode: true");
        }
    }

    @Test
    void findsOddCodesInDatabasesOfTheLayoutOfGeoLite2() throws Exception {
        // In this order, so that the keys lie so far behind that the longer pointers are needed.
        Map<String, Object> large = new LinkedHashMap<>();
        large.put("text", "x".repeat(300));
        large.put("longer", "y".repeat(70_000));
        large.put("short", "z".repeat(29));
        large.put("flag", true);
        large.put("country", Map.of("iso_code", "PRIVATE"));
        new MmdbWriter("GeoLite2-Country", 6)
                .add("10.0.0.0/8", large)
                .add("1.0.1.0/24", country("CN"))
                .add("91.108.4.0/22", country("TELEGRAM"))
                .write(home.resolve("Country.mmdb"));
        try (GeoFiles files = files(false)) {
            files.requireCountry("telegram");
            files.requireCountry("private");
            assertThat(files.countries(Ip.literal("10.1.2.3"))).containsExactly("private");
            assertThatThrownBy(() -> files.requireCountry("telegrams"))
                    .isInstanceOf(GeoDataException.class)
                    .hasMessageEndingWith("did you mean telegram?");
            // A text of another key is no code.
            assertThatThrownBy(() -> files.requireCountry("ein name"))
                    .isInstanceOf(GeoDataException.class)
                    .hasMessageEndingWith("Country.mmdb");
        }
    }

    @Test
    void saysWhatToGetIfTheDatabaseIsMissing() {
        assertThatThrownBy(() -> files(false).requireCountry("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessage(home.resolve("geoip.metadb")
                        + " (or Country.mmdb or geoip.db), which GEOIP needs, is not there; get it: curl -fL -o '"
                        + home.resolve("geoip.metadb.new") + "' '" + GeoUrls.DEFAULT.mmdb() + "' && mv '"
                        + home.resolve("geoip.metadb.new") + "' '" + home.resolve("geoip.metadb")
                        + "' (the URL is that of geox-url.mmdb)");
    }

    @Test
    void saysWhatToGetIfTheDirectoryIsMissing() {
        GeoUrls urls = new GeoUrls("http://a/", "http://it's/", "http://c/", "http://d/");
        assertThatThrownBy(() -> new GeoFiles(home.resolve("none"), false, urls).requireCountry("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining(home.resolve("none/geoip.metadb").toString())
                .hasMessageContaining("'http://it'\\''s/'");
    }

    @Test
    void saysSoIfTheDatabaseIsBroken() throws Exception {
        Path file = Files.writeString(home.resolve("Country.mmdb"), "<html>not found</html>");
        assertThatThrownBy(() -> files(false).requireCountry("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining(file + ", which GEOIP needs, is no database of countries")
                .hasMessageContaining("curl");
    }

    @Test
    void takesNoDatabaseOfAnotherKind() throws Exception {
        new MmdbWriter("GeoLite2-ASN", 6)
                .add("1.0.1.0/24", Map.of("autonomous_system_number", 1L))
                .write(home.resolve("Country.mmdb"));
        assertThatThrownBy(() -> files(false).requireCountry("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining("it holds autonomous systems (GeoLite2-ASN)");
    }

    @Test
    void knowsNothingOfWhatWasNotRequiredOrIsClosed() throws Exception {
        new MmdbWriter("sing-geoip", 6).add("1.0.1.0/24", "cn").write(home.resolve("geoip.db"));
        GeoFiles files = files(false);
        assertThat(files.countries(Ip.literal("1.0.1.7"))).isEmpty();
        files.requireCountry("cn");
        assertThat(files.countries(Ip.literal("1.0.1.7"))).containsExactly("cn");
        files.close();
        assertThat(files.countries(Ip.literal("1.0.1.7"))).isEmpty();
    }

    private void writeBlocks() throws IOException {
        new DatWriter()
                .entry("CN", DatWriter.block("1.0.1.0/24"), DatWriter.block("2001:db8::/32"))
                .entry("GOOGLE", DatWriter.block("8.8.8.0/24"), DatWriter.block("1.0.1.128/25"))
                .write(home.resolve("geoip.dat"));
    }

    @Test
    void readsBlocksInGeodataMode() throws Exception {
        writeBlocks();
        try (GeoFiles files = files(true)) {
            files.requireCountry("cn");
            assertThat(files.countries(Ip.literal("1.0.1.200"))).containsExactly("cn");
            assertThat(files.countries(Ip.literal("8.8.8.8"))).isEmpty();
            files.requireCountry("google");
            files.requireCountry("google");
            assertThat(files.countries(Ip.literal("1.0.1.200"))).containsExactly("cn", "google");
            assertThat(files.countries(Ip.literal("8.8.8.8"))).containsExactly("google");
            assertThat(files.countries(Ip.literal("2001:db8:1::"))).containsExactly("cn");
            assertThat(files.countries(Ip.literal("9.9.9.9"))).isEmpty();
        }
    }

    @Test
    void aBlockOfMappedAddressesIsOneOfIpv4() throws Exception {
        byte[] address = new byte[16];
        address[10] = -1;
        address[11] = -1;
        address[12] = 10;
        byte[] block = DatWriter.message(out -> {
            out.writeByteArray(1, address);
            out.writeUInt32(2, 104);
        });
        new DatWriter().entry("TEN", block).write(home.resolve("geoip.dat"));
        try (GeoFiles files = files(true)) {
            files.requireCountry("ten");
            assertThat(files.countries(Ip.literal("10.9.8.7"))).containsExactly("ten");
            assertThat(files.countries(Ip.literal("11.0.0.0"))).isEmpty();
        }
    }

    @Test
    void anExclamationMarkStandsForAllAddressesOutside() throws Exception {
        writeBlocks();
        try (GeoFiles files = files(true)) {
            files.requireCountry("!cn");
            files.requireCountry("!google");
            assertThat(files.countries(Ip.literal("1.0.1.1"))).containsExactly("!google");
            assertThat(files.countries(Ip.literal("9.9.9.9"))).containsExactly("!cn", "!google");
        }
    }

    @Test
    void namesTheOtherFileAndKeyInGeodataMode() throws Exception {
        assertThatThrownBy(() -> files(true).requireCountry("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining(home.resolve("GeoIP.dat").toString())
                .hasMessageContaining("geodata-mode: true")
                .hasMessageContaining("geox-url.geoip")
                .hasMessageContaining(GeoUrls.DEFAULT.geoip());
        writeBlocks();
        assertThatThrownBy(() -> files(true).requireCountry("gogle"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageEndingWith("; did you mean google?");
    }

    @Test
    void takesNoBlockWithoutAnAddress() throws Exception {
        new DatWriter()
                .entry("cn", DatWriter.message(out -> out.writeUInt32(2, 8)))
                .write(home.resolve("GeoIP.dat"));
        assertThatThrownBy(() -> files(true).requireCountry("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining("an address of 0 bytes");
    }
}
