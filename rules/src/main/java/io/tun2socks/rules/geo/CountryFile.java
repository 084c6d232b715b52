package io.tun2socks.rules.geo;

import com.google.protobuf.CodedInputStream;
import io.tun2socks.rules.model.AddressMatcher;
import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.Ip;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code GeoIP.dat}: an address belongs to those of the required codes whose blocks hold it; a code with {@code !} is that
 * of all addresses outside. {@link #countries} from any thread, the rest from one at a time.
 */
final class CountryFile implements Closeable {
    private final Path home;
    private final GeoUrls urls;
    private Path path;
    private DatFile file;

    /** The required codes; replaced whole. */
    private volatile List<Country> countries = List.of();

    /** A code with its blocks, and the answer if it is the only one, so that a question makes none. */
    private record Country(String code, boolean not, AddressMatcher blocks, List<String> alone) {
        boolean holds(Ip ip) {
            return blocks.matches(ip) != not;
        }
    }

    CountryFile(Path home, GeoUrls urls) {
        this.home = home;
        this.urls = urls;
    }

    List<String> countries(Ip ip) {
        List<Country> all = countries;
        List<String> found = List.of();
        for (int i = 0; i < all.size(); i++) {
            Country country = all.get(i);
            if (country.holds(ip)) {
                if (found.isEmpty()) {
                    found = country.alone();
                } else {
                    found = found.size() == 1 ? new ArrayList<>(found) : found;
                    found.add(country.code());
                }
            }
        }
        return found;
    }

    /** Reads the blocks of a code in lower case. */
    void require(String code) throws GeoDataException {
        for (Country country : countries) {
            if (country.code().equals(code)) {
                return;
            }
        }
        boolean not = code.startsWith("!");
        AddressMatcher blocks = read(code.substring(not ? 1 : 0));
        List<Country> more = new ArrayList<>(countries);
        more.add(new Country(code, not, blocks, List.of(code)));
        countries = List.copyOf(more);
    }

    private AddressMatcher read(String code) throws GeoDataException {
        if (file == null) {
            path = GeoFile.GEOIP.find(home, urls);
        }
        try {
            if (file == null) {
                file = DatFile.open(path);
            }
            CodedInputStream bytes = file.entry(code);
            if (bytes == null) {
                throw new GeoDataException(
                        "GEOIP '" + code + "' is not in " + path + NearMiss.hint(code, file.codes()));
            }
            return GeoIpEntry.read(bytes);
        } catch (IOException e) {
            throw GeoFile.GEOIP.unusable(
                    path, "is no list of address blocks that can be read: " + GeoFile.reason(e), urls, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
