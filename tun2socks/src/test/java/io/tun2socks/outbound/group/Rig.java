package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyProviderConfig;
import io.tun2socks.http.ExpectedStatus;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Network;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Policies on an event loop whose clock stands still until the test turns it, with a tester that follows a script. */
final class Rig implements UrlTester {
    final Map<String, NamedOutbound> ways = new LinkedHashMap<>();
    /** Milliseconds by name; 0 fails; names that are not here take 100. */
    final Map<String, Integer> delays = new HashMap<>();
    /** Who was tested, in order. */
    final List<String> tested = new ArrayList<>();
    /** Tests that the test wants to end itself. */
    final List<Promise<Integer>> held = new ArrayList<>();

    boolean hold;
    SelectedStore store = SelectedStore.inMemory();
    RelayFactory relays = (name, hops) -> {
        throw new AssertionError("no chain was expected");
    };

    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final List<ProxyConfig> proxies = new ArrayList<>();
    private final List<GroupConfig> groups = new ArrayList<>();
    private final List<ProxyProvider> providers = new ArrayList<>();

    Rig() {
        clock.freezeTime();
        ways.put("DIRECT", new NamedOutbound("DIRECT"));
        ways.put("REJECT", new NamedOutbound("REJECT", false, Outbound.Verdict.REJECT));
        ways.put("REJECT-DROP", new NamedOutbound("REJECT-DROP", false, Outbound.Verdict.DROP));
        ways.put("PASS", new NamedOutbound("PASS", true, Outbound.Verdict.REJECT));
        ways.put("COMPATIBLE", new NamedOutbound("COMPATIBLE"));
    }

    EventLoop loop() {
        return clock.eventLoop();
    }

    /** Adds SOCKS5 proxies that carry UDP. */
    Rig socks(String... names) {
        for (String name : names) {
            ways.put(name, new NamedOutbound(name));
            proxies.add(proxy(name, ProxyConfig.Type.SOCKS5));
        }
        return this;
    }

    /** Adds HTTP proxies, which carry no UDP. */
    Rig http(String... names) {
        for (String name : names) {
            ways.put(name, new NamedOutbound(name, false, Outbound.Verdict.CONNECT));
            proxies.add(proxy(name, ProxyConfig.Type.HTTP));
        }
        return this;
    }

    Rig group(GroupSpec spec) {
        groups.add(spec.config());
        return this;
    }

    Rig provider(ProxyProvider provider) {
        providers.add(provider);
        return this;
    }

    static ProxyConfig proxy(String name, ProxyConfig.Type type) {
        return new ProxyConfig(
                name,
                type,
                "server.example",
                1080,
                "",
                "",
                null,
                true,
                Map.of(),
                ProxyConfig.IpVersion.DUAL,
                "",
                0,
                "",
                false,
                0);
    }

    Policies build() {
        return new Policies(
                new Policies.Parts(new LinkedHashMap<>(ways), proxies, groups, providers, relays), store, this, loop());
    }

    Policies start() {
        Policies policies = build();
        policies.start();
        run();
        return policies;
    }

    /** Does what is due on the loop. */
    void run() {
        clock.runPendingTasks();
        clock.runScheduledPendingTasks();
    }

    void pass(int seconds) {
        clock.advanceTimeBy(seconds, TimeUnit.SECONDS);
        run();
    }

    void passMillis(int millis) {
        clock.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        run();
    }

    /** Checks a group's members with these delays. */
    void check(Policies policies, String group, Map<String, Integer> results) {
        delays.putAll(results);
        policies.check(group);
        run();
    }

    @Override
    public Future<Integer> test(Outbound way, String url, ExpectedStatus expected, int timeoutMillis) {
        tested.add(way.name());
        if (hold) {
            Promise<Integer> promise = loop().newPromise();
            held.add(promise);
            return promise;
        }
        int delay = delays.getOrDefault(way.name(), 100);
        return delay == 0
                ? loop().newFailedFuture(new IOException(way.name() + " is dead"))
                : loop().newSucceededFuture(delay);
    }

    static FlowMetadata tcp(String host) {
        return new FlowMetadata().host(host).destinationPort(443);
    }

    static FlowMetadata udp() {
        return new FlowMetadata().network(Network.UDP).destinationPort(443);
    }

    /** Returns the chain of a TCP flow, as {@code G > a}. */
    static String chain(Policies policies, String target) {
        return String.join(" > ", policies.choose(target, tcp("example.com")).chain());
    }

    /** Returns the leaf that a TCP flow takes. */
    static String leaf(Policies policies, String target) {
        return policies.choose(target, tcp("example.com")).outbound().name();
    }

    /** Proxies that a test changes. */
    static final class Provider implements ProxyProvider {
        private final String name;
        private final ProxyProviderConfig.HealthCheck check;
        private final Map<String, Entry> known = new HashMap<>();
        private List<Entry> proxies = List.of();
        private Runnable listener = () -> {};

        Provider(String name, ProxyProviderConfig.HealthCheck check, String... names) {
            this.name = name;
            this.check = check;
            set(names);
        }

        void set(String... names) {
            List<Entry> now = new ArrayList<>();
            for (String each : names) {
                now.add(known.computeIfAbsent(
                        each, key -> new Entry(proxy(key, ProxyConfig.Type.SOCKS5), new NamedOutbound(key))));
            }
            proxies = now;
            listener.run();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Entry> proxies() {
            return proxies;
        }

        @Override
        public ProxyProviderConfig.HealthCheck healthCheck() {
            return check;
        }

        @Override
        public void onChange(Runnable action) {
            listener = action;
        }
    }
}
