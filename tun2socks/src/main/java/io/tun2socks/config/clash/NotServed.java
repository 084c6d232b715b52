package io.tun2socks.config.clash;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The table of keys that are accepted but have no effect in this release. Lists are written {@code proxies[]}, entries
 * under free names {@code proxy-providers.NAME}.
 */
final class NotServed {
    private static final String INBOUND = "this release takes connections from the TUN device only";
    private static final String ROUTES =
            "routes and rules are not set by this release; set them with ip route and ip rule";
    private static final String CONTROLLER = "the controller is not served by this release";
    private static final String DNS =
            "this release neither serves DNS nor asks the servers named here; names are" + " resolved by the system";
    private static final String UPDATES = "geographic data is not updated by this release; replace the files";
    private static final String PLATFORM = "it means nothing on this platform";
    private static final String TRANSPORT = "this release does not speak it to upstreams";
    private static final String LOGGED_NOWHERE = "it concerns parts of mihomo that are not here";

    private static final Map<String, String> ABOUT = new LinkedHashMap<>();

    static {
        all(INBOUND, "port", "socks-port", "mixed-port", "redir-port", "tproxy-port", "allow-lan", "authentication");
        all(INBOUND, "bind-address", "skip-auth-prefixes", "lan-allowed-ips", "lan-disallowed-ips", "listeners");
        all(INBOUND, "tunnels", "inbound-tfo", "inbound-mptcp", "ss-config", "vmess-config", "tuic-server");
        all(CONTROLLER, "external-controller", "external-controller-tls", "external-controller-unix");
        all(CONTROLLER, "external-controller-pipe", "external-controller-cors", "external-ui", "external-ui-url");
        all(CONTROLLER, "external-ui-name", "external-doh-server", "secret");
        all(DNS, "dns", "tun.dns-hijack");
        all("names are not read from traffic by this release", "sniffer");
        all("the clock is the system's", "ntp");
        all("firewall rules are not set by this release", "iptables", "tun.auto-redirect");
        all("firewall rules are not set by this release", "tun.auto-redirect-input-mark");
        all("firewall rules are not set by this release", "tun.auto-redirect-output-mark");
        all(ROUTES, "tun.auto-route", "tun.strict-route", "tun.route-address", "tun.route-address-set");
        all(ROUTES, "tun.route-exclude-address", "tun.route-exclude-address-set", "tun.inet4-route-address");
        all(ROUTES, "tun.inet6-route-address", "tun.inet4-route-exclude-address", "tun.inet6-route-exclude-address");
        all(ROUTES, "tun.include-interface", "tun.exclude-interface", "tun.include-uid", "tun.include-uid-range");
        all(ROUTES, "tun.exclude-uid", "tun.exclude-uid-range", "tun.iproute2-table-index", "tun.iproute2-rule-index");
        all("the interface is not sought by this release; name it with interface-name", "tun.auto-detect-interface");
        all("offloads are used whenever the kernel has them", "tun.gso", "tun.gso-max-size");
        all("the stack is this program's own", "tun.stack");
        all("UDP is always independent of the endpoint", "tun.endpoint-independent-nat");
        all(PLATFORM, "tun.include-android-user", "tun.include-package", "tun.exclude-package", "clash-for-android");
        all("fake addresses are not served by this release", "profile.store-fake-ip");
        all(UPDATES, "geo-auto-update", "geo-update-interval");
        all("the data is always kept in one form", "geodata-loader", "geosite-matcher");
        all(LOGGED_NOWHERE, "experimental", "global-client-fingerprint", "tls");
        all(TRANSPORT, "proxies[].tfo", "proxies[].smux", "proxies[].client-fingerprint", "proxies[].udp-over-tcp");
        all(TRANSPORT, "proxy-providers.NAME.override.tfo", "proxy-providers.NAME.override.mptcp");
        all(TRANSPORT, "proxy-providers.NAME.override.udp-over-tcp", "proxy-providers.NAME.override.up");
        all(TRANSPORT, "proxy-providers.NAME.override.down");
        all(
                "names are changed by additional-prefix and additional-suffix only",
                "proxy-providers.NAME.override.proxy-name");
    }

    private NotServed() {}

    private static void all(String about, String... keys) {
        for (String key : keys) {
            ABOUT.put(key, about);
        }
    }

    /** Returns why a key has no effect; nothing if it has its effect. */
    static Optional<String> about(String pattern) {
        return Optional.ofNullable(ABOUT.get(pattern));
    }

    /** Returns the table. */
    static Map<String, String> table() {
        return Map.copyOf(ABOUT);
    }
}
