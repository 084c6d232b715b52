package io.tun2socks.outbound.group;

import io.tun2socks.config.clash.ProxyProviderConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The proxies of a provider; those that a change leaves as they are keep their health. */
final class ProvidedProxies {
    private final ProxyProvider provider;
    private volatile List<Leaf> leaves = List.of();

    ProvidedProxies(ProxyProvider provider) {
        this.provider = provider;
        refresh();
    }

    ProxyProvider provider() {
        return provider;
    }

    List<Leaf> leaves() {
        return leaves;
    }

    /** Returns how the proxies are checked, or null if they are not. */
    ProxyProviderConfig.HealthCheck healthCheck() {
        ProxyProviderConfig.HealthCheck check = provider.healthCheck();
        return check == null || !check.enable() || check.url().isEmpty() || check.interval() <= 0 ? null : check;
    }

    synchronized void refresh() {
        Map<String, Leaf> before = new HashMap<>();
        for (Leaf leaf : leaves) {
            before.put(leaf.name(), leaf);
        }
        List<Leaf> now = new ArrayList<>();
        for (ProxyProvider.Entry entry : provider.proxies()) {
            Leaf known = before.get(entry.config().name());
            boolean same = known != null && known.isMadeFrom(entry.outbound(), entry.config());
            now.add(same ? known : new Leaf(entry.config().name(), entry.outbound(), entry.config()));
        }
        leaves = List.copyOf(now);
    }
}
