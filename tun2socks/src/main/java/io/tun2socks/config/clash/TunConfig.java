package io.tun2socks.config.clash;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ranges;
import java.util.List;

/**
 * The section {@code tun}.
 *
 * @param enable whether there is a device
 * @param device its name; empty for the program's default
 * @param mtu 576 to 65535
 * @param inet4Address its IPv4 addresses
 * @param inet6Address its IPv6 addresses; empty if IPv6 is off
 * @param autoRoute whether the routes through it are set
 * @param autoDetectInterface whether the interface to go out by is sought
 * @param dnsHijack where DNS questions are answered by the program, such as {@code any:53}
 * @param strictRoute whether nothing may go past it
 * @param gso whether super-segments are used
 * @param gsoMaxSize their greatest size in bytes; 0 for the program's default
 * @param udpTimeout seconds without a datagram after which a session ends
 * @param fileDescriptor an open descriptor of the device; 0 for none
 * @param routes what is routed and what is not
 * @param line where it stands in the file, from 1; 0 if it does not
 */
public record TunConfig(
        boolean enable,
        String device,
        int mtu,
        List<Prefix> inet4Address,
        List<Prefix> inet6Address,
        boolean autoRoute,
        boolean autoDetectInterface,
        List<String> dnsHijack,
        boolean strictRoute,
        boolean gso,
        int gsoMaxSize,
        int udpTimeout,
        int fileDescriptor,
        Routes routes,
        int line) {
    /** Copies the lists. */
    public TunConfig {
        inet4Address = List.copyOf(inet4Address);
        inet6Address = List.copyOf(inet6Address);
        dnsHijack = List.copyOf(dnsHijack);
    }

    /**
     * What is routed to the device. Empty lists restrict nothing.
     *
     * @param routeAddress the blocks that are
     * @param routeExcludeAddress the blocks that are not
     * @param routeAddressSet rule providers whose blocks are
     * @param routeExcludeAddressSet rule providers whose blocks are not
     * @param includeInterface interfaces whose forwarded traffic is
     * @param excludeInterface interfaces whose forwarded traffic is not
     * @param includeUid users whose traffic is
     * @param excludeUid users whose traffic is not
     * @param tableIndex the routing table; 0 for the program's default
     * @param ruleIndex the first priority of the policy rules; 0 for the program's default
     */
    public record Routes(
            List<Cidr> routeAddress,
            List<Cidr> routeExcludeAddress,
            List<String> routeAddressSet,
            List<String> routeExcludeAddressSet,
            List<String> includeInterface,
            List<String> excludeInterface,
            List<Ranges.Range> includeUid,
            List<Ranges.Range> excludeUid,
            int tableIndex,
            int ruleIndex) {
        /** Copies the lists. */
        public Routes {
            routeAddress = List.copyOf(routeAddress);
            routeExcludeAddress = List.copyOf(routeExcludeAddress);
            routeAddressSet = List.copyOf(routeAddressSet);
            routeExcludeAddressSet = List.copyOf(routeExcludeAddressSet);
            includeInterface = List.copyOf(includeInterface);
            excludeInterface = List.copyOf(excludeInterface);
            includeUid = List.copyOf(includeUid);
            excludeUid = List.copyOf(excludeUid);
        }
    }
}
