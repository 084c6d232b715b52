package io.tun2socks.config.clash;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One entry of {@code proxy-providers}.
 *
 * @param name unique among proxy providers
 * @param type where the proxies come from
 * @param url where they are fetched; empty unless http
 * @param path the file, or the cache; null for inline
 * @param interval seconds between updates; 0 for none
 * @param proxy the proxy or group to fetch through; empty for directly
 * @param header sent when fetching
 * @param sizeLimit bytes that a download may have; 0 for no limit
 * @param filter which proxies are taken
 * @param excludeFilter which are left out
 * @param excludeType types, in lower case, that are left out
 * @param dialerProxy for proxies that set none; empty for none
 * @param override what is changed in each proxy
 * @param healthCheck how the proxies are checked
 * @param payload the proxies themselves, inline or for when the file is not there
 * @param line where it stands in the file, from 1; 0 if unknown
 */
public record ProxyProviderConfig(
        String name,
        ProviderType type,
        String url,
        Path path,
        int interval,
        String proxy,
        Map<String, List<String>> header,
        long sizeLimit,
        NameFilter filter,
        NameFilter excludeFilter,
        Set<String> excludeType,
        String dialerProxy,
        Changes override,
        HealthCheck healthCheck,
        List<ProxyConfig> payload,
        int line) {
    /** Copies the collections. */
    public ProxyProviderConfig {
        header = Map.copyOf(header);
        excludeType = Set.copyOf(excludeType);
        payload = List.copyOf(payload);
    }

    /**
     * How the proxies of a provider are checked.
     *
     * @param enable whether they are
     * @param url what is asked for
     * @param interval seconds between checks; 0 for none
     * @param timeout milliseconds that a check may take
     * @param lazy whether checks rest while no group uses the provider
     * @param expectedStatus the HTTP status of a good answer, {@code *} for any
     */
    public record HealthCheck(
            boolean enable, String url, int interval, int timeout, boolean lazy, String expectedStatus) {}

    /**
     * What is changed in each proxy of a provider; null leaves it as it is.
     *
     * @param udp whether UDP may go through it
     * @param skipCertVerify whether any certificate will do
     * @param dialerProxy through which the upstream is reached
     * @param interfaceName the interface to go out by
     * @param routingMark the mark of its packets
     * @param ipVersion which addresses are used
     * @param additionalPrefix put before the name
     * @param additionalSuffix put behind the name
     */
    public record Changes(
            Boolean udp,
            Boolean skipCertVerify,
            String dialerProxy,
            String interfaceName,
            Integer routingMark,
            ProxyConfig.IpVersion ipVersion,
            String additionalPrefix,
            String additionalSuffix) {
        /** Changes nothing. */
        public static final Changes NONE = new Changes(null, null, null, null, null, null, null, null);
    }
}
