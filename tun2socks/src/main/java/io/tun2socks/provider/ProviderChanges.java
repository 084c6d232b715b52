package io.tun2socks.provider;

import io.tun2socks.config.clash.NameFilter;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyProviderConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a provider does to the proxies of its file: which it takes, in which order, and what it changes in them. */
final class ProviderChanges {
    private ProviderChanges() {}

    /**
     * Applies them.
     *
     * @param provider the provider
     * @param proxies as read
     * @return those that are taken, changed; in the order of the filter's expressions, each name once
     */
    static List<ProxyConfig> apply(ProxyProviderConfig provider, List<ProxyConfig> proxies) {
        Map<String, ProxyConfig> taken = new LinkedHashMap<>();
        if (provider.filter().isEmpty()) {
            proxies.forEach(proxy -> take(provider, proxy, taken));
        } else {
            for (Pattern pattern : provider.filter().patterns()) {
                for (ProxyConfig proxy : proxies) {
                    if (pattern.matcher(proxy.name()).find()) {
                        take(provider, proxy, taken);
                    }
                }
            }
        }
        return List.copyOf(taken.values());
    }

    private static void take(ProxyProviderConfig provider, ProxyConfig proxy, Map<String, ProxyConfig> taken) {
        NameFilter exclude = provider.excludeFilter();
        String type = proxy.type().name().toLowerCase(java.util.Locale.ROOT).replace("_", "");
        if (!exclude.finds(proxy.name()) && !provider.excludeType().contains(type)) {
            ProxyConfig changed = changed(proxy, provider);
            taken.putIfAbsent(changed.name(), changed);
        }
    }

    private static ProxyConfig changed(ProxyConfig proxy, ProxyProviderConfig provider) {
        ProxyProviderConfig.Changes to = provider.override();
        ProxyConfig.Tls tls = proxy.tls();
        if (tls != null && to.skipCertVerify() != null) {
            tls = new ProxyConfig.Tls(
                    tls.sni(), to.skipCertVerify(), tls.fingerprint(), tls.certificate(), tls.privateKey(), tls.alpn());
        }
        String dialer = or(to.dialerProxy(), proxy.dialerProxy());
        return new ProxyConfig(
                or(to.additionalPrefix(), "") + proxy.name() + or(to.additionalSuffix(), ""),
                proxy.type(),
                proxy.server(),
                proxy.port(),
                proxy.username(),
                proxy.password(),
                tls,
                or(to.udp(), proxy.udp()),
                proxy.headers(),
                or(to.ipVersion(), proxy.ipVersion()),
                or(to.interfaceName(), proxy.interfaceName()),
                or(to.routingMark(), proxy.routingMark()),
                dialer.isEmpty() ? provider.dialerProxy() : dialer,
                proxy.mptcp(),
                proxy.line());
    }

    private static <T> T or(T changed, T otherwise) {
        return changed == null ? otherwise : changed;
    }
}
