package io.tun2socks.outbound.group;

import static io.tun2socks.outbound.group.Rig.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.GroupConfig.Strategy;
import io.tun2socks.rules.decide.Targets.Fitness;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How load-balance spreads flows. */
class BalanceTest {
    private final Rig rig = new Rig().socks("a", "b", "c", "d");

    private Policies balanced(Strategy strategy) {
        return rig.group(new GroupSpec("G", GroupConfig.Type.LOAD_BALANCE)
                        .proxies("a", "b", "c", "d")
                        .strategy(strategy))
                .start();
    }

    private static String taken(Policies policies, FlowMetadata flow) {
        return policies.choose("G", flow).outbound().name();
    }

    @Test
    void roundRobinTakesOneAfterTheOtherAndPassesOverTheDead() {
        Policies policies = balanced(Strategy.ROUND_ROBIN);
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            // Only asking does not take a turn.
            assertThat(policies.fitness("G", tcp("x.com"))).isEqualTo(Fitness.FIT);
            order.append(taken(policies, tcp("x.com")));
        }
        rig.check(policies, "G", Map.of("a", 0, "d", 0));
        for (int i = 0; i < 4; i++) {
            order.append(taken(policies, tcp("x.com")));
        }
        assertThat(order.toString()).isEqualTo("abcdab" + "cbcb");
    }

    @Test
    void consistentHashingKeepsASiteWithOneMember() {
        Policies policies = balanced(Strategy.CONSISTENT_HASHING);
        Map<String, Integer> loads = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            String site = "site" + i + ".com";
            String member = taken(policies, tcp(site));
            assertThat(taken(policies, tcp("www." + site))).isEqualTo(member);
            assertThat(taken(policies, tcp("a.b." + site))).isEqualTo(member);
            loads.merge(member, 1, Integer::sum);
        }
        // 1,000 keys over 4 buckets: 250 each, with a standard deviation of 14.
        assertThat(loads.values()).allSatisfy(load -> assertThat(load).isBetween(180, 320));
    }

    @Test
    void consistentHashingMovesOnlyWhatWasWithTheDead() {
        Policies policies = balanced(Strategy.CONSISTENT_HASHING);
        Map<String, String> before = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            before.put("site" + i + ".com", taken(policies, tcp("site" + i + ".com")));
        }
        rig.check(policies, "G", Map.of("b", 0));
        before.forEach((site, member) -> {
            if (member.equals("b")) {
                assertThat(taken(policies, tcp(site))).isNotEqualTo("b");
            } else {
                assertThat(taken(policies, tcp(site))).isEqualTo(member);
            }
        });
    }

    @Test
    void stickySessionsKeepAPairForTenMinutes() {
        Policies policies = balanced(Strategy.STICKY_SESSIONS);
        FlowMetadata flow = tcp("example.com").sourceIp(Ip.literal("10.0.0.1"));
        TreeSet<String> taken = new TreeSet<>();
        for (int round = 0; round < 20; round++) {
            String member = taken(policies, flow);
            rig.pass(599);
            assertThat(taken(policies, flow)).isEqualTo(member);
            rig.pass(1);
            taken.add(member);
        }
        // Each time anew, so over twenty times not always the same.
        assertThat(taken).hasSizeGreaterThan(1);
    }

    @Test
    void stickySessionsLeaveTheDead() {
        Policies policies = balanced(Strategy.STICKY_SESSIONS);
        FlowMetadata flow = tcp("example.com").sourceIp(Ip.literal("10.0.0.1"));
        String member = taken(policies, flow);
        rig.check(policies, "G", Map.of(member, 0));
        String other = taken(policies, flow);
        assertThat(other).isNotEqualTo(member);
        rig.check(policies, "G", Map.of(member, 10));
        assertThat(taken(policies, flow)).isEqualTo(other);
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void takesTheOnlyOneThatIsAlive(Strategy strategy) {
        Policies policies = balanced(strategy);
        rig.check(policies, "G", Map.of("a", 0, "b", 0, "c", 10, "d", 0));
        for (int i = 0; i < 100; i++) {
            assertThat(taken(policies, tcp("site" + i + ".com"))).isEqualTo("c");
        }
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void takesTheFirstWhenNobodyIsAlive(Strategy strategy) {
        Policies policies = balanced(strategy);
        rig.check(policies, "G", Map.of("a", 0, "b", 0, "c", 0, "d", 0));
        assertThat(taken(policies, tcp("example.com"))).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void spreadsUdpOverThoseThatCarryIt(Strategy strategy) {
        rig.http("h1", "h2", "h3");
        Policies policies = rig.group(new GroupSpec("G", GroupConfig.Type.LOAD_BALANCE)
                        .proxies("h1", "h2", "a", "h3")
                        .strategy(strategy))
                .group(new GroupSpec("H", GroupConfig.Type.LOAD_BALANCE)
                        .proxies("h1", "h2")
                        .strategy(strategy))
                .build();
        for (int i = 0; i < 50; i++) {
            FlowMetadata flow = Rig.udp().host("site" + i + ".com");
            assertThat(policies.fitness("G", flow)).isEqualTo(Fitness.FIT);
            assertThat(taken(policies, flow)).isEqualTo("a");
            assertThat(policies.fitness("H", flow)).isEqualTo(Fitness.NO_UDP);
        }
    }

    @Test
    void jumpHashMovesKeysToTheNewBucketOnly() {
        for (long key = -5_000; key < 5_000; key += 7) {
            int bucket = JumpHash.bucket(FlowKey.mix(key), 1);
            assertThat(bucket).isZero();
            for (int buckets = 2; buckets < 30; buckets++) {
                int next = JumpHash.bucket(FlowKey.mix(key), buckets);
                assertThat(next).isIn(bucket, buckets - 1);
                bucket = next;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com",
        "www.example.com, example.com",
        "a.b.example.com, example.com",
        "example.co.uk, example.co.uk",
        "www.example.co.uk, example.co.uk",
        "co.uk, co.uk",
        "www.co.com, co.com",
        "www.example.de, example.de",
        "192.0.2.1, 192.0.2.1",
        "2001:db8::1, 2001:db8::1",
    })
    void findsTheRegisteredDomain(String host, String registered) {
        assertThat(host.substring(RegisteredDomain.start(host))).isEqualTo(registered);
    }

    @Test
    void namesOfOneLabelAreNotRegistered() {
        assertThat(RegisteredDomain.start("localhost")).isEqualTo(-1);
        assertThat(RegisteredDomain.start("")).isEqualTo(-1);
    }
}
