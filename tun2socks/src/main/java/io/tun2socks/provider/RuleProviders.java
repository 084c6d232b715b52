package io.tun2socks.provider;

import io.tun2socks.config.clash.ProviderType;
import io.tun2socks.config.clash.RuleProviderConfig;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.model.RuleSets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    private final ProviderList<Provider> providers;

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
        providers = new ProviderList<>(timers);
        for (RuleProviderConfig config : configs) {
            Provider provider = new Provider(config, timers.now());
            if (config.type() == ProviderType.INLINE) {
                provider.current = reader.inline(config);
            } else {
                provider.updater(new Updater(source(config), timers, download, content -> {
                    RuleSet set = reader.read(config, content);
                    provider.current = set;
                    return set.size();
                }));
            }
            providers.add(config.name(), provider);
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
        providers.start();
    }

    @Override
    public Holder find(String name) {
        return providers.find(name);
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

    /** Ends renewing; what is in use stays. */
    @Override
    public void close() {
        providers.stop();
    }

    private static final class Provider extends Provided implements Holder {
        private volatile RuleSet current = EMPTY;

        Provider(RuleProviderConfig config, Instant madeAt) {
            super(config.name(), config.type(), madeAt);
        }

        @Override
        public RuleSet current() {
            return current;
        }

        @Override
        int size() {
            return current.size();
        }
    }
}
