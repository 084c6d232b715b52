package io.tun2socks.config.clash;

import io.tun2socks.config.clash.ProxyProviderConfig.Changes;
import io.tun2socks.config.clash.ProxyProviderConfig.HealthCheck;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code proxy-providers}. */
final class ProxyProviderReader {
    /** What health checks ask for unless said otherwise. */
    static final String DEFAULT_URL = "https://www.gstatic.com/generate_204";
    /** Milliseconds that a health check may take unless said otherwise. */
    static final int DEFAULT_TIMEOUT = 5000;
    /** Seconds between health checks unless said otherwise. */
    static final int DEFAULT_INTERVAL = 300;

    private final ReadOptions options;
    private final ProxyReader proxies;

    ProxyProviderReader(ReadOptions options, ProxyReader proxies) {
        this.options = options;
        this.proxies = proxies;
    }

    List<ProxyProviderConfig> read(Fields root) {
        List<ProxyProviderConfig> providers = new ArrayList<>();
        for (Item item : root.named("proxy-providers")) {
            Fields fields = Fields.of(item, Fields.Style.LOOSE, root.findings());
            if (item.name().equals(ReservedNames.DEFAULT_PROVIDER)
                    || item.name().isEmpty()) {
                fields.error("", Findings.quote(item.name()) + " is reserved; expected another name");
            }
            providers.add(provider(item, fields));
            fields.finish();
        }
        return providers;
    }

    private ProxyProviderConfig provider(Item item, Fields fields) {
        ProviderFields common = ProviderFields.read(fields, "proxies", options);
        List<ProxyConfig> payload = proxies.read(fields.items("payload"), true);
        if (common.type() == ProviderType.INLINE && fields.has("type") && !fields.has("payload")) {
            fields.error("payload", "there is none; expected a list of proxies in an inline provider");
        }
        return new ProxyProviderConfig(
                item.name(),
                common.type(),
                common.url(),
                common.path(),
                common.interval(),
                common.proxy(),
                common.header(),
                common.sizeLimit(),
                FilterReader.filter(fields),
                FilterReader.excludeFilter(fields),
                FilterReader.excludeType(fields),
                fields.text("dialer-proxy", ""),
                changes(fields),
                healthCheck(fields),
                payload,
                item.line());
    }

    private static Changes changes(Fields provider) {
        Fields override = provider.section("override");
        override.known("tfo", "mptcp", "udp-over-tcp", "up", "down", "proxy-name");
        Changes changes = new Changes(
                override.boolOrNull("udp"),
                override.boolOrNull("skip-cert-verify"),
                override.text("dialer-proxy", null),
                override.text("interface-name", null),
                override.has("routing-mark")
                        ? Integer.valueOf(override.integer("routing-mark", 0, Integer.MIN_VALUE, Integer.MAX_VALUE))
                        : null,
                override.choice("ip-version", null, ProxyReader.IP_VERSIONS),
                override.text("additional-prefix", null),
                override.text("additional-suffix", null));
        override.finish();
        return changes;
    }

    private static HealthCheck healthCheck(Fields provider) {
        Fields check = provider.section("health-check");
        boolean enable = check.bool("enable", false);
        int interval = check.integer("interval", 0, 0, Integer.MAX_VALUE);
        int timeout = check.integer("timeout", 0, 0, Integer.MAX_VALUE);
        String url = check.text("url", "");
        HealthCheck config = new HealthCheck(
                enable,
                url.isEmpty() ? DEFAULT_URL : url,
                enable && interval == 0 ? DEFAULT_INTERVAL : interval,
                timeout == 0 ? DEFAULT_TIMEOUT : timeout,
                check.bool("lazy", true),
                check.parsed("expected-status", "*", "HTTP status numbers", NumberRanges::status));
        check.finish();
        return config;
    }
}
