package io.tun2socks.rules.geo;

import static io.tun2socks.rules.geo.DatWriter.DOMAIN;
import static io.tun2socks.rules.geo.DatWriter.FULL;
import static io.tun2socks.rules.geo.DatWriter.KEYWORD;
import static io.tun2socks.rules.geo.DatWriter.REGEX;
import static io.tun2socks.rules.geo.DatWriter.domain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.GeoDataException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeositeTest {
    @TempDir
    Path home;

    private GeoFiles opened;

    private GeoFiles files(DatWriter data) throws Exception {
        data.write(home.resolve("geosite.dat"));
        opened = new GeoFiles(home, false, GeoUrls.DEFAULT);
        return opened;
    }

    @AfterEach
    void close() throws Exception {
        if (opened != null) {
            opened.close();
        }
    }

    private static DatWriter google() throws Exception {
        return new DatWriter()
                .entry("APPLE", domain(DOMAIN, "apple.com"))
                .entry(
                        "GOOGLE",
                        domain(DOMAIN, "google.com"),
                        domain(DOMAIN, "google.cn", "cn"),
                        domain(FULL, "www.gstatic.com", "CN", "ads"),
                        domain(KEYWORD, "googlevideo"),
                        domain(REGEX, "^adservice\\.google\\.([a-z]{2}|com?)(\\.[a-z]{2})?$", "ads"));
    }

    @Test
    void matchesEachTypeOfName() throws Exception {
        DomainMatcher google = files(google()).geosite("google");
        assertThat(google.size()).isEqualTo(5);
        assertThat(google.matches("google.com")).isTrue();
        assertThat(google.matches("www.google.com")).isTrue();
        assertThat(google.matches("notgoogle.com")).isFalse();
        assertThat(google.matches("com")).isFalse();
        assertThat(google.matches("www.gstatic.com")).isTrue();
        assertThat(google.matches("a.www.gstatic.com")).isFalse();
        assertThat(google.matches("gstatic.com")).isFalse();
        assertThat(google.matches("r1---sn.googlevideo.example")).isTrue();
        assertThat(google.matches("adservice.google.de")).isTrue();
        assertThat(google.matches("adservice.google.co.uk")).isTrue();
        assertThat(google.matches("x.adservice.google.de")).isFalse();
        assertThat(google.matches("apple.com")).isFalse();
        assertThat(google.matches("")).isFalse();
    }

    @Test
    void anAttributeKeepsTheNamesThatHaveIt() throws Exception {
        GeoFiles files = files(google());
        DomainMatcher cn = files.geosite("google@cn");
        assertThat(cn.size()).isEqualTo(2);
        assertThat(cn.matches("google.cn")).isTrue();
        assertThat(cn.matches("www.gstatic.com")).isTrue();
        assertThat(cn.matches("google.com")).isFalse();
        DomainMatcher both = files.geosite("google@ads@cn");
        assertThat(both.size()).isEqualTo(1);
        assertThat(both.matches("www.gstatic.com")).isTrue();
        assertThat(files.geosite("google@none").size()).isZero();
        assertThat(files.geosite("google@").size()).isEqualTo(5);
    }

    @Test
    void anExclamationMarkStandsForAllNamesOutside() throws Exception {
        DomainMatcher outside = files(google()).geosite("!google@cn");
        assertThat(outside.matches("google.cn")).isFalse();
        assertThat(outside.matches("google.com")).isTrue();
        assertThat(outside.matches("")).isFalse();
    }

    @Test
    void buildsACategoryOnce() throws Exception {
        GeoFiles files = files(google());
        assertThat(files.geosite("google@cn@ads")).isSameAs(files.geosite("google@ads@CN"));
        assertThat(files.geosite("google")).isNotSameAs(files.geosite("google@cn"));
    }

    @Test
    void matchersOutliveTheFile() throws Exception {
        GeoFiles files = files(google());
        DomainMatcher google = files.geosite("google");
        files.close();
        assertThat(google.matches("www.google.com")).isTrue();
        assertThatThrownBy(() -> files.geosite("apple")).isInstanceOf(GeoDataException.class);
    }

    @Test
    void ofTwoEntriesTheFirstCountsAndFieldsMayComeInAnyOrder() throws Exception {
        GeoFiles files = files(new DatWriter()
                .raw(DatWriter.message(out -> {
                    out.writeByteArray(2, domain(DOMAIN, "first.example"));
                    out.writeUInt32(9, 1);
                    out.writeString(1, "TWICE");
                }))
                .entry("twice", domain(DOMAIN, "second.example")));
        assertThat(files.geosite("twice").matches("first.example")).isTrue();
        assertThat(files.geosite("twice").matches("second.example")).isFalse();
    }

    @Test
    void suggestsTheNearestCategory() throws Exception {
        GeoFiles files = files(google());
        assertThatThrownBy(() -> files.geosite("gogole@cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessage("GEOSITE 'gogole' is not in " + home.resolve("geosite.dat") + "; did you mean google?");
        assertThatThrownBy(() -> files.geosite("!@cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining("names no category");
    }

    @Test
    void saysWhatToGetIfTheFileIsMissing() {
        assertThatThrownBy(() -> new GeoFiles(home, false, GeoUrls.DEFAULT).geosite("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining(home.resolve("GeoSite.dat") + ", which GEOSITE needs, is not there")
                .hasMessageContaining("geox-url.geosite")
                .hasMessageContaining(GeoUrls.DEFAULT.geosite());
    }

    @Test
    void saysSoIfTheFileIsNotOfTheFormat() throws Exception {
        for (String content : new String[] {"<html>not found</html>", "", "\n\u0001"}) {
            Files.writeString(home.resolve("GeoSite.dat"), content);
            assertThatThrownBy(() -> new GeoFiles(home, false, GeoUrls.DEFAULT).geosite("cn"))
                    .as("content %s", content)
                    .isInstanceOf(GeoDataException.class)
                    .hasMessageContaining(home.resolve("GeoSite.dat") + ", which GEOSITE needs, is no list of names");
        }
    }

    @Test
    void takesNoListOfAddresses() throws Exception {
        new DatWriter().entry("CN", DatWriter.block("10.0.0.0/8")).write(home.resolve("GeoSite.dat"));
        assertThatThrownBy(() -> new GeoFiles(home, false, GeoUrls.DEFAULT).geosite("cn"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining("is no list of names that can be read");
    }

    @Test
    void noticesThatTheFileWasOverwritten() throws Exception {
        GeoFiles files = files(google());
        assertThat(files.geosite("google").size()).isEqualTo(5);
        Files.writeString(home.resolve("geosite.dat"), "short");
        assertThatThrownBy(() -> files.geosite("apple"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining("overwritten");
    }

    @Test
    void namesARegularExpressionThatIsNone() throws Exception {
        GeoFiles files = files(new DatWriter().entry("bad", domain(REGEX, "a(b")));
        assertThatThrownBy(() -> files.geosite("bad"))
                .isInstanceOf(GeoDataException.class)
                .hasMessageContaining("a(b");
    }

    @Test
    void leavesOutTypesThatItDoesNotKnow() throws Exception {
        DomainMatcher matcher = files(new DatWriter().entry("new", domain(7, "a.example"), domain(FULL, "B.Example")))
                .geosite("new");
        assertThat(matcher.size()).isEqualTo(1);
        assertThat(matcher.matches("b.example")).isTrue();
        assertThat(matcher.matches("a.example")).isFalse();
    }
}
