package io.tun2socks.rules.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.match.LinearRules;
import io.tun2socks.rules.match.RuleCompileException;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Rule;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A rule that is said to be unreachable decides about no flow. */
class ShadowsPropertyTest {
    private static final Known KNOWN = new Known(Set.of("P"), Set.of("full"), target -> true);
    private static final String[] NAMES = {"a.com", "b.a.com", "c.b.a.com", "xa.com", "com", "b.org"};
    private static final String[] ADDRESSES = {"10.0.0.1", "10.128.0.1", "192.0.2.1", "192.0.3.1", "2001:db8::1"};
    private static final String[] SIMPLE = {
        "DOMAIN,%n",
        "DOMAIN-SUFFIX,%n",
        "DOMAIN-KEYWORD,a",
        "DOMAIN-KEYWORD,b.a",
        "DOMAIN-WILDCARD,*.%n",
        "DOMAIN-WILDCARD,*%n",
        "DOMAIN-WILDCARD,?.%n",
        "DOMAIN-REGEX,^b",
        "IP-CIDR,%a/8",
        "IP-CIDR,%a/9,no-resolve",
        "IP-CIDR,%a/24,no-resolve",
        "SRC-IP-CIDR,%a/8",
        "IP-CIDR,0.0.0.0/0",
        "GEOIP,us",
        "GEOIP,us,no-resolve",
        "GEOIP,!us,no-resolve",
        "DST-PORT,1-2",
        "DST-PORT,2-3/4",
        "DST-PORT,3",
        "DST-PORT,1-4",
        "DST-PORT,*",
        "DSCP,0-1",
        "DSCP,1",
        "NETWORK,tcp",
        "NETWORK,udp",
        "RULE-SET,full",
        "UID,1-2",
        "UID,*"
    };

    private static String pick(Random random, String[] from) {
        return from[random.nextInt(from.length)];
    }

    private static String condition(Random random, int depth) {
        int kind = depth > 1 ? 9 : random.nextInt(10);
        String inner = kind < 3 ? condition(random, depth + 1) : "";
        return switch (kind) {
            case 0 -> "AND,((" + inner + "),(" + condition(random, depth + 1) + "))";
            case 1 -> "OR,((" + inner + "),(" + condition(random, depth + 1) + "))";
            case 2 -> "NOT,((" + inner + "))";
            default -> pick(random, SIMPLE).replace("%n", pick(random, NAMES)).replace("%a", pick(random, ADDRESSES));
        };
    }

    private static String rule(Random random) {
        String condition = condition(random, 0);
        boolean param = condition.endsWith(",no-resolve");
        return param ? condition.replace(",no-resolve", ",P,no-resolve") : condition + ",P";
    }

    private static FlowMetadata flow(Random random) {
        FlowMetadata flow = new FlowMetadata()
                .network(random.nextBoolean() ? Network.TCP : Network.UDP)
                .sourceIp(Ip.literal(pick(random, ADDRESSES)))
                .destinationPort(random.nextInt(6))
                .dscp(random.nextInt(3));
        boolean name = random.nextInt(4) > 0;
        if (name) {
            flow.host(pick(random, NAMES));
        }
        if (!name || random.nextInt(3) == 0) {
            flow.destinationIp(Ip.literal(pick(random, ADDRESSES)));
        }
        return flow;
    }

    private static int decide(RuleMatcher matcher, FlowMetadata flow, Random random) {
        int rule = matcher.match(flow, 0);
        while (rule < RuleMatcher.NONE) {
            if (rule == RuleMatcher.NEEDS_ADDRESS) {
                flow.destinationIp(random.nextInt(4) == 0 ? null : Ip.literal(pick(random, ADDRESSES)))
                        .resolved(true);
            } else {
                flow.uid(random.nextInt(4) - 1L).processSought(true);
            }
            rule = matcher.match(flow, flow.resumeAt());
        }
        return rule;
    }

    @Property(tries = 1500)
    void unreachableRulesDecideAboutNothing(@ForAll long seed) throws RuleCompileException {
        Random random = new Random(seed);
        String[] texts = new String[10];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = rule(random);
        }
        List<Rule> rules = Samples.rules(texts);
        boolean[] unreachable = new boolean[texts.length];
        for (Finding finding : Lint.check(rules, Map.of(), KNOWN)) {
            boolean rest = finding.message().contains("leaves nothing");
            boolean said = rest
                    || finding.message().contains("superfluous")
                    || finding.message().contains("never reached");
            for (int i = finding.line() - 10; said && i < (rest ? texts.length : finding.line() - 9); i++) {
                unreachable[i] = true;
            }
        }
        LinearRules matcher = LinearRules.compile(rules, Map.of(), Samples.SETS, Samples.GEO);
        for (int i = 0; i < 100; i++) {
            int rule = decide(matcher, flow(random), random);
            assertThat(rule >= 0 && unreachable[rule])
                    .as("%s of %s", rule, rules)
                    .isFalse();
        }
    }
}
