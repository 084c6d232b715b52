package io.tun2socks.config.clash;

import io.tun2socks.config.NearMiss;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks what proxies, groups and providers say of each other: that names exist, and that nothing goes in a circle. */
final class References {
    private final Findings findings;
    private final Set<String> leftOut;
    private final Set<String> targets = new LinkedHashSet<>(ReservedNames.BUILT_IN);

    References(Findings findings, List<ProxyConfig> proxies, List<GroupConfig> groups, Set<String> leftOut) {
        this.findings = findings;
        this.leftOut = leftOut;
        proxies.forEach(proxy -> targets.add(proxy.name()));
        groups.forEach(group -> targets.add(group.name()));
        targets.add(ReservedNames.GLOBAL);
    }

    /** Checks {@code dialer-proxy} of proxies. */
    void checkDialers(List<ProxyConfig> proxies) {
        Map<String, List<String>> dialers = new LinkedHashMap<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (ProxyConfig proxy : proxies) {
            if (!proxy.dialerProxy().isEmpty()) {
                String key = "proxies: " + proxy.name() + ": dialer-proxy";
                check(proxy.line(), key, proxy.dialerProxy());
                dialers.put(proxy.name(), List.of(proxy.dialerProxy()));
                lines.put(proxy.name(), proxy.line());
            }
        }
        cycle(dialers)
                .ifPresent(names -> findings.error(
                        lines.get(names.get(0)),
                        "proxies: " + names.get(0) + ": dialer-proxy",
                        "the proxies are reached through each other: " + String.join(" → ", names)
                                + "; expected one that is reached directly"));
    }

    /** Checks what providers of proxies name. */
    void checkProxyProviders(List<ProxyProviderConfig> providers) {
        for (ProxyProviderConfig provider : providers) {
            String key = "proxy-providers." + provider.name();
            check(provider.line(), key + ".proxy", provider.proxy());
            check(provider.line(), key + ".dialer-proxy", provider.dialerProxy());
            String changed = provider.override().dialerProxy();
            check(provider.line(), key + ".override.dialer-proxy", changed == null ? "" : changed);
            for (ProxyConfig proxy : provider.payload()) {
                check(proxy.line(), key + ".payload: " + proxy.name() + ": dialer-proxy", proxy.dialerProxy());
            }
        }
    }

    /** Checks what providers of rules name. */
    void checkRuleProviders(List<RuleProviderConfig> providers) {
        for (RuleProviderConfig provider : providers) {
            check(provider.line(), "rule-providers." + provider.name() + ".proxy", provider.proxy());
        }
    }

    /** Checks that no group is its own member, through whatever other groups. */
    void checkGroups(List<GroupConfig> groups) {
        Map<String, List<String>> members = new LinkedHashMap<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (GroupConfig group : groups) {
            members.put(group.name(), group.proxies());
            lines.put(group.name(), group.line());
        }
        cycle(members)
                .ifPresent(names -> findings.error(
                        lines.get(names.get(0)),
                        "proxy-groups",
                        "the groups are members of each other: " + String.join(" → ", names) + "; expected no circle"));
    }

    private void check(int line, String key, String target) {
        if (target.isEmpty() || targets.contains(target)) {
            return;
        }
        if (leftOut.contains(target)) {
            findings.error(
                    line,
                    key,
                    "the proxy " + Findings.quote(target) + " is left out, as its type is not served;"
                            + " expected another");
            return;
        }
        findings.error(
                line,
                key,
                "there is no proxy or group " + Findings.quote(target) + "; expected a name of proxies or proxy-groups"
                        + NearMiss.hint(target, targets, ""));
    }

    /** Returns a circle, its first name again at the end; without recursion, since there may be many groups. */
    private static Optional<List<String>> cycle(Map<String, List<String>> edges) {
        Set<String> done = new HashSet<>();
        for (String start : edges.keySet()) {
            List<String> path = new ArrayList<>(List.of(start));
            List<Integer> next = new ArrayList<>(List.of(0));
            while (!path.isEmpty()) {
                int top = path.size() - 1;
                List<String> out = edges.getOrDefault(path.get(top), List.of());
                int at = next.get(top);
                if (done.contains(path.get(top)) || at == out.size()) {
                    done.add(path.remove(top));
                    next.remove(top);
                    continue;
                }
                next.set(top, at + 1);
                String name = out.get(at);
                int seen = path.indexOf(name);
                if (seen >= 0) {
                    List<String> circle = new ArrayList<>(path.subList(seen, path.size()));
                    circle.add(name);
                    return Optional.of(circle);
                }
                path.add(name);
                next.add(0);
            }
        }
        return Optional.empty();
    }
}
