package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.model.RuleSets;
import io.tun2socks.rules.parse.RuleParser;
import io.tun2socks.rules.parse.RuleSyntaxException;
import java.util.ArrayList;
import java.util.List;

/** Rules and what they ask, for tests. */
final class Samples {
    private Samples() {}

    /** Parses rules; the first stands in line 10. */
    static List<Rule> rules(String... texts) {
        List<Rule> rules = new ArrayList<>();
        for (String text : texts) {
            try {
                rules.add(RuleParser.parse(text, 10 + rules.size()));
            } catch (RuleSyntaxException e) {
                throw new IllegalArgumentException(text, e);
            }
        }
        return rules;
    }

    /** Documentation addresses are of "us" and AS 64496, others of nothing; no name is in any category. */
    static final GeoData GEO = new GeoData() {
        @Override
        public List<String> countries(Ip ip) {
            return ip.toString().startsWith("192.0.2.") ? List.of("us") : List.of();
        }

        @Override
        public long asn(Ip ip) {
            return ip.toString().startsWith("192.0.2.") ? 64496 : 0;
        }

        @Override
        public void requireCountry(String code) {}

        @Override
        public void requireAsn() {}

        @Override
        public DomainMatcher geosite(String code) {
            return new DomainMatcher() {
                @Override
                public boolean matches(String host) {
                    return false;
                }

                @Override
                public int size() {
                    return 0;
                }
            };
        }
    };

    /** The sets "empty" and "full", which holds nothing that a test asks for. */
    static final RuleSets SETS = name -> switch (name) {
        case "empty" -> () -> set(0);
        case "full" -> () -> set(7);
        default -> null;
    };

    private static RuleSet set(int size) {
        return new RuleSet() {
            @Override
            public boolean matches(FlowMetadata flow) {
                return false;
            }

            @Override
            public int size() {
                return size;
            }

            @Override
            public boolean needsAddress() {
                return false;
            }

            @Override
            public boolean needsProcess() {
                return false;
            }
        };
    }
}
