package io.tun2socks.outbound.group;

import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyProviderConfig;
import io.tun2socks.outbound.Outbound;
import java.util.List;

/** Provides proxies that may change. Any thread. */
public interface ProxyProvider {
    /**
     * A proxy.
     *
     * @param config what it was made from; its name is the proxy's
     * @param outbound the way through it; belongs to the provider
     */
    record Entry(ProxyConfig config, Outbound outbound) {}

    /** Returns the name by which groups use it. */
    String name();

    /** Returns the proxies at present, in order; a list that does not change. */
    List<Entry> proxies();

    /** Returns how the proxies are checked, or null if they are not. */
    ProxyProviderConfig.HealthCheck healthCheck();

    /**
     * Has changes told.
     *
     * @param listener called on any thread after the proxies have changed
     */
    void onChange(Runnable listener);
}
