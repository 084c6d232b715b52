package io.tun2socks.config.clash;

import io.tun2socks.rules.model.Cidr;
import java.util.List;

/** Reads the small sections: inbound ports, controller, profile, geographic data. */
final class MiscReader {
    private static final int MAX_PORT = 65535;
    private static final String DATA = "https://github.com/MetaCubeX/meta-rules-dat/releases/download/latest/";
    private static final String DASHBOARD = "https://github.com/MetaCubeX/metacubexd/archive/refs/heads/gh-pages.zip";
    private static final List<Cidr> EVERYWHERE = List.of(block("0.0.0.0/0"), block("::/0"));

    private MiscReader() {}

    static InboundConfig inbound(Fields root) {
        root.known("listeners", "tunnels", "inbound-tfo", "inbound-mptcp", "ss-config", "vmess-config", "tuic-server");
        return new InboundConfig(
                root.integer("port", 0, 0, MAX_PORT),
                root.integer("socks-port", 0, 0, MAX_PORT),
                root.integer("mixed-port", 0, 0, MAX_PORT),
                root.integer("redir-port", 0, 0, MAX_PORT),
                root.integer("tproxy-port", 0, 0, MAX_PORT),
                root.bool("allow-lan", false),
                root.text("bind-address", "*"),
                root.texts("authentication", List.of()),
                root.parsedList("skip-auth-prefixes", List.of(), MiscReader::block),
                root.parsedList("lan-allowed-ips", EVERYWHERE, MiscReader::block),
                root.parsedList("lan-disallowed-ips", List.of(), MiscReader::block));
    }

    static ControllerConfig controller(Fields root) {
        root.known("external-controller-pipe");
        Fields cors = root.section("external-controller-cors");
        ControllerConfig config = new ControllerConfig(
                root.text("external-controller", ""),
                root.text("external-controller-tls", ""),
                root.text("external-controller-unix", ""),
                root.text("secret", ""),
                cors.texts("allow-origins", List.of("*")),
                cors.bool("allow-private-network", true),
                root.text("external-ui", ""),
                root.text("external-ui-name", ""),
                root.text("external-ui-url", DASHBOARD),
                root.text("external-doh-server", ""));
        cors.finish();
        return config;
    }

    static ProfileConfig profile(Fields root) {
        Fields profile = root.section("profile");
        ProfileConfig config =
                new ProfileConfig(profile.bool("store-selected", true), profile.bool("store-fake-ip", false));
        profile.finish();
        return config;
    }

    static GeoConfig geo(Fields root) {
        root.known("geodata-loader", "geosite-matcher");
        Fields urls = root.section("geox-url");
        GeoConfig config = new GeoConfig(
                root.bool("geodata-mode", false),
                urls.text("geoip", DATA + "geoip.dat"),
                urls.text("geosite", DATA + "geosite.dat"),
                urls.text("mmdb", DATA + "geoip.metadb"),
                urls.text("asn", DATA + "GeoLite2-ASN.mmdb"),
                root.bool("geo-auto-update", false),
                root.integer("geo-update-interval", 24, 1, Integer.MAX_VALUE));
        urls.finish();
        return config;
    }

    private static Cidr block(String text) {
        return Cidr.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        Findings.quote(text) + " is not a block of addresses; expected such as 10.0.0.0/8"));
    }
}
