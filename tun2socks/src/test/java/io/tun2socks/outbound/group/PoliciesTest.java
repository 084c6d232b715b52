package io.tun2socks.outbound.group;

import static io.tun2socks.outbound.group.Rig.chain;
import static io.tun2socks.outbound.group.Rig.leaf;
import static io.tun2socks.outbound.group.Rig.tcp;
import static io.tun2socks.outbound.group.Rig.udp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.route.Choice;
import io.tun2socks.rules.decide.Targets.Fitness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What targets stand for, and who is a member of what. */
class PoliciesTest {
    private final Rig rig = new Rig().socks("a", "b").http("h");

    private static GroupSpec select(String name, String... proxies) {
        return new GroupSpec(name, GroupConfig.Type.SELECT).proxies(proxies);
    }

    @ParameterizedTest
    @CsvSource({
        // target, TCP, UDP
        "a, FIT, FIT",
        "h, FIT, NO_UDP",
        "DIRECT, FIT, FIT",
        "REJECT, FIT, FIT", // refusing carries everything
        "REJECT-DROP, FIT, FIT",
        "PASS, PASS, PASS",
        "none, ABSENT, ABSENT",
        "A, FIT, FIT",
        "H, FIT, NO_UDP",
        "P, PASS, PASS",
        "Deep, FIT, NO_UDP", // chooses H
        "NoUdp, FIT, NO_UDP",
        "OverNoUdp, FIT, NO_UDP",
        "Empty, FIT, FIT", // rejects
    })
    void tellsWhetherAFlowMayTakeATarget(String target, Fitness tcp, Fitness udp) {
        Policies policies = rig.group(select("A", "a"))
                .group(select("H", "h", "a"))
                .group(select("P", "PASS", "a"))
                .group(select("Deep", "H", "a"))
                .group(select("NoUdp", "a").disableUdp())
                .group(select("OverNoUdp", "NoUdp"))
                .group(select("Empty", "a").excludeFilter("."))
                .build();
        assertThat(policies.fitness(target, tcp("example.com"))).isEqualTo(tcp);
        assertThat(policies.fitness(target, udp())).isEqualTo(udp);
    }

    @Test
    void followsGroupsDownToTheProxy() {
        Policies policies = rig.group(select("Inner", "a", "b"))
                .group(new GroupSpec("Middle", GroupConfig.Type.FALLBACK).proxies("Inner", "h"))
                .group(select("Outer", "Middle", "DIRECT"))
                .build();
        assertThat(chain(policies, "a")).isEqualTo("a");
        assertThat(chain(policies, "Inner")).isEqualTo("Inner > a");
        assertThat(chain(policies, "Outer")).isEqualTo("Outer > Middle > Inner > a");
        assertThat(leaf(policies, "Outer")).isEqualTo("a");
        policies.select("Inner", "b");
        assertThat(chain(policies, "Outer")).isEqualTo("Outer > Middle > Inner > b");
    }

    @Test
    void rejectsWhatIsNotThereAndWhatPasses() {
        Policies policies =
                rig.group(select("P", "PASS")).group(select("OverP", "P")).build();
        assertThat(chain(policies, "none")).isEqualTo("none > REJECT");
        assertThat(chain(policies, "PASS")).isEqualTo("PASS > REJECT");
        assertThat(chain(policies, "P")).isEqualTo("P > REJECT");
        assertThat(chain(policies, "OverP")).isEqualTo("OverP > REJECT");
        for (String target : List.of("none", "PASS", "P", "OverP")) {
            assertThat(policies.choose(target, tcp("x.com")).outbound().verdict())
                    .isEqualTo(Outbound.Verdict.REJECT);
        }
    }

    @Test
    void aGroupThatFiltersEmptyRejectsInsteadOfGoingDirectly() {
        Policies policies = rig.provider(new Rig.Provider("p", null, "us-1", "us-2"))
                .group(new GroupSpec("HK", GroupConfig.Type.URL_TEST).use("p").filter("hk"))
                .build();
        assertThat(chain(policies, "HK")).isEqualTo("HK > REJECT");
        assertThat(policies.choose("HK", tcp("x.com")).outbound().verdict()).isEqualTo(Outbound.Verdict.REJECT);
    }

    @Test
    void refusesGroupsThatNameWhatIsNotThereOrThemselves() {
        assertThatThrownBy(() ->
                        new Rig().socks("tokyo").group(select("G", "tokio")).build())
                .hasMessage("line 7: group 'G': proxies: there is no proxy or group 'tokio'; did you mean tokyo?");
        assertThatThrownBy(() -> new Rig()
                        .group(new GroupSpec("G", GroupConfig.Type.SELECT).use("subs"))
                        .build())
                .hasMessage("line 7: group 'G': use: there is no proxy provider 'subs'");
        assertThatThrownBy(() -> new Rig().socks("a").group(select("a", "a")).build())
                .hasMessage("line 7: group 'a': there is another proxy or group of this name");
        assertThatThrownBy(() -> new Rig()
                        .group(select("A", "DIRECT", "B"))
                        .group(select("B", "C"))
                        .group(select("C", "A"))
                        .build())
                .hasMessage("group 'A' contains itself: A > B > C > A");
    }

    /** Own x1 and y1; provider p has x2, y2, z2; provider q has z3, x3. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-       | -    | -      | x1 y1 x2 y2 z2 z3 x3",
                "x       | -    | -      | x1 y1 x2 x3", // a filter leaves the group's own in
                "y`x     | -    | -      | y1 y2 x1 x2 x3", // several order all
                "z`y     | -    | -      | z2 z3 y1 y2 x1",
                "-       | 2$   | -      | x1 y1 z3 x3",
                "x       | 1$`3 | -      | x2",
                "-       | -    | socks5 | -",
                "-       | -    | http   | x1 y1 x2 y2 z2 z3 x3",
            })
    void filtersAndOrdersMembers(String filter, String exclude, String type, String expected) {
        GroupSpec spec = select("G", "x1", "y1").use("p", "q");
        spec.filter(filter == null ? "" : filter).excludeFilter(exclude == null ? "" : exclude);
        if (type != null) {
            spec.excludeType(type);
        }
        Policies policies = new Rig()
                .socks("x1", "y1")
                .provider(new Rig.Provider("p", null, "x2", "y2", "z2"))
                .provider(new Rig.Provider("q", null, "z3", "x3"))
                .group(spec)
                .build();
        String members = String.join(
                " ",
                policies.describe().get(0).members().stream()
                        .map(ProxyView::name)
                        .toList());
        assertThat(members).isEqualTo(expected == null ? "REJECT" : expected);
    }

    @Test
    void takesUpTheChangesOfProviders() {
        Rig.Provider provider = new Rig.Provider("p", null);
        rig.store.put("G", "p2");
        Policies policies = rig.provider(provider)
                .group(new GroupSpec("G", GroupConfig.Type.SELECT).use("p"))
                .start();
        assertThat(chain(policies, "G")).isEqualTo("G > REJECT");
        provider.set("p1", "p2");
        rig.run();
        assertThat(chain(policies, "G")).isEqualTo("G > p2");
        provider.set("p1");
        rig.run();
        assertThat(chain(policies, "G")).isEqualTo("G > p1");
        policies.close();
        rig.run();
        provider.set("p3");
        rig.run();
        assertThat(chain(policies, "G")).isEqualTo("G > p1");
    }

    @Test
    void aRelayGoesThroughItsMembersButNotThroughDirect() {
        NamedOutbound made = new NamedOutbound("chain");
        AtomicReference<List<Supplier<Outbound>>> hops = new AtomicReference<>();
        rig.relays = (name, suppliers) -> {
            assertThat(name).isEqualTo("R");
            hops.set(suppliers);
            return made;
        };
        Policies policies = rig.group(select("S", "a", "b"))
                .group(new GroupSpec("R", GroupConfig.Type.RELAY).proxies("S", "DIRECT", "h"))
                .group(select("Over", "R"))
                .build();
        Choice choice = policies.choose("R", tcp("x.com"));
        assertThat(choice.outbound()).isSameAs(made);
        assertThat(choice.chain()).containsExactly("R");
        assertThat(chain(policies, "Over")).isEqualTo("Over > R");
        assertThat(names(hops.get())).containsExactly("a", "h");
        policies.select("S", "b");
        assertThat(names(hops.get())).containsExactly("b", "h");
    }

    private static List<String> names(List<Supplier<Outbound>> hops) {
        List<String> names = new ArrayList<>();
        hops.forEach(hop -> names.add(hop.get().name()));
        return names;
    }

    @Test
    void aGroupAsAWayOutPicksForEachConnection() {
        Policies policies = rig.group(select("G", "a", "b")).build();
        Outbound way = policies.outbound("G");
        assertThat(way.name()).isEqualTo("G");
        assertThat(way.supportsUdp()).isTrue();
        Destination destination = new Destination("example.com", null, 443);
        connect(way, destination);
        policies.select("G", "b");
        connect(way, destination);
        assertThat(rig.ways.get("a").asked()).containsExactly("example.com:443");
        assertThat(rig.ways.get("b").asked()).containsExactly("example.com:443");
        assertThat(policies.outbound("a")).isSameAs(rig.ways.get("a"));
        assertThat(policies.outbound("none")).isNull();
    }

    @Test
    void aGroupThatIsReachedThroughItselfFailsInsteadOfGoingRound() {
        AtomicReference<Outbound> group = new AtomicReference<>();
        // What a proxy does whose dialer-proxy is the group that it is in.
        rig.relays = (name, hops) -> new NamedOutbound(name) {
            @Override
            public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
                return group.get().connect(loop, destination, relay);
            }
        };
        Policies policies = rig.group(new GroupSpec("R", GroupConfig.Type.RELAY).proxies("a"))
                .group(select("G", "R"))
                .build();
        group.set(policies.outbound("G"));
        Destination destination = new Destination("example.com", null, 443);
        assertThat(connect(group.get(), destination).cause())
                .hasMessageEndingWith(": the way through this group leads back to it (see dialer-proxy)");
        // The count has gone back to where it was.
        connect(policies.outbound("GLOBAL"), destination);
        assertThat(rig.ways.get("DIRECT").asked()).containsExactly("example.com:443");
    }

    private Future<?> connect(Outbound way, Destination destination) {
        return way.connect(rig.loop(), destination, new ChannelInboundHandlerAdapter());
    }

    @Test
    void describesWhatPeopleWantToKnow() {
        Policies policies = rig.group(new GroupSpec("G", GroupConfig.Type.URL_TEST).proxies("h", "b"))
                .start();
        rig.check(policies, "G", Map.of("h", 0, "b", 20));
        rig.check(policies, "G", Map.of("h", 0, "b", 30));
        GroupView view = policies.describe().get(0);
        assertThat(view.name()).isEqualTo("G");
        assertThat(view.type()).isEqualTo("URLTest");
        assertThat(view.now()).isEqualTo("b");
        assertThat(view.testUrl()).isEqualTo(GroupSpec.URL);
        assertThat(view.expectedStatus()).isEqualTo("*");
        assertThat(view.udp()).isTrue();
        assertThat(view.alive()).isTrue();
        assertThat(view.members()).extracting(ProxyView::type).containsExactly("Http", "Socks5");
        assertThat(view.members()).extracting(ProxyView::alive).containsExactly(false, true);
        assertThat(view.members()).extracting(ProxyView::delay).containsExactly(0, 30);
        assertThat(view.members().get(1).history())
                .extracting(HealthRecord::delay)
                .containsExactly(20, 30);
        assertThat(policies.describeProxies())
                .filteredOn(proxy -> proxy.name().equals("b"))
                .singleElement()
                .satisfies(proxy -> assertThat(proxy.delay()).isEqualTo(30));
    }
}
