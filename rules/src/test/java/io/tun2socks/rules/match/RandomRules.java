package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Rules and flows from so few names, addresses and numbers that they often meet. */
final class RandomRules {
    private static final List<String> LABELS = List.of("a", "b", "ab", "ba", "abc", "com", "x-1", "");
    private static final List<String> WORDS = List.of("a", "ab", "b.a", "ba", "abc", "com", ".", "x-1", "bab", "");
    private static final List<String> PROGRAMS = List.of(
            "", "curl", "CURL", "Curl", "ssh", "/usr/bin/ssh", "/usr/BIN/ssh", "\u212aelvin", "kelvin", "\u00fc");
    private static final List<String> USERS = List.of("", "ann", "Ann", "bob");
    private static final List<String> SETS = List.of("s1", "s2", "s3");
    private static final int DEPTH = 3;

    private final Random random;

    RandomRules(long seed) {
        random = new Random(seed);
    }

    /** Returns a list of rules; the lists that it may name are s. */
    List<Rule> rules(int most, List<String> lists) {
        // With few kinds in a list, the same index has many rules; with all, the indexes compete.
        int kinds = random.nextInt(3);
        int first = random.nextInt(30);
        return IntStream.range(0, random.nextInt(most + 1))
                .mapToObj(i ->
                        rule(i, kinds == 0 ? first : kinds == 1 ? (first + random.nextInt(4)) % 30 : any(), lists))
                .toList();
    }

    private int any() {
        return random.nextInt(30);
    }

    private Rule rule(int number, int kind, List<String> lists) {
        Condition condition = kind == 0 && !lists.isEmpty()
                ? new Condition.SubRule(condition(any(), DEPTH), pick(lists))
                : condition(kind, DEPTH);
        return new Rule("TEST", Integer.toString(number), "target-" + random.nextInt(50), condition, number + 1);
    }

    /** Returns lists of sub-rules, of which each names later ones only. */
    Map<String, List<Rule>> subRules() {
        Map<String, List<Rule>> lists = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 2; i >= 0; i--) {
            lists.put("list-" + i, rules(6, names));
            names.add("list-" + i);
        }
        return new HashMap<>(lists);
    }

    /** Makes or replaces the sets that rules name. */
    void fill(TestSets sets) {
        for (String name : SETS) {
            sets.put(name, condition(1 + random.nextInt(20), 0), random.nextInt(3) == 0, random.nextInt(4) == 0);
        }
    }

    private Condition condition(int kind, int depth) {
        boolean noResolve = random.nextBoolean();
        Condition.End end = random.nextInt(3) == 0 ? Condition.End.SOURCE : Condition.End.DESTINATION;
        return switch (kind) {
            case 1, 2 -> new Condition.Domain(name());
            case 3, 4 -> new Condition.DomainSuffix(name());
            case 5 -> new Condition.DomainKeyword(pick(WORDS));
            case 6 -> new Condition.DomainRegex(pattern());
            case 7 -> new Condition.DomainWildcard(pattern());
            case 8 -> new Condition.Geosite(pick(List.of("a", "ab", "com")));
            case 9, 10 -> new Condition.IpCidr(cidr(), end, noResolve);
            case 11 -> suffix(end, noResolve);
            case 12 -> new Condition.IpAsn(random.nextInt(4), end, noResolve);
            case 13 -> new Condition.GeoIp(pick(List.of("cn", "us", "de", "lan")), end, noResolve);
            case 14, 15 -> new Condition.PortIn(ranges(6), pick(List.of(Condition.Port.values())));
            case 16 -> new Condition.InType(types());
            case 17 -> new Condition.InUser(List.of(pick(USERS), pick(USERS)));
            case 18 -> new Condition.InName(List.of(pick(USERS)));
            case 19 -> new Condition.DscpIn(ranges(4));
            case 20 -> new Condition.SourceMac(random.nextInt(3));
            default -> rarer(kind, depth, noResolve);
        };
    }

    private Condition rarer(int kind, int depth, boolean noResolve) {
        return switch (kind) {
            case 21 -> new Condition.ProcessName(pick(PROGRAMS));
            case 22 -> new Condition.ProcessPath(pick(PROGRAMS));
            case 23 ->
                random.nextBoolean()
                        ? new Condition.ProcessNamePattern(TestPattern.of("^c", ""))
                        : new Condition.ProcessPathPattern(TestPattern.of("bin", "bin"));
            case 24 -> new Condition.UidIn(ranges(4));
            case 25 ->
                random.nextInt(8) == 0
                        ? new Condition.Always()
                        : new Condition.NetworkIs(pick(List.of(Network.values())));
            case 26 -> new Condition.InRuleSet(pick(SETS), random.nextInt(3) == 0, noResolve);
            case 27 -> depth == 0 ? new Condition.Domain(name()) : new Condition.And(parts(depth));
            case 28 -> depth == 0 ? new Condition.DomainSuffix(name()) : new Condition.Or(parts(depth));
            default ->
                depth == 0
                        ? new Condition.IpCidr(cidr(), Condition.End.DESTINATION, noResolve)
                        : new Condition.Not(condition(any(), depth - 1));
        };
    }

    private List<Condition> parts(int depth) {
        int count = random.nextInt(8) == 0 ? random.nextInt(2) : 2 + random.nextInt(2);
        return IntStream.range(0, count)
                .mapToObj(i -> condition(random.nextInt(4) == 0 ? any() : 1 + random.nextInt(15), depth - 1))
                .toList();
    }

    private String name() {
        return switch (random.nextInt(40)) {
            case 0 -> "";
            case 1 -> "\u4f8b.com";
            case 2 -> "\u00fc.com";
            default ->
                String.join(
                        ".",
                        IntStream.range(0, 1 + random.nextInt(3))
                                .mapToObj(i -> pick(LABELS))
                                .toList());
        };
    }

    private TestPattern pattern() {
        return switch (random.nextInt(6)) {
            case 0 -> TestPattern.of(".*", "");
            case 1 -> TestPattern.of("^ab?\\.", "a");
            case 2 -> TestPattern.of("a.*com$", "com");
            case 3 -> TestPattern.of("^(a|b)", "");
            case 4 -> TestPattern.of("^$", "");
            default -> TestPattern.of("ba|bab", "ba");
        };
    }

    private Ranges ranges(int numbers) {
        return new Ranges(IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> new Ranges.Range(random.nextInt(numbers), random.nextInt(numbers)))
                .toList());
    }

    private Set<InboundType> types() {
        Set<InboundType> types = EnumSet.noneOf(InboundType.class);
        for (int i = random.nextInt(3); i >= 0; i--) {
            types.add(pick(List.of(InboundType.TUN, InboundType.SOCKS5, InboundType.HTTP)));
        }
        return types;
    }

    private Ip ip() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> Ip.v4((10 << 24) | (random.nextInt(2) << 8) | random.nextInt(4));
            case 3 -> Ip.v4(random.nextBoolean() ? -1 - random.nextInt(2) : random.nextInt(2));
            case 4 -> Ip.v4((1 << 24) | random.nextInt(4));
            case 5 -> Ip.of(0x2001_0db8_0000_0000L | random.nextInt(2), random.nextInt(3));
            case 6 -> Ip.of(-1L, -1L - random.nextInt(2));
            default -> Ip.of(random.nextInt(2), random.nextBoolean() ? -1L : random.nextInt(4));
        };
    }

    private Cidr cidr() {
        Ip base = ip();
        int bits = base.bits();
        return new Cidr(
                base,
                switch (random.nextInt(5)) {
                    case 0 -> bits;
                    case 1 -> random.nextInt(bits + 1);
                    case 2 -> bits - random.nextInt(5);
                    case 3 -> bits / 2 + random.nextInt(3) - 1;
                    default -> random.nextInt(2) * 8;
                });
    }

    private Condition suffix(Condition.End end, boolean noResolve) {
        Ip suffix = ip();
        return new Condition.IpSuffix(suffix, random.nextInt(suffix.bits() + 1), end, noResolve);
    }

    /** Returns the metadata of a flow; a name, an address, or both. */
    FlowMetadata flow() {
        FlowMetadata flow = new FlowMetadata()
                .network(pick(List.of(Network.values())))
                .inboundType(pick(List.of(InboundType.TUN, InboundType.SOCKS5, InboundType.HTTP)))
                .inboundUser(pick(USERS))
                .inboundName(pick(USERS))
                .inboundPort(random.nextInt(6))
                .sourcePort(random.nextInt(6))
                .destinationPort(random.nextInt(6))
                .dscp(random.nextInt(4))
                .sourceMac(random.nextInt(4) - 1L)
                .sourceIp(random.nextInt(8) == 0 ? null : ip());
        boolean named = random.nextInt(4) != 0;
        if (named) {
            flow.host(name());
        }
        if (!named || random.nextInt(4) == 0) {
            flow.destinationIp(ip());
        }
        if (random.nextInt(6) == 0) {
            flow.sniffHost(name());
        }
        if (random.nextInt(4) == 0) {
            findProcess(flow);
        }
        return flow;
    }

    /** Looks the name up, not always with success. */
    void resolve(FlowMetadata flow) {
        if (random.nextInt(3) != 0) {
            flow.destinationIp(ip());
        }
        flow.resolved(true);
    }

    /** Seeks the owner, not always with success. */
    void findProcess(FlowMetadata flow) {
        if (random.nextInt(3) != 0) {
            flow.process(pick(PROGRAMS)).processPath(pick(PROGRAMS)).uid(random.nextInt(4) - 1L);
        }
        flow.processSought(true);
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
