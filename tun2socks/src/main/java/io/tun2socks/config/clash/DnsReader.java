package io.tun2socks.config.clash;

import io.tun2socks.config.clash.DnsConfig.EnhancedMode;
import io.tun2socks.config.clash.DnsConfig.FilterMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads {@code dns}. */
final class DnsReader {
    private static final Map<String, EnhancedMode> MODES = Words.of(EnhancedMode.values());
    private static final Map<String, FilterMode> FILTER_MODES = Words.of(FilterMode.values());
    private static final List<String> DEFAULT_NAMESERVER =
            List.of("114.114.114.114", "223.5.5.5", "8.8.8.8", "1.0.0.1");
    private static final List<String> NAMESERVER = List.of("https://doh.pub/dns-query", "tls://223.5.5.5:853");
    private static final List<String> FAKE_IP_FILTER =
            List.of("dns.msftnsci.com", "www.msftnsci.com", "www.msftconnecttest.com");

    /** Where fake addresses begin unless said otherwise. */
    static final Prefix FAKE_IP_RANGE = Prefix.parse("198.18.0.1/16");

    private DnsReader() {}

    static DnsConfig read(Fields root) {
        Fields dns = root.section("dns");
        boolean enable = dns.bool("enable", false);
        boolean respectRules = dns.bool("respect-rules", false);
        DnsConfig.Servers servers = servers(dns);
        if (enable && servers.nameserver().isEmpty()) {
            dns.error("nameserver", "there is none; expected at least one while dns is enabled");
        }
        if (respectRules && servers.proxyServerNameserver().isEmpty()) {
            dns.error(
                    "respect-rules",
                    "proxy-server-nameserver is empty; expected a server, by which upstreams are found");
        }
        if (servers.defaultNameserver().isEmpty()) {
            dns.error("default-nameserver", "there is none; expected at least one");
        }
        DnsConfig config = new DnsConfig(
                enable,
                dns.text("listen", ""),
                dns.bool("ipv6", false),
                dns.integer("ipv6-timeout", 100, 0, Integer.MAX_VALUE),
                dns.bool("use-hosts", true),
                dns.bool("use-system-hosts", true),
                respectRules,
                dns.bool("prefer-h3", false),
                dns.choice("enhanced-mode", EnhancedMode.REDIR_HOST, MODES),
                dns.parsed("fake-ip-range", FAKE_IP_RANGE, "a block of addresses", Prefix::parse),
                dns.texts("fake-ip-filter", FAKE_IP_FILTER),
                dns.choice("fake-ip-filter-mode", FilterMode.BLACKLIST, FILTER_MODES),
                dns.text("cache-algorithm", "lru"),
                servers,
                fallbackFilter(dns),
                dns.line());
        dns.finish();
        return config;
    }

    private static DnsConfig.Servers servers(Fields dns) {
        return new DnsConfig.Servers(
                dns.texts("default-nameserver", DEFAULT_NAMESERVER),
                dns.texts("nameserver", NAMESERVER),
                dns.texts("fallback", List.of()),
                dns.texts("proxy-server-nameserver", List.of()),
                dns.texts("direct-nameserver", List.of()),
                dns.bool("direct-nameserver-follow-policy", false),
                policy(dns));
    }

    private static Map<String, List<String>> policy(Fields dns) {
        Map<String, List<String>> policy = new LinkedHashMap<>();
        for (Item item : dns.named("nameserver-policy")) {
            List<String> servers = new ArrayList<>();
            for (Node node : item.node() instanceof SequenceNode list ? list.getValue() : List.of(item.node())) {
                if (node instanceof ScalarNode scalar && !YamlTree.isNull(scalar)) {
                    servers.add(scalar.getValue());
                } else {
                    dns.findings()
                            .error(item.line(), item.path(), "found no server; expected a server or a list of servers");
                }
            }
            policy.put(item.name(), List.copyOf(servers));
        }
        return policy;
    }

    private static DnsConfig.FallbackFilter fallbackFilter(Fields dns) {
        Fields filter = dns.section("fallback-filter");
        DnsConfig.FallbackFilter config = new DnsConfig.FallbackFilter(
                filter.bool("geoip", true),
                filter.text("geoip-code", "CN"),
                filter.texts("geosite", List.of()),
                filter.texts("ipcidr", List.of()),
                filter.texts("domain", List.of()));
        filter.finish();
        return config;
    }
}
