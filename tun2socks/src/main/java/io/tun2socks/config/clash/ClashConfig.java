package io.tun2socks.config.clash;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A configuration in clash's format, checked, with defaults filled in. Immutable.
 *
 * @param general what concerns the whole program
 * @param inbound ports that programs use as proxies
 * @param tun the device
 * @param dns answers to DNS questions
 * @param sniffer names read from traffic
 * @param controller the REST API
 * @param profile what outlives the process
 * @param geo geographic data
 * @param proxies the proxies, in order
 * @param groups the groups, in order
 * @param proxyProviders the proxy providers, in order
 * @param ruleProviders the rule providers, in order
 * @param rules the rules as they are written, in order
 * @param subRules lists of rules that rules go to, by name, in order
 * @param leftOut the names of proxies that were left out since their types are not served
 */
public record ClashConfig(
        GeneralConfig general,
        InboundConfig inbound,
        TunConfig tun,
        DnsConfig dns,
        SnifferConfig sniffer,
        ControllerConfig controller,
        ProfileConfig profile,
        GeoConfig geo,
        List<ProxyConfig> proxies,
        List<GroupConfig> groups,
        List<ProxyProviderConfig> proxyProviders,
        List<RuleProviderConfig> ruleProviders,
        List<RuleLine> rules,
        Map<String, List<RuleLine>> subRules,
        Set<String> leftOut) {
    /** Copies the collections, keeping their order. */
    public ClashConfig {
        proxies = List.copyOf(proxies);
        groups = List.copyOf(groups);
        proxyProviders = List.copyOf(proxyProviders);
        ruleProviders = List.copyOf(ruleProviders);
        rules = List.copyOf(rules);
        subRules = Collections.unmodifiableMap(new LinkedHashMap<>(subRules));
        leftOut = Collections.unmodifiableSet(new LinkedHashSet<>(leftOut));
    }
}
