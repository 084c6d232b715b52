package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.ProxyProviderConfig;
import io.tun2socks.http.ExpectedStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is checked, and when: each group checks its members with its URL, each provider its proxies with its own. On its
 * event loop only.
 */
final class HealthPlans {
    private static final int DEFAULT_TIMEOUT_MILLIS = 5_000;
    private static final int DEFAULT_MOST_FAILURES = 5;

    private final PolicyTable table;
    private final Checker checker;
    private final EventLoop loop;
    private final Map<ProvidedProxies, CheckPlan> ofProviders = new LinkedHashMap<>();
    private final Map<Group, CheckPlan> ofGroups = new LinkedHashMap<>();

    HealthPlans(PolicyTable table, Checker checker, EventLoop loop) {
        this.table = table;
        this.checker = checker;
        this.loop = loop;
    }

    void start() {
        for (ProvidedProxies provider : table.providers()) {
            ProxyProviderConfig.HealthCheck check = provider.healthCheck();
            if (check != null) {
                ofProviders.put(provider, planOf(provider, check));
            }
        }
        for (Group group : table.groups()) {
            watchFailures(group);
            ofGroups.put(group, planOf(group));
        }
        ofProviders.values().forEach(plan -> plan.start(loop));
        ofGroups.values().forEach(plan -> plan.start(loop));
        table.groups().forEach(group -> group.usage().onFirst(() -> onFirstUse(group)));
    }

    private CheckPlan planOf(ProvidedProxies provider, ProxyProviderConfig.HealthCheck check) {
        List<Usage> usages = new ArrayList<>();
        for (Group group : table.groups()) {
            if (table.used(group.config()).contains(provider)) {
                usages.add(group.usage());
            }
        }
        CheckPlan.Options options = new CheckPlan.Options(
                check.url(),
                ExpectedStatus.parse(check.expectedStatus()),
                check.interval(),
                orDefault(check.timeout(), DEFAULT_TIMEOUT_MILLIS),
                check.lazy());
        return new CheckPlan(options, checker, () -> List.copyOf(provider.leaves()), usages);
    }

    private CheckPlan planOf(Group group) {
        GroupConfig config = group.config();
        CheckPlan.Options options =
                new CheckPlan.Options(group.url(), group.expected(), interval(config), timeout(config), config.lazy());
        return new CheckPlan(options, checker, () -> membersCheckedHere(group), List.of(group.usage()));
    }

    /** A group that says nothing follows its providers. */
    private int interval(GroupConfig config) {
        int interval = config.interval();
        for (ProvidedProxies provider : table.used(config)) {
            if (interval == 0 && provider.healthCheck() != null) {
                interval = provider.healthCheck().interval();
            }
        }
        return interval;
    }

    /** Those that a provider checks with the same URL need not be checked again. */
    private List<Policy> membersCheckedHere(Group group) {
        Set<Policy> elsewhere = new HashSet<>();
        for (ProvidedProxies provider : table.used(group.config())) {
            ProxyProviderConfig.HealthCheck check = provider.healthCheck();
            if (check != null && check.url().equals(group.url())) {
                elsewhere.addAll(provider.leaves());
            }
        }
        return group.members().stream()
                .map(Member::policy)
                .filter(policy -> !elsewhere.contains(policy))
                .toList();
    }

    /** A choice by hand, or a chain, does not depend on what is alive. */
    private void watchFailures(Group group) {
        GroupConfig config = group.config();
        if (config.type() != GroupConfig.Type.SELECT && config.type() != GroupConfig.Type.RELAY) {
            int most = orDefault(config.maxFailedTimes(), DEFAULT_MOST_FAILURES);
            group.failures(new Failures(loop, most, timeout(config), () -> checkAll(group)));
        }
    }

    private void onFirstUse(Group group) {
        ofGroups.get(group).begin();
        for (ProvidedProxies provider : table.used(group.config())) {
            CheckPlan plan = ofProviders.get(provider);
            if (plan != null) {
                plan.begin();
            }
        }
    }

    /** Checks what providers have brought. */
    void checkUntested() {
        ofProviders.values().forEach(CheckPlan::checkUntested);
        ofGroups.values().forEach(CheckPlan::checkUntested);
    }

    /** Checks all members of a group now. */
    void checkAll(Group group) {
        group.members().forEach(member -> check(group, member.policy()));
    }

    /** Checks one member of a group now. */
    void check(Group group, Policy member) {
        checker.check(member, group.url(), group.expected(), timeout(group.config()));
    }

    void stop() {
        ofProviders.values().forEach(CheckPlan::stop);
        ofGroups.values().forEach(CheckPlan::stop);
    }

    private static int timeout(GroupConfig config) {
        return orDefault(config.timeout(), DEFAULT_TIMEOUT_MILLIS);
    }

    private static int orDefault(int value, int preset) {
        return value > 0 ? value : preset;
    }
}
