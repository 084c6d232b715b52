package io.tun2socks.rules.match;

import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.Ip;
import java.util.List;

/** Geographic data made up from the last bits of addresses; counts how often it is asked. */
final class TestGeo implements GeoData {
    private static final List<List<String>> COUNTRIES =
            List.of(List.of(), List.of("cn"), List.of("us"), List.of("de", "cn"));

    int questions;

    @Override
    public List<String> countries(Ip ip) {
        questions++;
        return COUNTRIES.get((int) ip.low() & 3);
    }

    @Override
    public long asn(Ip ip) {
        questions++;
        return ip.low() & 3;
    }

    @Override
    public void requireCountry(String code) throws GeoDataException {
        if (code.equals("xx")) {
            throw new GeoDataException("the country 'xx' is not in geoip.dat");
        }
    }

    @Override
    public void requireAsn() {}

    @Override
    public DomainMatcher geosite(String code) throws GeoDataException {
        if (code.equals("xx")) {
            throw new GeoDataException("the category 'xx' is not in geosite.dat");
        }
        return new DomainMatcher() {
            @Override
            public boolean matches(String host) {
                return host.contains(code);
            }

            @Override
            public int size() {
                return 1;
            }
        };
    }
}
