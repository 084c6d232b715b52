package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.NearMiss;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.NameFilter;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyProviderConfig;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.Outbounds;
import io.tun2socks.outbound.SocketSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** All policies of a configuration, by name, and how they belong together. Only the members of groups change. */
final class PolicyTable {
    static final String GLOBAL = "GLOBAL";
    static final String REJECT = "REJECT";

    private static final String DIRECT = "DIRECT";
    private static final String DEFAULT_URL = "https://www.gstatic.com/generate_204";

    private final Map<String, Policy> byName;
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, ProvidedProxies> providers = new LinkedHashMap<>();
    private final Leaf reject;

    /**
     * Makes all policies and gives groups their members.
     *
     * @param loop for what takes time
     * @throws IllegalArgumentException if a name is missing, is there twice, or groups contain one another
     */
    PolicyTable(Policies.Parts parts, EventLoop loop) {
        Map<String, Policy> all = new LinkedHashMap<>();
        Map<String, ProxyConfig> configs = new HashMap<>();
        parts.proxies().forEach(config -> configs.put(config.name(), config));
        parts.leaves().forEach((name, way) -> all.put(name, new Leaf(name, way, configs.get(name))));
        Outbound refusal = parts.leaves().get(REJECT);
        reject = new Leaf(
                REJECT, refusal == null ? Outbounds.parse("reject://", SocketSettings.DEFAULT) : refusal, null);
        for (ProxyProvider provider : parts.providers()) {
            providers.put(provider.name(), new ProvidedProxies(provider));
        }
        for (GroupConfig config : withGlobal(parts)) {
            Group group = newGroup(config, parts.relays(), loop);
            if (all.putIfAbsent(config.name(), group) != null) {
                throw invalid(config, "there is another proxy or group of this name", "");
            }
            groups.add(group);
        }
        byName = Collections.unmodifiableMap(all);
        GroupLoops.check(groups.stream().map(Group::config).toList());
        groups.forEach(this::assignMembers);
    }

    private static List<GroupConfig> withGlobal(Policies.Parts parts) {
        List<GroupConfig> configs = new ArrayList<>(parts.groups());
        if (configs.stream().anyMatch(config -> config.name().equals(GLOBAL))) {
            return configs;
        }
        List<String> members = new ArrayList<>();
        for (String name : List.of(DIRECT, REJECT)) {
            if (parts.leaves().containsKey(name)) {
                members.add(name);
            }
        }
        for (ProxyConfig proxy : parts.proxies()) {
            if (proxy.type() != ProxyConfig.Type.PASS) {
                members.add(proxy.name());
            }
        }
        configs.forEach(config -> members.add(config.name()));
        configs.add(new GroupConfig(
                GLOBAL,
                GroupConfig.Type.SELECT,
                members,
                List.of(),
                NameFilter.NONE,
                NameFilter.NONE,
                Set.of(),
                "",
                0,
                0,
                true,
                0,
                "*",
                0,
                GroupConfig.Strategy.CONSISTENT_HASHING,
                false,
                "",
                0,
                false,
                "",
                0));
        return configs;
    }

    private Group newGroup(GroupConfig config, RelayFactory relays, EventLoop loop) {
        String url = urlOf(config);
        return switch (config.type()) {
            case SELECT -> new SelectGroup(config, url, loop);
            case URL_TEST -> new UrlTestGroup(config, url, loop);
            case FALLBACK -> new FallbackGroup(config, url, loop);
            case LOAD_BALANCE -> new LoadBalanceGroup(config, url, loop);
            case RELAY -> new RelayGroup(config, url, loop, relays);
        };
    }

    private String urlOf(GroupConfig config) {
        if (!config.url().isEmpty()) {
            return config.url();
        }
        for (ProvidedProxies provider : used(config)) {
            ProxyProviderConfig.HealthCheck check = provider.healthCheck();
            if (check != null) {
                return check.url();
            }
        }
        return DEFAULT_URL;
    }

    /** Returns the providers that a group uses. */
    List<ProvidedProxies> used(GroupConfig config) {
        List<ProvidedProxies> used = new ArrayList<>();
        for (String name : config.use()) {
            ProvidedProxies provider = providers.get(name);
            if (provider == null) {
                throw invalid(
                        config,
                        "use: there is no proxy provider '" + name + "'",
                        NearMiss.hint(name, providers.keySet(), ""));
            }
            used.add(provider);
        }
        return used;
    }

    /** Gives a group the members that it has now; one that has none left rejects. */
    void assignMembers(Group group) {
        List<Policy> own = new ArrayList<>();
        for (String name : group.config().proxies()) {
            Policy policy = byName.get(name);
            if (policy == null) {
                throw invalid(
                        group.config(),
                        "proxies: there is no proxy or group '" + name + "'",
                        NearMiss.hint(name, byName.keySet(), ""));
            }
            own.add(policy);
        }
        List<List<Leaf>> provided =
                used(group.config()).stream().map(ProvidedProxies::leaves).toList();
        List<Policy> members = Membership.of(group.config(), own, provided);
        group.members((members.isEmpty() ? List.of(reject) : members)
                .stream().map(policy -> Member.of(group, policy)).toList());
    }

    private static IllegalArgumentException invalid(GroupConfig config, String what, String hint) {
        String where = config.line() > 0 ? "line " + config.line() + ": " : "";
        return new IllegalArgumentException(where + "group '" + config.name() + "': " + what + hint);
    }

    /** Returns a proxy or group by its name, or null. */
    Policy find(String name) {
        return byName.get(name);
    }

    /** Returns a proxy or group by its name, also one of a provider, or null. */
    Policy findAnywhere(String name) {
        Policy found = byName.get(name);
        if (found == null) {
            for (ProvidedProxies provider : providers.values()) {
                for (Leaf leaf : provider.leaves()) {
                    if (leaf.name().equals(name)) {
                        return leaf;
                    }
                }
            }
        }
        return found;
    }

    /** Returns the names of proxies and groups, sorted. */
    Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    /** Returns all policies but those of providers, in the order of the configuration. */
    Iterable<Policy> policies() {
        return byName.values();
    }

    List<Group> groups() {
        return groups;
    }

    Iterable<ProvidedProxies> providers() {
        return providers.values();
    }

    Leaf reject() {
        return reject;
    }
}
