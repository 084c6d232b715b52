package io.tun2socks.config.clash;

import java.util.List;
import java.util.Set;

/**
 * One entry of {@code proxy-groups}. {@code include-all}, {@code include-all-proxies} and {@code include-all-providers}
 * are already written out in {@code proxies} and {@code use}.
 *
 * @param name unique among proxies and groups
 * @param type how it chooses
 * @param proxies the names of its own members, in order
 * @param use the names of proxy providers whose proxies are members too, in order
 * @param filter which of the providers' proxies are taken
 * @param excludeFilter which of them are left out
 * @param excludeType types, in lower case as mihomo prints them (such as {@code http}), that are left out
 * @param url what health checks ask for
 * @param interval seconds between health checks; 0 for none
 * @param timeout milliseconds that a health check may take
 * @param lazy whether health checks rest while the group is not used
 * @param maxFailedTimes failures of connections within the timeout after which a health check is made at once
 * @param expectedStatus the HTTP status of a good answer, as {@code 200/204/300-399}; {@code *} for any
 * @param tolerance milliseconds by which another member must be faster to be taken (url-test)
 * @param strategy how load is spread (load-balance)
 * @param disableUdp whether UDP is refused
 * @param interfaceName for members that set none; empty for none
 * @param routingMark for members that set none; 0 for none
 * @param hidden for dashboards
 * @param icon for dashboards
 * @param line where it stands in the file, from 1; 0 if unknown
 */
public record GroupConfig(
        String name,
        Type type,
        List<String> proxies,
        List<String> use,
        NameFilter filter,
        NameFilter excludeFilter,
        Set<String> excludeType,
        String url,
        int interval,
        int timeout,
        boolean lazy,
        int maxFailedTimes,
        String expectedStatus,
        int tolerance,
        Strategy strategy,
        boolean disableUdp,
        String interfaceName,
        int routingMark,
        boolean hidden,
        String icon,
        int line) {
    /** Copies the collections. */
    public GroupConfig {
        proxies = List.copyOf(proxies);
        use = List.copyOf(use);
        excludeType = Set.copyOf(excludeType);
    }

    /** How a group chooses. */
    public enum Type {
        /** By hand. */
        SELECT,
        /** The fastest. */
        URL_TEST,
        /** The first that is alive. */
        FALLBACK,
        /** Spread over all that are alive. */
        LOAD_BALANCE,
        /** Through all of them, one after the other. */
        RELAY
    }

    /** How {@code load-balance} spreads. */
    public enum Strategy {
        /** By the destination's registered domain. */
        CONSISTENT_HASHING,
        /** One after the other. */
        ROUND_ROBIN,
        /** By source and destination, as long as the member lives. */
        STICKY_SESSIONS
    }
}
