package io.tun2socks.outbound.group;

import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.GroupConfig.Strategy;
import io.tun2socks.config.clash.NameFilter;
import java.util.List;
import java.util.Set;

/** Writes a group's configuration with only what a test is about. */
final class GroupSpec {
    static final String URL = "http://test.example/";

    private final String name;
    private final GroupConfig.Type type;
    private List<String> proxies = List.of();
    private List<String> use = List.of();
    private String filter = "";
    private String excludeFilter = "";
    private Set<String> excludeType = Set.of();
    private int interval = 300;
    private boolean lazy = true;
    private int tolerance;
    private Strategy strategy = Strategy.CONSISTENT_HASHING;
    private boolean disableUdp;

    GroupSpec(String name, GroupConfig.Type type) {
        this.name = name;
        this.type = type;
    }

    GroupSpec proxies(String... names) {
        proxies = List.of(names);
        return this;
    }

    GroupSpec use(String... names) {
        use = List.of(names);
        return this;
    }

    GroupSpec filter(String source) {
        filter = source;
        return this;
    }

    GroupSpec excludeFilter(String source) {
        excludeFilter = source;
        return this;
    }

    GroupSpec excludeType(String... types) {
        excludeType = Set.of(types);
        return this;
    }

    GroupSpec interval(int seconds) {
        interval = seconds;
        return this;
    }

    GroupSpec eager() {
        lazy = false;
        return this;
    }

    GroupSpec tolerance(int millis) {
        tolerance = millis;
        return this;
    }

    GroupSpec strategy(Strategy value) {
        strategy = value;
        return this;
    }

    GroupSpec disableUdp() {
        disableUdp = true;
        return this;
    }

    GroupConfig config() {
        return new GroupConfig(
                name,
                type,
                proxies,
                use,
                NameFilter.parse(filter),
                NameFilter.parse(excludeFilter),
                excludeType,
                URL,
                interval,
                5_000,
                lazy,
                5,
                "*",
                tolerance,
                strategy,
                disableUdp,
                "",
                0,
                false,
                "",
                7);
    }
}
