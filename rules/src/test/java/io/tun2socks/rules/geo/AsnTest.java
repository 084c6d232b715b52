package io.tun2socks.rules.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.Ip;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsnTest {
    @TempDir
    Path home;

    private GeoFiles files() {
        return new GeoFiles(home, false, GeoUrls.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GeoLite2-ASN", "DBIP-ASN-Lite (compat=GeoLite2-ASN)"})
    void readsGeoLite2(String type) throws Exception {
        new MmdbWriter(type, 6)
                .add(
                        "8.8.8.0/24",
                        Map.of("autonomous_system_number", 15169L, "autonomous_system_organization", "Google"))
                .add("2001:db8::/32", Map.of("autonomous_system_number", 4_200_000_000L))
                .write(home.resolve("asn.MMDB"));
        try (GeoFiles files = files()) {
            assertThat(files.asn(Ip.literal("8.8.8.8"))).isZero();
            files.requireAsn();
            assertThat(files.asn(Ip.literal("8.8.8.8"))).isEqualTo(15169);
            assertThat(files.asn(Ip.literal("2001:db8::1"))).isEqualTo(4_200_000_000L);
            assertThat(files.asn(Ip.literal("8.8.9.8"))).isZero();
        }
    }

    @Test
    void readsIpinfo() throws Exception {
        new MmdbWriter("ipinfo generic_asn_free.mmdb", 6)
                .add("8.8.8.0/24", Map.of("asn", "AS15169", "name", "Google", "domain", "google.com"))
                .add("9.9.9.0/24", Map.of("asn", "", "name", "nobody"))
                .add("7.7.7.0/24", Map.of("asn", "ASx"))
                .write(home.resolve("ASN.mmdb"));
        try (GeoFiles files = files()) {
            files.requireAsn();
            assertThat(files.asn(Ip.literal("8.8.8.8"))).isEqualTo(15169);
            assertThat(files.asn(Ip.literal("9.9.9.9"))).isZero();
            assertThat(files.asn(Ip.literal("7.7.7.7"))).isZero();
        }
    }

    @Test
    void takesNoDatabaseOfAnotherKind() throws Exception {
        new MmdbWriter("GeoLite2-Country", 6).add("8.8.8.0/24", "x").write(home.resolve("ASN.mmdb"));
        assertThatThrownBy(() -> files().requireAsn())
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining("it is of the type GeoLite2-Country");
    }

    @Test
    void saysWhatToGetIfItIsMissing() {
        assertThatThrownBy(() -> files().requireAsn())
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining(home.resolve("ASN.mmdb") + ", which IP-ASN needs, is not there")
                .hasMessageContaining("geox-url.asn")
                .hasMessageContaining(GeoUrls.DEFAULT.asn());
    }
}
