package io.tun2socks.assembly;

import io.tun2socks.config.clash.ClashConfig;
import io.tun2socks.config.clash.GeoConfig;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.RuleProviderConfig;
import io.tun2socks.provider.ContentLimit;
import io.tun2socks.provider.Download;
import io.tun2socks.provider.RuleProviders;
import io.tun2socks.provider.Timers;
import io.tun2socks.rules.geo.GeoFiles;
import io.tun2socks.rules.geo.GeoUrls;
import io.tun2socks.rules.match.RuleCompileException;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.match.RuleTable;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.model.RuleSets;
import io.tun2socks.rules.parse.RuleParser;
import io.tun2socks.rules.provider.LoadedRuleSet;
import io.tun2socks.rules.provider.RuleSetBehavior;
import io.tun2socks.rules.provider.RuleSetException;
import io.tun2socks.rules.provider.RuleSetFormat;
import io.tun2socks.rules.provider.RuleSetLimits;
import io.tun2socks.rules.provider.RuleSetReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules of a configuration, compiled, with the providers and the geographic data that they ask. */
public final class RuleBook implements AutoCloseable {
    /** The targets that every configuration has. */
    public static final List<String> BUILT_IN =
            List.of("DIRECT", "REJECT", "REJECT-DROP", "PASS", "COMPATIBLE", "GLOBAL");

    private static final RuleSetLimits LIMITS = new RuleSetLimits(ContentLimit.bytes(), ContentLimit.unpackedBytes());
    private static final Logger log = LoggerFactory.getLogger(RuleBook.class);

    private final String file;
    private final GeoFiles geo;
    private final RuleProviders providers;
    private final List<Rule> rules;
    private final Map<String, List<Rule>> subRules;
    private final RuleMatcher matcher;

    /**
     * Reads and compiles.
     *
     * @param file the configuration's name, for messages
     * @param home where geographic data lies
     * @param config the configuration
     * @param download fetches rule providers, once {@link RuleProviders#start} is called
     * @param timers the thread of the providers; the caller's to close
     * @throws AssemblyException if a rule or a provider of the configuration cannot be followed
     */
    public RuleBook(String file, Path home, ClashConfig config, Download download, Timers timers)
            throws AssemblyException {
        this.file = file;
        geo = geo(home, config.geo());
        try {
            providers = providers(config.ruleProviders(), download, timers);
            RuleReader reader = new RuleReader(
                    file,
                    targets(config),
                    config.leftOut(),
                    config.ruleProviders().stream()
                            .map(RuleProviderConfig::name)
                            .toList(),
                    config.subRules().keySet());
            rules = reader.read(config.rules(), "rules");
            subRules = reader.readAll(config.subRules());
            if (!reader.errors().isEmpty()) {
                throw new AssemblyException(reader.errors());
            }
            reader.warnings().forEach(log::warn);
            matcher = compile(rules, subRules, providers);
        } catch (AssemblyException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Returns the names that rules may have as their target.
     *
     * @param config the configuration
     * @return the names, built-in ones included
     */
    public static Set<String> targets(ClashConfig config) {
        Set<String> names = new LinkedHashSet<>(BUILT_IN);
        config.proxies().stream().map(ProxyConfig::name).forEach(names::add);
        config.groups().stream().map(GroupConfig::name).forEach(names::add);
        return names;
    }

    private static GeoFiles geo(Path home, GeoConfig config) {
        return new GeoFiles(
                home,
                config.geodataMode(),
                new GeoUrls(config.geoipUrl(), config.mmdbUrl(), config.asnUrl(), config.geositeUrl()));
    }

    private RuleProviders providers(List<RuleProviderConfig> configs, Download download, Timers timers)
            throws AssemblyException {
        RuleSetReader reader = new RuleSetReader(RuleParser::parseClassical, this::classical, LIMITS);
        try {
            return new RuleProviders(configs, new SetReader(reader), download, timers);
        } catch (Exception e) {
            throw new AssemblyException(List.of(file + ": rule-providers: " + e.getMessage()));
        }
    }

    private RuleMatcher classical(List<Rule> list) throws RuleSetException {
        try {
            return RuleTable.compile(list, Map.of(), RuleSets.NONE, geo);
        } catch (RuleCompileException e) {
            throw new RuleSetException(e.getMessage());
        }
    }

    private RuleMatcher compile(List<Rule> list, Map<String, List<Rule>> lists, RuleSets sets)
            throws AssemblyException {
        try {
            return RuleTable.compile(list, lists, sets, geo);
        } catch (RuleCompileException e) {
            throw new AssemblyException(List.of(file + ":" + e.line() + ": " + e.getMessage()));
        }
    }

    private static final class SetReader implements RuleProviders.Reader {
        private final RuleSetReader reader;

        SetReader(RuleSetReader reader) {
            this.reader = reader;
        }

        @Override
        public RuleSet read(RuleProviderConfig provider, byte[] content) throws RuleSetException {
            return told(
                    provider,
                    reader.read(
                            provider.name(),
                            content,
                            RuleSetBehavior.valueOf(provider.behavior().name()),
                            RuleSetFormat.valueOf(provider.format().name())));
        }

        @Override
        public RuleSet inline(RuleProviderConfig provider) throws RuleSetException {
            return told(
                    provider,
                    reader.inline(
                            provider.name(),
                            provider.payload(),
                            RuleSetBehavior.valueOf(provider.behavior().name())));
        }

        private static RuleSet told(RuleProviderConfig provider, LoadedRuleSet loaded) {
            if (loaded.problemCount() > 0) {
                log.warn(
                        "rule provider '{}': {} entries are left out, the first ones: {}",
                        provider.name(),
                        loaded.problemCount(),
                        loaded.problems());
            }
            return loaded.set();
        }
    }

    /** Returns the rules, in order. */
    public List<Rule> rules() {
        return rules;
    }

    /** Returns the lists of sub-rules by name. */
    public Map<String, List<Rule>> subRules() {
        return subRules;
    }

    /** Returns the compiled rules. */
    public RuleMatcher matcher() {
        return matcher;
    }

    /** Returns the providers. */
    public RuleProviders providers() {
        return providers;
    }

    /** Returns the geographic data. */
    public GeoData geo() {
        return geo;
    }

    /**
     * Tells people what a rule is.
     *
     * @param number its number, from 0
     * @return its text
     */
    String text(int number) {
        return rules.get(number).toString();
    }

    @Override
    public void close() {
        if (providers != null) {
            providers.close();
        }
        try {
            geo.close();
        } catch (IOException e) {
            log.debug("geographic data cannot be closed", e);
        }
    }
}
