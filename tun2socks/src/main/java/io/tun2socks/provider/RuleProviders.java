package io.tun2socks.provider;

import io.tun2socks.config.clash.ProviderType;
import io.tun2socks.config.clash.RuleProviderConfig;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.model.RuleSets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The rule providers of a configuration. Their sets are there from the start, empty if need be, and change when they are
 * renewed. Any thread, but {@link #start} and {@link #close}: the one that composes the program.
 */
public final class RuleProviders implements RuleSets, AutoCloseable {
    private static final RuleSet EMPTY = new RuleSet() {
        @Override
        public boolean matches(FlowMetadata flow) {
            return false;
        }

        @Override
        public int size() {
            return 0;
        }

        @Override
        public boolean needsAddress() {
            return false;
        }

        @Override
        public boolean needsProcess() {
            return false;
        }
    };

    /** Makes sets of contents. */
    public interface Reader {
        /**
         * Reads a file's contents.
         *
         * @param provider whose they are
         * @param content the bytes
         * @return the set
         * @throws Exception if they are unusable; the message says why
         */
        RuleSet read(RuleProviderConfig provider, byte[] content) throws Exception;

        /**
         * Reads what the configuration itself holds.
         *
         * @param provider whose payload is read
         * @return the set
         * @throws Exception if an entry is wrong; the message says which and why
         */
        RuleSet inline(RuleProviderConfig provider) throws Exception;
    }

    private final Map<String, Provider> providers = new LinkedHashMap<>();
    private final Timers timers;

    /**
     * Prepares the providers; reads nothing but what the configuration holds.
     *
     * @param configs the providers
     * @param reader makes their sets
     * @param download fetches them
     * @param timers the thread they work on; the caller's to close
     * @throws Exception if an inline provider is wrong; the message names it
     */
    public RuleProviders(List<RuleProviderConfig> configs, Reader reader, Download download, Timers timers)
            throws Exception {
        this.timers = timers;
        for (RuleProviderConfig config : configs) {
            Provider provider = new Provider(config);
            if (config.type() == ProviderType.INLINE) {
                provider.current = reader.inline(config);
                provider.madeAt = timers.now();
            } else {
                provider.updater = new Updater(source(config), timers, download, content -> {
                    RuleSet set = reader.read(config, content);
                    provider.current = set;
                    return set.size();
                });
            }
            providers.put(config.name(), provider);
        }
    }

    private static Source source(RuleProviderConfig config) {
        Download.Request request = config.type() != ProviderType.HTTP
                ? null
                : new Download.Request(config.url(), config.proxy(), config.header(), config.sizeLimit(), "");
        return new Source(
                "rule provider",
                config.name(),
                config.type(),
                config.path(),
                Duration.ofSeconds(config.interval()),
                request);
    }

    /** Reads what is on the disk and begins to fetch the rest; does not wait for the network. */
    public void start() {
        for (Provider provider : providers.values()) {
            if (provider.updater != null) {
                provider.updater.start();
            }
        }
    }

    @Override
    public Holder find(String name) {
        return providers.get(name);
    }

    /**
     * Renews a provider now.
     *
     * @param name its name
     * @return completes with its status after the attempt; null if there is no such provider
     */
    public CompletableFuture<ProviderStatus> update(String name) {
        Provider provider = providers.get(name);
        if (provider == null) {
            return null;
        }
        return provider.updater == null
                ? CompletableFuture.completedFuture(provider.status())
                : provider.updater.update();
    }

    /** Returns how all providers are, in the order of the configuration. */
    public List<ProviderStatus> status() {
        List<ProviderStatus> all = new ArrayList<>();
        providers.values().forEach(provider -> all.add(provider.status()));
        return all;
    }

    @Override
    public void close() {
        for (Provider provider : providers.values()) {
            if (provider.updater != null) {
                timers.execute(provider.updater::close);
            }
        }
    }

    private static final class Provider implements Holder {
        private final RuleProviderConfig config;
        private volatile RuleSet current = EMPTY;
        private Instant madeAt;
        private Updater updater;

        Provider(RuleProviderConfig config) {
            this.config = config;
        }

        @Override
        public RuleSet current() {
            return current;
        }

        ProviderStatus status() {
            return updater == null
                    ? new ProviderStatus(config.name(), config.type(), current.size(), madeAt, "", null)
                    : updater.status();
        }
    }
}
