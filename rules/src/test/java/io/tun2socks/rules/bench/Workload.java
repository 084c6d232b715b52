package io.tun2socks.rules.bench;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.TextPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Rules and flows as large configurations have them; always the same. */
public final class Workload {
    private static final String[] SYLLABLES =
            ("ad al an ar as at ba be bo ca ce co da de di do el en er es fa fi ga ge go ha he in it ka ki ko la le li "
                            + "lo ma me mi mo na ne no ol on or pa pe po ra re ri ro sa se si so ta te ti to un ur va ve vi wa we yo")
                    .split(" ");
    private static final String[] TOP = {
        "com", "com", "com", "net", "org", "io", "de", "cn", "co.uk", "com.cn", "ru", "jp"
    };
    private static final String[] BELOW = {"www.", "", "api.", "cdn-3.static.", "a.b.", "img.", "login."};

    private final Random random = new Random(20240607);
    private final List<Rule> rules = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    private Workload() {}

    /** Returns DOMAIN-SUFFIX rules for as many names. */
    public static Workload suffixes(int count) {
        Workload workload = new Workload();
        for (int i = 0; i < count; i++) {
            workload.add("DOMAIN-SUFFIX", new Condition.DomainSuffix(workload.name()));
        }
        return workload;
    }

    /** Returns IP-CIDR rules for as many IPv4 blocks, none of which looks names up. */
    public static Workload blocks(int count) {
        Workload workload = new Workload();
        for (int i = 0; i < count; i++) {
            workload.add("IP-CIDR", workload.block());
        }
        return workload;
    }

    /** Returns rules of all kinds in about the shares of published lists, ending with GEOIP and MATCH. */
    public static Workload mixed(int count) {
        Workload workload = new Workload();
        for (int i = 0; i < count - 2; i++) {
            workload.addAny(workload.random.nextInt(1000));
        }
        workload.add("GEOIP", new Condition.GeoIp("cn", Condition.End.DESTINATION, true));
        workload.add("MATCH", new Condition.Always());
        return workload;
    }

    /** Returns the rules. */
    public List<Rule> rules() {
        return List.copyOf(rules);
    }

    /**
     * Returns flows, half of which have names that are in rules or below them; all resolved, with their owners known.
     *
     * @param count how many
     * @return the flows
     */
    public List<FlowMetadata> flows(int count) {
        return IntStream.range(0, count).mapToObj(i -> flow()).toList();
    }

    private FlowMetadata flow() {
        boolean known = random.nextBoolean() && !names.isEmpty();
        String name = known ? names.get(random.nextInt(names.size())) : "unknown-" + name();
        return new FlowMetadata()
                .network(random.nextInt(4) == 0 ? Network.UDP : Network.TCP)
                .host(BELOW[random.nextInt(BELOW.length)] + name)
                .destinationIp(address())
                .resolved(true)
                .destinationPort(random.nextInt(4) == 0 ? 80 : 443)
                .sourceIp(Ip.v4((10 << 24) | random.nextInt(256)))
                .sourcePort(1024 + random.nextInt(60_000))
                .process("firefox")
                .processPath("/usr/lib/firefox/firefox")
                .uid(1000)
                .processSought(true);
    }

    private void addAny(int kind) {
        if (kind < 600) {
            add("DOMAIN-SUFFIX", new Condition.DomainSuffix(name()));
        } else if (kind < 720) {
            add("DOMAIN", new Condition.Domain(BELOW[random.nextInt(BELOW.length)] + name()));
        } else if (kind < 770) {
            add("DOMAIN-KEYWORD", new Condition.DomainKeyword(label(3) + random.nextInt(100)));
        } else if (kind < 780) {
            add("DOMAIN-WILDCARD", new Condition.DomainWildcard(new Ends("cdn" + random.nextInt(100), "." + name())));
        } else if (kind < 920) {
            add("IP-CIDR", block());
        } else if (kind < 945) {
            Cidr cidr = new Cidr(Ip.of(0x2400_0000_0000_0000L | (random.nextLong() >>> 8), 0), 32 + random.nextInt(33));
            add("IP-CIDR6", new Condition.IpCidr(cidr, Condition.End.DESTINATION, true));
        } else if (kind < 960) {
            add("DST-PORT", new Condition.PortIn(port(1 + random.nextInt(50_000)), Condition.Port.DESTINATION));
        } else if (kind < 980) {
            add("PROCESS-NAME", new Condition.ProcessName(label(2) + random.nextInt(1000)));
        } else if (kind < 990) {
            add(
                    "AND",
                    new Condition.And(List.of(
                            new Condition.NetworkIs(Network.UDP),
                            new Condition.PortIn(port(443), Condition.Port.DESTINATION),
                            new Condition.DomainSuffix(name()))));
        } else if (kind < 998) {
            add("OR", new Condition.Or(List.of(new Condition.Domain(name()), new Condition.DomainKeyword(label(5)))));
        } else {
            add("SRC-PORT", new Condition.PortIn(port(random.nextInt(1000)), Condition.Port.SOURCE));
        }
    }

    private void add(String type, Condition condition) {
        rules.add(new Rule(type, Integer.toString(rules.size()), "PROXY", condition, rules.size() + 1));
    }

    private static Ranges port(int first) {
        return new Ranges(List.of(new Ranges.Range(first, first)));
    }

    private Condition.IpCidr block() {
        int length = 12 + random.nextInt(17);
        return new Condition.IpCidr(new Cidr(address(), length), Condition.End.DESTINATION, true);
    }

    private Ip address() {
        return Ip.v4(((20 + random.nextInt(180)) << 24) | random.nextInt(1 << 24));
    }

    private String name() {
        String name = label(3 + random.nextInt(3)) + "." + TOP[random.nextInt(TOP.length)];
        names.add(name);
        return name;
    }

    private String label(int syllables) {
        StringBuilder label = new StringBuilder();
        for (int i = 0; i < syllables; i++) {
            label.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
        }
        return label.toString();
    }

    /** Geographic data in which every address belongs to one country. */
    public static GeoData geo() {
        return new GeoData() {
            @Override
            public List<String> countries(Ip ip) {
                return List.of("us");
            }

            @Override
            public long asn(Ip ip) {
                return 64_500;
            }

            @Override
            public void requireCountry(String code) {}

            @Override
            public void requireAsn() {}

            @Override
            public DomainMatcher geosite(String code) {
                throw new UnsupportedOperationException("no rule here asks for " + code);
            }
        };
    }

    /** A wildcard with one star. */
    private record Ends(String start, String end) implements TextPattern {
        @Override
        public boolean matches(String text) {
            return text.length() >= start.length() + end.length() && text.startsWith(start) && text.endsWith(end);
        }

        @Override
        public String requiredLiteral() {
            return end;
        }

        @Override
        public String source() {
            return start + "*" + end;
        }
    }
}
