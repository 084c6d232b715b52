package io.tun2socks.provider;

import io.tun2socks.config.clash.ProviderType;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyProviderConfig;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.group.ProxyProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * The proxy providers of a configuration. Their proxies are there from the start, none if need be, and change when they
 * are renewed. Any thread, but {@link #start} and {@link #close}: the one that composes the program.
 */
public final class ProxyProviders implements AutoCloseable {
    /** How long a proxy that has gone may still be used by connections that are being opened. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    /** Reads the proxies of a file. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads a file's contents.
         *
         * @param provider whose they are
         * @param content the bytes
         * @return the proxies, in order
         * @throws Exception if they are unusable; the message says why
         */
        List<ProxyConfig> read(ProxyProviderConfig provider, byte[] content) throws Exception;
    }

    private final ProviderList<Provider> providers;

    /**
     * Prepares the providers; reads nothing but what the configuration holds.
     *
     * @param configs the providers
     * @param reader reads their files
     * @param factory makes ways out of proxies
     * @param download fetches the files
     * @param timers the thread they work on; the caller's to close
     */
    public ProxyProviders(
            List<ProxyProviderConfig> configs,
            Reader reader,
            Function<ProxyConfig, Outbound> factory,
            Download download,
            Timers timers) {
        providers = new ProviderList<>(timers);
        for (ProxyProviderConfig config : configs) {
            Provider provider = new Provider(config, factory, timers);
            if (config.type() == ProviderType.INLINE) {
                provider.use(config.payload());
            } else {
                provider.updater(new Updater(
                        source(config), timers, download, content -> provider.use(reader.read(config, content))));
            }
            providers.add(config.name(), provider);
        }
    }

    private static Source source(ProxyProviderConfig config) {
        Download.Request request = config.type() != ProviderType.HTTP
                ? null
                : new Download.Request(config.url(), config.proxy(), config.header(), config.sizeLimit(), "");
        return new Source(
                "proxy provider",
                config.name(),
                config.type(),
                config.path(),
                Duration.ofSeconds(config.interval()),
                request);
    }

    /** Reads what is on the disk and begins to fetch the rest; does not wait for the network. */
    public void start() {
        providers.start();
    }

    /** Returns the providers, in the order of the configuration. */
    public List<ProxyProvider> all() {
        return List.copyOf(providers.all());
    }

    /**
     * Renews a provider now.
     *
     * @param name its name
     * @return completes with its status after the attempt; null if there is no such provider
     */
    public CompletableFuture<ProviderStatus> update(String name) {
        return providers.update(name);
    }

    /** Returns how all providers are, in the order of the configuration. */
    public List<ProviderStatus> status() {
        return providers.status();
    }

    /** Ends renewing; the proxies stay. */
    public void stop() {
        providers.stop();
    }

    /** Ends renewing, and lets go of the proxies. */
    @Override
    public void close() {
        providers.stop();
        for (Provider provider : providers.all()) {
            provider.proxies.forEach(entry -> entry.outbound().close());
        }
    }

    private static final class Provider extends Provided implements ProxyProvider {
        private final ProxyProviderConfig config;
        private final Function<ProxyConfig, Outbound> factory;
        private final Timers timers;
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private volatile List<Entry> proxies = List.of();

        Provider(ProxyProviderConfig config, Function<ProxyConfig, Outbound> factory, Timers timers) {
            super(config.name(), config.type(), timers.now());
            this.config = config;
            this.factory = factory;
            this.timers = timers;
        }

        @Override
        public String name() {
            return config.name();
        }

        @Override
        public List<Entry> proxies() {
            return proxies;
        }

        @Override
        public ProxyProviderConfig.HealthCheck healthCheck() {
            return config.healthCheck();
        }

        @Override
        public void onChange(Runnable listener) {
            listeners.add(listener);
        }

        /** Proxies that have stayed as they were keep their ways out, and what is known of these. */
        int use(List<ProxyConfig> read) {
            Map<ProxyConfig, Entry> before = new LinkedHashMap<>();
            proxies.forEach(entry -> before.put(entry.config(), entry));
            List<Entry> entries = new ArrayList<>();
            for (ProxyConfig proxy : ProviderChanges.apply(config, read)) {
                Entry kept = before.remove(proxy);
                entries.add(kept == null ? new Entry(proxy, factory.apply(proxy)) : kept);
            }
            if (entries.isEmpty()) {
                throw new IllegalArgumentException("it holds no proxy that can be used");
            }
            proxies = List.copyOf(entries);
            listeners.forEach(Runnable::run);
            timers.after(
                    GRACE,
                    () -> before.values().forEach(entry -> entry.outbound().close()));
            return entries.size();
        }

        @Override
        int size() {
            return proxies.size();
        }
    }
}
