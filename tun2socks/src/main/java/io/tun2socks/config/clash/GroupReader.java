package io.tun2socks.config.clash;

import io.tun2socks.config.NearMiss;
import io.tun2socks.config.clash.GroupConfig.Strategy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code proxy-groups}, and writes out what {@code include-all} and its like stand for. */
final class GroupReader {
    private static final int DEFAULT_MAX_FAILED_TIMES = 5;
    private static final int MAX_TOLERANCE = 65535;
    private static final Map<String, GroupConfig.Type> TYPES = Words.of(GroupConfig.Type.values());
    private static final Map<String, Strategy> STRATEGIES = Words.of(Strategy.values());
    // Go compares strings by their bytes, Java by UTF-16 units; they differ where emoji stand.
    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final Fields root;
    private final Set<String> leftOut;
    private final Map<String, ProxyProviderConfig> providers = new LinkedHashMap<>();
    private final List<String> allProxies;
    private final List<String> allProviders;
    private final Set<String> targets;

    /**
     * Makes a reader.
     *
     * @param root the configuration
     * @param proxies what is in {@code proxies}
     * @param leftOut the names of those that are left out
     * @param providers what is in {@code proxy-providers}
     */
    GroupReader(Fields root, List<ProxyConfig> proxies, Set<String> leftOut, List<ProxyProviderConfig> providers) {
        this.root = root;
        this.leftOut = leftOut;
        providers.forEach(provider -> this.providers.put(provider.name(), provider));
        allProxies = proxies.stream().map(ProxyConfig::name).sorted(BY_BYTES).toList();
        allProviders = this.providers.keySet().stream().sorted(BY_BYTES).toList();
        targets = new LinkedHashSet<>(ReservedNames.BUILT_IN);
        targets.addAll(allProxies);
    }

    /** Returns the groups in order. */
    List<GroupConfig> read() {
        Map<String, Fields> named = new LinkedHashMap<>();
        Set<String> proxies = new HashSet<>(allProxies);
        for (Item item : root.items("proxy-groups")) {
            Fields fields = Fields.of(item, Fields.Style.LOOSE, root.findings());
            String name = fields.text("name", "");
            if (name.isEmpty()) {
                fields.error("name", "there is none; expected a name for the group");
            } else if (ReservedNames.forGroup(name)) {
                fields.error("name", Findings.quote(name) + " is reserved; expected another name");
            } else if (proxies.contains(name) || leftOut.contains(name)) {
                fields.error("name", "there is a proxy " + Findings.quote(name) + "; expected another name");
            } else if (named.putIfAbsent(name, fields) != null) {
                fields.error(
                        "name",
                        "there is another group " + Findings.quote(name) + " in line "
                                + named.get(name).line() + "; expected a name that is there once");
            }
        }
        targets.addAll(named.keySet());
        List<GroupConfig> groups = new ArrayList<>();
        named.forEach((name, fields) -> {
            groups.add(group(name, fields));
            fields.finish();
        });
        return groups;
    }

    private GroupConfig group(String name, Fields fields) {
        if (!fields.has("type")) {
            fields.error("type", "there is none; expected one of " + String.join(", ", TYPES.keySet()));
        }
        GroupConfig.Type type = fields.choice("type", GroupConfig.Type.SELECT, TYPES);
        NameFilter filter = FilterReader.filter(fields);
        int before = root.findings().errorCount();
        Set<String> use = use(fields);
        Set<String> members = members(fields, filter, use.isEmpty());
        if (members.isEmpty() && use.isEmpty() && root.findings().errorCount() == before) {
            fields.error(
                    "", "the group " + Findings.quote(name) + " has no members; expected proxies, use or include-all");
        }
        if (!members.isEmpty() && providers.containsKey(name)) {
            fields.error("name", "there is a proxy provider " + Findings.quote(name) + "; expected another name");
        }
        boolean byHand = type == GroupConfig.Type.SELECT || type == GroupConfig.Type.RELAY;
        int interval = fields.integer("interval", 0, 0, Integer.MAX_VALUE);
        int timeout = fields.integer("timeout", 0, 0, Integer.MAX_VALUE);
        int failures = fields.integer("max-failed-times", 0, 0, Integer.MAX_VALUE);
        return new GroupConfig(
                name,
                type,
                List.copyOf(members),
                List.copyOf(use),
                filter,
                FilterReader.excludeFilter(fields),
                FilterReader.excludeType(fields),
                url(fields, use),
                interval == 0 && !byHand ? ProxyProviderReader.DEFAULT_INTERVAL : interval,
                timeout == 0 ? ProxyProviderReader.DEFAULT_TIMEOUT : timeout,
                fields.bool("lazy", true),
                failures == 0 ? DEFAULT_MAX_FAILED_TIMES : failures,
                fields.parsed("expected-status", "*", "HTTP status numbers", NumberRanges::status),
                fields.integer("tolerance", 0, 0, MAX_TOLERANCE),
                fields.choice("strategy", Strategy.CONSISTENT_HASHING, STRATEGIES),
                fields.bool("disable-udp", false),
                fields.text("interface-name", ""),
                fields.integer("routing-mark", 0, Integer.MIN_VALUE, Integer.MAX_VALUE),
                fields.bool("hidden", false),
                fields.text("icon", ""),
                fields.line());
    }

    /** The first of the providers says what is asked for, if the group does not. */
    private String url(Fields fields, Set<String> use) {
        String url = fields.text("url", "");
        if (!url.isEmpty()) {
            return url;
        }
        return use.stream()
                .map(providers::get)
                .map(provider -> provider.healthCheck().url())
                .findFirst()
                .orElse(ProxyProviderReader.DEFAULT_URL);
    }

    private Set<String> use(Fields fields) {
        Set<String> use = new LinkedHashSet<>();
        for (String name : fields.texts("use", List.of())) {
            if (providers.containsKey(name)) {
                use.add(name);
            } else {
                fields.error(
                        "use",
                        "there is no proxy provider " + Findings.quote(name) + "; expected one of proxy-providers"
                                + NearMiss.hint(name, providers.keySet(), ""));
            }
        }
        boolean all = fields.bool("include-all", false);
        // As in mihomo, all providers in their order replace those that are named.
        return fields.bool("include-all-providers", false) || all ? new LinkedHashSet<>(allProviders) : use;
    }

    private Set<String> members(Fields fields, NameFilter filter, boolean usesNone) {
        Set<String> members = new LinkedHashSet<>();
        boolean lacksSome = false;
        for (String name : fields.texts("proxies", List.of())) {
            if (targets.contains(name)) {
                members.add(name);
            } else if (leftOut.contains(name)) {
                lacksSome = true;
                fields.remark("proxies", "the proxy " + Findings.quote(name) + " is left out of this group too");
            } else {
                fields.error(
                        "proxies",
                        "there is no proxy or group " + Findings.quote(name)
                                + "; expected a name of proxies or proxy-groups, or one of "
                                + String.join(
                                        ", ",
                                        ReservedNames.BUILT_IN.stream().sorted().toList())
                                + NearMiss.hint(name, targets, ""));
            }
        }
        boolean all = fields.bool("include-all", false);
        if (fields.bool("include-all-proxies", false) || all) {
            lacksSome |= !leftOut.isEmpty();
            include(members, filter);
            if (members.isEmpty() && usesNone && !lacksSome) {
                members.add(ReservedNames.COMPATIBLE);
            }
        }
        if (members.isEmpty() && usesNone && lacksSome) {
            // Going out directly instead would show what the proxies were there to hide.
            members.add(ReservedNames.REJECT);
            fields.remark("", "all members are left out; the group rejects what comes to it");
        }
        return members;
    }

    private void include(Set<String> members, NameFilter filter) {
        for (String proxy : allProxies) {
            if (filter.isEmpty()) {
                members.add(proxy);
            }
            for (Pattern pattern : filter.patterns()) {
                if (pattern.matcher(proxy).find()) {
                    members.add(proxy);
                }
            }
        }
    }
}
