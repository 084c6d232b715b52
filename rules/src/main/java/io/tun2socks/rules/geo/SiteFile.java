package io.tun2socks.rules.geo;

import com.google.protobuf.CodedInputStream;
import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.GeoDataException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GeoSite.dat}, opened at the first question; each category is built once. One thread at a time. */
final class SiteFile implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SiteFile.class);

    private final Path home;
    private final GeoUrls urls;
    private final Map<SiteCode, DomainMatcher> categories = new HashMap<>();
    private Path path;
    private DatFile file;

    SiteFile(Path home, GeoUrls urls) {
        this.home = home;
        this.urls = urls;
    }

    /** Returns the names that a rule's code stands for. */
    DomainMatcher category(String text) throws GeoDataException {
        SiteCode code = SiteCode.parse(text);
        DomainMatcher known = categories.get(code.positive());
        if (known == null) {
            known = read(code);
            categories.put(code.positive(), known);
        }
        return code.not() ? new Not(known) : known;
    }

    private DomainMatcher read(SiteCode code) throws GeoDataException {
        if (file == null) {
            path = GeoFile.GEOSITE.find(home, urls);
        }
        try {
            if (file == null) {
                file = DatFile.open(path);
            }
            CodedInputStream bytes = file.entry(code.list());
            if (bytes == null) {
                throw new GeoDataException(
                        "GEOSITE '" + code.list() + "' is not in " + path + NearMiss.hint(code.list(), file.codes()));
            }
            SiteEntry entry = new SiteEntry(code.attributes());
            DomainMatcher names = entry.read(bytes);
            if (names.size() == 0 && !code.attributes().isEmpty()) {
                LOG.warn(
                        "GEOSITE {}@{} matches no name: the attributes of this category in {} are {}",
                        code.list(),
                        String.join("@", code.attributes()),
                        path,
                        entry.attributes());
            }
            return names;
        } catch (IOException e) {
            throw GeoFile.GEOSITE.unusable(path, "is no list of names that can be read: " + GeoFile.reason(e), urls, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** The names outside a category. */
    private record Not(DomainMatcher names) implements DomainMatcher {
        @Override
        public boolean matches(String host) {
            return !host.isEmpty() && !names.matches(host);
        }

        @Override
        public int size() {
            return names.size();
        }
    }
}
