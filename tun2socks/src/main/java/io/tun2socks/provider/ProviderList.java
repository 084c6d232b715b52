package io.tun2socks.provider;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Providers by name, in the order of the configuration. Filled by one thread, then for any. */
final class ProviderList<P extends Provided> {
    private final Map<String, P> providers = new LinkedHashMap<>();
    private final Timers timers;

    ProviderList(Timers timers) {
        this.timers = timers;
    }

    void add(String name, P provider) {
        providers.put(name, provider);
    }

    /** Returns a provider, or null. */
    P find(String name) {
        return providers.get(name);
    }

    Collection<P> all() {
        return providers.values();
    }

    /** Loads what is on the disk, and begins to fetch the rest. */
    void start() {
        for (P provider : providers.values()) {
            if (provider.updater() != null) {
                provider.updater().start();
            }
        }
    }

    /** Renews a provider; returns null if there is none of that name. */
    CompletableFuture<ProviderStatus> update(String name) {
        P provider = providers.get(name);
        if (provider == null) {
            return null;
        }
        return provider.updater() == null
                ? CompletableFuture.completedFuture(provider.status())
                : provider.updater().update();
    }

    List<ProviderStatus> status() {
        List<ProviderStatus> all = new ArrayList<>();
        providers.values().forEach(provider -> all.add(provider.status()));
        return all;
    }

    /** Ends renewing. */
    void stop() {
        for (P provider : providers.values()) {
            if (provider.updater() != null) {
                timers.execute(provider.updater()::close);
            }
        }
    }
}
