package io.tun2socks.rules.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both matchers do. */
class RuleMatchersTest {
    private static final Condition.IpCidr ANY_V4 =
            new Condition.IpCidr(Cidr.parse("0.0.0.0/0").orElseThrow(), End.DESTINATION, false);

    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, List<Rule>> subRules = new HashMap<>();
    private final TestSets sets = new TestSets();
    private final TestGeo geo = new TestGeo();

    /** The two matchers. */
    enum Kind {
        LINEAR,
        TABLE
    }

    private RuleMatcher compile(Kind kind) throws RuleCompileException {
        return kind == Kind.LINEAR
                ? LinearRules.compile(rules, subRules, sets, geo)
                : RuleTable.compile(rules, subRules, sets, geo);
    }

    private static Rule rule(String target, Condition condition) {
        return new Rule("TEST", "payload", target, condition, 7);
    }

    private void add(Condition... conditions) {
        for (Condition condition : conditions) {
            rules.add(rule("target-" + rules.size(), condition));
        }
    }

    private static FlowMetadata to(String host) {
        return new FlowMetadata().host(host);
    }

    @ParameterizedTest
    @EnumSource
    void aQuestionGoesOnBehindARuleThatWasPassedOver(Kind kind) throws RuleCompileException {
        add(
                new Condition.DomainSuffix("example"),
                new Condition.Domain("a.example"),
                new Condition.DomainSuffix("example"),
                new Condition.DomainKeyword("exam"),
                new Condition.DomainSuffix("example"),
                new Condition.Always());
        RuleMatcher matcher = compile(kind);
        for (int from = 0; from < rules.size(); from++) {
            assertThat(matcher.match(to("a.example"), from)).isEqualTo(from);
        }
        assertThat(matcher.match(to("a.example"), rules.size())).isEqualTo(RuleMatcher.NONE);
        assertThat(matcher.match(to("b.example"), 1)).isEqualTo(2);
        assertThat(matcher.target(2, to("b.example"))).isEqualTo("target-2");
    }

    @ParameterizedTest
    @EnumSource
    void noRulesMatchNothing(Kind kind) throws RuleCompileException {
        RuleMatcher matcher = compile(kind);
        assertThat(matcher.size()).isZero();
        assertThat(matcher.match(to("a.example"), 0)).isEqualTo(RuleMatcher.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void theAddressIsAskedForAtTheFirstRuleThatMayNeedItAndNotAgain(Kind kind) throws RuleCompileException {
        add(
                new Condition.Domain("a.example"),
                new Condition.IpCidr(ANY_V4.cidr(), End.DESTINATION, true),
                new Condition.IpCidr(ANY_V4.cidr(), End.SOURCE, false),
                new Condition.And(List.of(new Condition.Domain("never.example"), ANY_V4)),
                new Condition.Not(ANY_V4));
        RuleMatcher matcher = compile(kind);
        FlowMetadata flow = to("b.example");
        assertThat(matcher.match(to("a.example"), 0)).isZero();
        assertThat(matcher.match(flow, 0)).isEqualTo(RuleMatcher.NEEDS_ADDRESS);
        assertThat(flow.resumeAt()).isEqualTo(3);
        assertThat(matcher.match(flow.resolved(true), 3)).isEqualTo(4);
        assertThat(matcher.match(new FlowMetadata().destinationIp(Ip.v4(1)), 0)).isEqualTo(1);
        assertThat(matcher.match(new FlowMetadata(), 0))
                .as("no name to look up")
                .isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource
    void aRuleThatNeedsBothAsksForTheAddressFirst(Kind kind) throws RuleCompileException {
        add(new Condition.And(List.of(new Condition.ProcessName("curl"), ANY_V4)), new Condition.Always());
        RuleMatcher matcher = compile(kind);
        FlowMetadata flow = to("a.example");
        assertThat(matcher.match(flow, 0)).isEqualTo(RuleMatcher.NEEDS_ADDRESS);
        flow.destinationIp(Ip.v4(1)).resolved(true).resumeAt(-1);
        assertThat(matcher.match(flow, 0)).isEqualTo(RuleMatcher.NEEDS_PROCESS);
        assertThat(flow.resumeAt()).isZero();
        assertThat(matcher.match(flow.processSought(true), 0)).isEqualTo(1);
        assertThat(matcher.match(flow.process("CURL"), 0)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void userIdsNeedTheOwner(Kind kind) throws RuleCompileException {
        add(new Condition.UidIn(new Ranges(List.of(new Ranges.Range(0, 0)))));
        RuleMatcher matcher = compile(kind);
        FlowMetadata flow = to("a.example");
        assertThat(matcher.match(flow, 0)).isEqualTo(RuleMatcher.NEEDS_PROCESS);
        assertThat(matcher.match(flow.processSought(true).uid(0), 0)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void whatASetHoldsAndNeedsMayChange(Kind kind) throws RuleCompileException {
        sets.put("set", new Condition.Domain("a.example"), false, false);
        add(
                new Condition.InRuleSet("set", false, true),
                new Condition.And(List.of(new Condition.Always(), new Condition.InRuleSet("set", false, false))),
                new Condition.Always());
        RuleMatcher matcher = compile(kind);
        assertThat(matcher.match(to("a.example"), 0)).isZero();
        assertThat(matcher.match(to("b.example"), 0)).isEqualTo(2);
        sets.put("set", new Condition.Domain("b.example"), true, false);
        FlowMetadata flow = to("a.example");
        assertThat(matcher.match(to("b.example"), 0)).isZero();
        assertThat(matcher.match(flow, 0)).isEqualTo(RuleMatcher.NEEDS_ADDRESS);
        assertThat(flow.resumeAt()).as("the first has no-resolve").isEqualTo(1);
        sets.put("set", new Condition.ProcessName("curl"), false, true);
        assertThat(matcher.match(flow, 0)).isEqualTo(RuleMatcher.NEEDS_PROCESS);
        assertThat(flow.resumeAt()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void subRulesNeedWhatTheirListsNeedAndLeadWhereTheseLead(Kind kind) throws RuleCompileException {
        subRules.put("outer", List.of(rule("unused", new Condition.SubRule(new Condition.Always(), "inner"))));
        subRules.put("inner", List.of(rule("a", new Condition.Domain("a.example")), rule("v4", ANY_V4)));
        add(new Condition.SubRule(new Condition.NetworkIs(Network.TCP), "outer"));
        RuleMatcher matcher = compile(kind);
        FlowMetadata flow = to("a.example");
        assertThat(matcher.match(flow, 0)).isEqualTo(RuleMatcher.NEEDS_ADDRESS);
        assertThat(matcher.match(flow.resolved(true), 0)).isZero();
        assertThat(matcher.target(0, flow)).isEqualTo("a");
        assertThat(matcher.target(0, to("b.example").destinationIp(Ip.v4(9)))).isEqualTo("v4");
        assertThat(matcher.match(to("b.example").resolved(true), 0)).isEqualTo(RuleMatcher.NONE);
        assertThat(matcher.target(0, to("b.example").resolved(true)))
                .as("gone in between")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void geographicDataIsAskedOnceForAFlowAndOnlyIfItMayDecide(Kind kind) throws RuleCompileException {
        add(
                new Condition.Domain("a.example"),
                new Condition.GeoIp("us", End.DESTINATION, true),
                new Condition.GeoIp("de", End.DESTINATION, true),
                new Condition.GeoIp("cn", End.DESTINATION, true));
        RuleMatcher matcher = compile(kind);
        FlowMetadata flow = to("a.example").destinationIp(Ip.v4(3));
        assertThat(matcher.match(flow, 0)).isZero();
        assertThat(geo.questions).isZero();
        assertThat(matcher.match(flow, 1)).isEqualTo(2);
        assertThat(matcher.match(flow, 3)).isEqualTo(3);
        assertThat(geo.questions).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void missingGeographicDataIsAnErrorThatNamesTheRule(Kind kind) {
        add(new Condition.Always(), new Condition.Not(new Condition.Geosite("xx")));
        assertThatThrownBy(() -> compile(kind))
                .isInstanceOfSatisfying(RuleCompileException.class, e -> {
                    assertThat(e.rule()).isEqualTo(1);
                    assertThat(e.list()).isEmpty();
                    assertThat(e.line()).isEqualTo(7);
                })
                .hasMessage("rules[1] (TEST,payload,target-1): the category 'xx' is not in geosite.dat");
    }

    @ParameterizedTest
    @EnumSource
    void missingSetsAndListsAreErrors(Kind kind) {
        add(new Condition.And(List.of(new Condition.InRuleSet("gone", false, true))));
        assertThatThrownBy(() -> compile(kind)).hasMessageContaining("rules[0]").hasMessageContaining("'gone'");
        rules.clear();
        add(new Condition.Always(), new Condition.SubRule(new Condition.Always(), "gone"));
        assertThatThrownBy(() -> compile(kind)).hasMessageContaining("rules[1]").hasMessageContaining("'gone'");
    }

    @ParameterizedTest
    @EnumSource
    void subRulesMustNotComeBackToThemselves(Kind kind) {
        subRules.put("x", List.of(rule("y", new Condition.SubRule(new Condition.Always(), "y"))));
        subRules.put(
                "y",
                List.of(
                        rule("a", new Condition.Always()),
                        rule("x", new Condition.Not(new Condition.SubRule(new Condition.Always(), "x")))));
        assertThatThrownBy(() -> compile(kind))
                .isInstanceOfSatisfying(
                        RuleCompileException.class, e -> assertThat(e.list()).isIn("x", "y"))
                .hasMessageMatching(".*(x -> y -> x|y -> x -> y).*");
    }

    @ParameterizedTest
    @EnumSource
    void longAndForeignNamesMatchToo(Kind kind) throws RuleCompileException {
        String label = "abcdefgh.".repeat(40) + "example";
        add(
                new Condition.Domain(label),
                new Condition.DomainSuffix("\u4f8b.example"),
                new Condition.DomainKeyword("\u4f8b\u5b50"),
                new Condition.DomainKeyword("\u00fc"),
                new Condition.DomainKeyword("\0"));
        RuleMatcher matcher = compile(kind);
        assertThat(matcher.match(to(label), 0)).isZero();
        assertThat(matcher.match(to("a.\u4f8b.example"), 0)).isEqualTo(1);
        assertThat(matcher.match(to("\u4f8b\u5b50"), 0)).isEqualTo(2);
        assertThat(matcher.match(to("a\u00fc\u4f8b"), 0)).isEqualTo(3);
        assertThat(matcher.match(to("a\0b"), 0)).isEqualTo(4);
        assertThat(matcher.match(to("x." + label), 0)).isEqualTo(RuleMatcher.NONE);
    }
}
