package io.tun2socks.rules.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.decide.Decider;
import io.tun2socks.rules.decide.Decider.Step;
import io.tun2socks.rules.decide.Decision;
import io.tun2socks.rules.decide.FindProcessMode;
import io.tun2socks.rules.decide.Mode;
import io.tun2socks.rules.decide.Targets.Fitness;
import io.tun2socks.rules.match.Evaluator;
import io.tun2socks.rules.match.LinearRules;
import io.tun2socks.rules.match.RuleCompileException;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainerTest {
    private static final Ip ADDRESS = Ip.literal("192.0.2.1");

    private static FlowMetadata named(String host) {
        return new FlowMetadata()
                .host(host)
                .sourceIp(Ip.literal("10.0.0.2"))
                .sourcePort(40_000)
                .destinationPort(443);
    }

    /** Decides, finding ADDRESS for every name and the owner curl, and explains. */
    private static Explanation explain(
            FlowMetadata flow, Map<String, List<Rule>> subRules, Ip supposed, String... texts)
            throws RuleCompileException {
        List<Rule> rules = Samples.rules(texts);
        Decider decider = new Decider(
                LinearRules.compile(rules, subRules, Samples.SETS, Samples.GEO),
                (target, asked) ->
                        target.equals("http") && asked.network() == Network.UDP ? Fitness.NO_UDP : Fitness.FIT,
                host -> null,
                Mode.RULE,
                FindProcessMode.STRICT,
                false);
        Decision decision = Decision.explained();
        Step step = decider.begin(flow, decision);
        while (step != Step.DECIDED) {
            if (step == Step.NEEDS_ADDRESS) {
                flow.destinationIp(ADDRESS).resolved(true);
            } else {
                flow.process("curl").processPath("/usr/bin/curl").uid(1000).processSought(true);
            }
            step = decider.resume(flow, decision);
        }
        return new Explainer(rules, subRules, Samples.SETS, Samples.GEO).explain(flow, decision, supposed);
    }

    private static List<String> lines(FlowMetadata flow, String... texts) throws RuleCompileException {
        return explain(flow, Map.of(), null, texts).lines();
    }

    @Test
    void siblingsOfTheNameAreNear() throws RuleCompileException {
        assertThat(lines(
                        named("b.example.com"),
                        "DOMAIN-SUFFIX,other.org,X",
                        "DOMAIN-SUFFIX,a.example.com,P",
                        "DOMAIN-SUFFIX,ample.com,P",
                        "DOMAIN,example.com,P",
                        "MATCH,DIRECT"))
                .containsExactly(
                        "DIRECT, by rule 5 (line 14), MATCH,DIRECT",
                        "not by rule 3 (line 12), DOMAIN-SUFFIX,ample.com,P: the name b.example.com is neither ample.com "
                                + "nor below it",
                        "not by rule 4 (line 13), DOMAIN,example.com,P: the name b.example.com is not example.com",
                        "not by rule 2 (line 11), DOMAIN-SUFFIX,a.example.com,P: the name b.example.com is neither "
                                + "a.example.com nor below it");
    }

    @Test
    void whatARegistryGivesOutIsNoRelation() throws RuleCompileException {
        assertThat(lines(named("b.co.uk"), "DOMAIN,a.co.uk,P", "DOMAIN-SUFFIX,c.uk,P", "MATCH,DIRECT"))
                .containsExactly("DIRECT, by rule 3 (line 12), MATCH,DIRECT");
    }

    @Test
    void addressesThatCameTooLateAreNamed() throws RuleCompileException {
        String early = "IP-CIDR,192.0.2.0/24,P,no-resolve";
        assertThat(lines(named("a.example"), early, "GEOIP,us,Q"))
                .containsExactly(
                        "Q, by rule 2 (line 11), GEOIP,us,Q",
                        "not by rule 1 (line 10), IP-CIDR,192.0.2.0/24,P: it would match 192.0.2.1, but that was not known "
                                + "when the rule was asked (no-resolve)");
        FlowMetadata flow = named("a.example");
        assertThat(explain(flow, Map.of(), ADDRESS, early, "MATCH,Q").nearer()).hasSize(1);
        assertThat(flow.destinationIp()).isNull();
        assertThat(explain(named("a.example"), Map.of(), null, early, "MATCH,Q").nearer())
                .isEmpty();
    }

    @Test
    void conjunctionsWithOneFalsePartAreNear() throws RuleCompileException {
        assertThat(lines(
                        named("a.example.com"),
                        "AND,((DOMAIN-SUFFIX,example.com),(NETWORK,udp)),P",
                        "AND,((DOMAIN-SUFFIX,example.org),(NETWORK,udp)),P",
                        "AND,((DOMAIN-SUFFIX,example.com),(DST-PORT,444)),P",
                        "MATCH,DIRECT"))
                .containsExactly(
                        "DIRECT, by rule 4 (line 13), MATCH,DIRECT",
                        "not by rule 3 (line 12), AND,((DOMAIN-SUFFIX,example.com),(DST-PORT,444)),P: all but one of its "
                                + "conditions hold: the destination's port is 443",
                        "not by rule 1 (line 10), AND,((DOMAIN-SUFFIX,example.com),(NETWORK,udp)),P: all but one of its "
                                + "conditions hold: it is TCP");
    }

    @Test
    void targetsThatCannotCarryUdpAreNamedFirst() throws RuleCompileException {
        assertThat(lines(
                        named("a.example.com").network(Network.UDP),
                        "DOMAIN,example.com,P",
                        "DOMAIN-SUFFIX,example.com,http",
                        "MATCH,DIRECT"))
                .containsExactly(
                        "DIRECT, by rule 3 (line 12), MATCH,DIRECT",
                        "not by rule 2 (line 11), DOMAIN-SUFFIX,example.com,http: it matches, but http cannot carry UDP",
                        "not by rule 1 (line 10), DOMAIN,example.com,P: the name a.example.com is not example.com");
    }

    @Test
    void portsAndBlocksNextToTheRightOnesAreNear() throws RuleCompileException {
        assertThat(lines(
                        named("").destinationIp(ADDRESS),
                        "DST-PORT,80,P",
                        "DST-PORT,444/8000-9000,P",
                        "IP-CIDR,192.0.3.0/24,P",
                        "IP-CIDR,198.51.100.0/24,P",
                        "MATCH,DIRECT"))
                .containsExactly(
                        "DIRECT, by rule 5 (line 14), MATCH,DIRECT",
                        "not by rule 3 (line 12), IP-CIDR,192.0.3.0/24,P: the destination's address 192.0.2.1 is not in "
                                + "192.0.3.0/24",
                        "not by rule 2 (line 11), DST-PORT,444/8000-9000,P: the destination's port is 443");
    }

    @Test
    void listsAndSetsThatHoldNothingFitAreNamed() throws RuleCompileException {
        Map<String, List<Rule>> lists = Map.of(
                "a", Samples.rules("DOMAIN,x.example,P"),
                "b", Samples.rules("DOMAIN,x.example,P", "SUB-RULE,(NETWORK,tcp),c"),
                "c", Samples.rules("MATCH,Q"));
        assertThat(explain(
                                named("y.example"),
                                lists,
                                null,
                                "RULE-SET,empty,P",
                                "RULE-SET,full,P",
                                "SUB-RULE,(NETWORK,tcp),a",
                                "SUB-RULE,(NETWORK,tcp),b",
                                "MATCH,DIRECT")
                        .lines())
                .containsExactly(
                        "Q, by rule 4 (line 13), SUB-RULE,(NETWORK,tcp),b: there by SUB-RULE,(NETWORK,tcp),c (line 11), "
                                + "there by MATCH,Q (line 10)",
                        "not by rule 3 (line 12), SUB-RULE,(NETWORK,tcp),a: its condition holds, but no rule of the list "
                                + "'a' matches",
                        "not by rule 1 (line 10), RULE-SET,empty,P: the rule set 'empty' is empty; it may not have been "
                                + "loaded yet");
    }

    @Test
    void atMostFiveAreNamed() throws RuleCompileException {
        String[] rules = new String[20];
        for (int i = 0; i < rules.length; i++) {
            rules[i] = "DOMAIN-SUFFIX,a" + i + ".example.com,P";
        }
        Explanation explanation = explain(named("b.example.com"), Map.of(), null, rules);
        assertThat(explanation.decided()).isNull();
        assertThat(explanation.lines().get(0)).isEqualTo("DIRECT, by no rule");
        assertThat(explanation.nearer()).extracting(Explanation.Mention::rule).containsExactly(0, 1, 2, 3, 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "DOMAIN,b.example | the name a.example is not b.example",
                "DOMAIN-KEYWORD,xyz | the name a.example does not hold 'xyz'",
                "DOMAIN-WILDCARD,*.org | the name a.example does not fit *.org",
                "DOMAIN-REGEX,^b | the name a.example does not fit ^b",
                "GEOSITE,cn | the name a.example is not in the category 'cn'",
                "IP-CIDR,10.0.0.0/8 | the destination's address 192.0.2.1 is not in 10.0.0.0/8",
                "SRC-IP-CIDR,192.0.2.0/24 | the source's address 10.0.0.2 is not in 192.0.2.0/24",
                "IP-SUFFIX,0.0.0.9/8 | the destination's address 192.0.2.1 does not end as 0.0.0.9/8",
                "IP-ASN,1 | the destination's address 192.0.2.1 is of the autonomous system 64496",
                "SRC-IP-ASN,1 | the source's address 10.0.0.2 is of no known autonomous system",
                "GEOIP,cn | the destination's address 192.0.2.1 is of us",
                "SRC-GEOIP,cn | the source's address 10.0.0.2 is of no known country",
                "GEOIP,lan | the destination's address 192.0.2.1 is not a local one",
                "DST-PORT,80 | the destination's port is 443",
                "SRC-PORT,80 | the source's port is 40000",
                "IN-PORT,80 | it came in by no port",
                "IN-TYPE,SOCKS | it came in by TUN",
                "IN-USER,alice | it has no user",
                "IN-NAME,a | its listener has no name",
                "NETWORK,udp | it is TCP",
                "DSCP,8 | its DSCP is 0",
                "SRC-MAC,02:00:00:00:00:0f | the client's hardware address is not known",
                "PROCESS-NAME,wget | its owner is 'curl'",
                "PROCESS-PATH,/bin/wget | its owner is '/usr/bin/curl'",
                "PROCESS-NAME-REGEX,^w | its owner is 'curl'",
                "PROCESS-NAME-WILDCARD,w* | its owner is 'curl'",
                "PROCESS-PATH-REGEX,^/bin | its owner is '/usr/bin/curl'",
                "PROCESS-PATH-WILDCARD,/bin/* | its owner is '/usr/bin/curl'",
                "UID,0 | its owner's user id is 1000",
                "RULE-SET,full | no rule of the set 'full' matches",
                "RULE-SET,gone | there is no rule set 'gone'",
                "NOT,((NETWORK,TCP)) | what it excludes holds: NETWORK,TCP",
                "OR,((DST-PORT,1),(DST-PORT,2)) | none of its 2 conditions holds",
                "AND,((NETWORK,TCP),(DST-PORT,2)) | the destination's port is 443"
            })
    void everyKindSaysWhyItIsFalse(String text, String why) {
        FlowMetadata flow = named("a.example")
                .destinationIp(ADDRESS)
                .inboundType(InboundType.TUN)
                .process("curl")
                .processPath("/usr/bin/curl")
                .uid(1000);
        Condition condition = Samples.rules(text + ",P").get(0).condition();
        Evaluator evaluator = new Evaluator(Map.of(), Samples.SETS, Samples.GEO);
        assertThat(evaluator.evaluate(condition, flow)).isFalse();
        assertThat(new FalseText(evaluator, Samples.SETS, Samples.GEO).of(condition, flow))
                .isEqualTo(why);
        // NETWORK is the only payload whose letters change.
        assertThat(ConditionText.of(condition))
                .isEqualToIgnoringCase(text.replace("IN-TYPE,SOCKS", "IN-TYPE,SOCKS4/SOCKS5"));
    }

    @Test
    void whatIsUnknownIsSaid() {
        FlowMetadata flow = named("");
        FalseText text = new FalseText(new Evaluator(Map.of(), Samples.SETS, Samples.GEO), Samples.SETS, Samples.GEO);
        List<Rule> rules =
                Samples.rules("DOMAIN,a.example,P", "IP-CIDR,10.0.0.0/8,P,no-resolve", "GEOIP,cn,P", "UID,1,P");
        assertThat(rules)
                .extracting(rule -> text.of(rule.condition(), flow))
                .containsExactly(
                        "the flow has no name",
                        "the destination's address is not known",
                        "the destination's address is not known",
                        "its owner is not known");
        flow.host("a.example");
        assertThat(text.of(rules.get(1).condition(), flow))
                .isEqualTo(
                        "the destination's address is not known, and no-resolve keeps the rule from looking a.example up");
        flow.resolved(true);
        assertThat(text.of(rules.get(1).condition(), flow)).isEqualTo("no address is known for a.example");
    }
}
