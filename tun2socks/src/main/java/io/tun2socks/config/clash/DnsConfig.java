package io.tun2socks.config.clash;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The section {@code dns}.
 *
 * @param enable whether questions are answered by the program
 * @param listen where, {@code host:port}; empty for nowhere but on the device
 * @param ipv6 whether AAAA records are given out
 * @param ipv6Timeout milliseconds that AAAA may take beside A
 * @param useHosts whether {@code hosts} answers
 * @param useSystemHosts whether {@code /etc/hosts} answers
 * @param respectRules whether connections to servers follow the rules
 * @param preferH3 whether HTTP/3 is tried
 * @param enhancedMode what addresses are given out
 * @param fakeIpRange the range of fake addresses, with the first address
 * @param fakeIpFilter the names that the filter is about
 * @param fakeIpFilterMode what the filter does
 * @param cacheAlgorithm {@code lru} or {@code arc}
 * @param servers who is asked
 * @param fallbackFilter when {@code fallback} is believed
 * @param line where it stands in the file, from 1; 0 if it does not
 */
public record DnsConfig(
        boolean enable,
        String listen,
        boolean ipv6,
        int ipv6Timeout,
        boolean useHosts,
        boolean useSystemHosts,
        boolean respectRules,
        boolean preferH3,
        EnhancedMode enhancedMode,
        Prefix fakeIpRange,
        List<String> fakeIpFilter,
        FilterMode fakeIpFilterMode,
        String cacheAlgorithm,
        Servers servers,
        FallbackFilter fallbackFilter,
        int line) {
    /** Copies the list. */
    public DnsConfig {
        fakeIpFilter = List.copyOf(fakeIpFilter);
    }

    /** What addresses are given out. */
    public enum EnhancedMode {
        /** The true ones. */
        NORMAL,
        /** Ones of a range of the program's own, which it knows the names of. */
        FAKE_IP,
        /** The true ones, and the program remembers the names. */
        REDIR_HOST
    }

    /** What a filter of names does. */
    public enum FilterMode {
        /** Names in it get no fake address. */
        BLACKLIST,
        /** Only names in it get one. */
        WHITELIST
    }

    /**
     * Who is asked; servers as they are written.
     *
     * @param defaultNameserver for the names of servers
     * @param nameserver for all else
     * @param fallback for names whose answers are not believed
     * @param proxyServerNameserver for the names of upstreams
     * @param directNameserver for what goes out directly
     * @param directFollowPolicy whether {@code policy} counts for these too
     * @param policy by names, in order
     */
    public record Servers(
            List<String> defaultNameserver,
            List<String> nameserver,
            List<String> fallback,
            List<String> proxyServerNameserver,
            List<String> directNameserver,
            boolean directFollowPolicy,
            Map<String, List<String>> policy) {
        /** Copies the collections, keeping their order. */
        public Servers {
            defaultNameserver = List.copyOf(defaultNameserver);
            nameserver = List.copyOf(nameserver);
            fallback = List.copyOf(fallback);
            proxyServerNameserver = List.copyOf(proxyServerNameserver);
            directNameserver = List.copyOf(directNameserver);
            policy = Collections.unmodifiableMap(new LinkedHashMap<>(policy));
        }
    }

    /**
     * When the answers of {@code fallback} are taken.
     *
     * @param geoip whether those of another country are
     * @param geoipCode the country
     * @param geosite categories of names
     * @param ipcidr blocks of addresses
     * @param domain names
     */
    public record FallbackFilter(
            boolean geoip, String geoipCode, List<String> geosite, List<String> ipcidr, List<String> domain) {
        /** Copies the lists. */
        public FallbackFilter {
            geosite = List.copyOf(geosite);
            ipcidr = List.copyOf(ipcidr);
            domain = List.copyOf(domain);
        }
    }
}
