package io.tun2socks.rules.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.Condition.Port;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluatorTest {
    private final TestSets sets = new TestSets();
    private final TestGeo geo = new TestGeo();
    private final Evaluator evaluator = new Evaluator(Map.of(), sets, geo);

    private boolean holds(Condition condition, FlowMetadata flow) {
        return evaluator.evaluate(condition, flow);
    }

    private static FlowMetadata to(String host) {
        return new FlowMetadata().host(host);
    }

    private static FlowMetadata toIp(String ip) {
        return new FlowMetadata().destinationIp(Ip.literal(ip));
    }

    private static Ranges range(long first, long last) {
        return new Ranges(List.of(new Ranges.Range(first, last)));
    }

    private static Condition cidr(String text, End end) {
        return new Condition.IpCidr(Cidr.parse(text).orElseThrow(), end, true);
    }

    /** Each kind of condition, and a flow that it holds for. */
    static Stream<Object[]> kinds() {
        FlowMetadata flow = new FlowMetadata()
                .network(Network.UDP)
                .inboundType(InboundType.SOCKS5)
                .inboundName("in")
                .inboundUser("Ann")
                .inboundPort(7890)
                .host("www.example.com")
                .destinationIp(Ip.literal("192.0.2.3"))
                .destinationPort(443)
                .sourceIp(Ip.literal("10.0.0.2"))
                .sourcePort(4000)
                .dscp(46)
                .uid(1000)
                .process("Curl")
                .processPath("/usr/bin/Curl")
                .sourceMac(0x0200_0000_0001L);
        return Stream.of(
                        new Condition.Domain("www.example.com"),
                        new Condition.DomainSuffix("example.com"),
                        new Condition.DomainKeyword("w.exam"),
                        new Condition.DomainWildcard(TestPattern.of("^www\\..*$", "www.")),
                        new Condition.DomainRegex(TestPattern.of("ample", "ample")),
                        new Condition.Geosite("example"),
                        cidr("192.0.2.0/24", End.DESTINATION),
                        new Condition.IpSuffix(Ip.literal("0.0.0.3"), 8, End.DESTINATION, true),
                        new Condition.IpAsn(3, End.DESTINATION, true),
                        new Condition.GeoIp("de", End.DESTINATION, true),
                        new Condition.PortIn(range(443, 443), Port.DESTINATION),
                        new Condition.InType(Set.of(InboundType.SOCKS4, InboundType.SOCKS5)),
                        new Condition.InUser(List.of("bob", "Ann")),
                        new Condition.InName(List.of("in")),
                        new Condition.ProcessName("cURL"),
                        new Condition.ProcessPath("/USR/bin/curl"),
                        new Condition.ProcessNamePattern(TestPattern.of("^cu", "cu")),
                        new Condition.ProcessPathPattern(TestPattern.of("/bin/", "/bin/")),
                        new Condition.UidIn(range(1000, 1001)),
                        new Condition.NetworkIs(Network.UDP),
                        new Condition.DscpIn(range(40, 50)),
                        new Condition.SourceMac(0x0200_0000_0001L),
                        new Condition.InRuleSet("set", false, true),
                        new Condition.And(List.of()),
                        new Condition.Or(List.of(new Condition.Domain("other"), new Condition.Always())),
                        new Condition.Not(new Condition.Domain("other")),
                        new Condition.SubRule(new Condition.Always(), "list"),
                        new Condition.Always())
                .map(condition -> new Object[] {condition, flow});
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void eachKindHoldsForItsFlowAndNotForOneOfWhichNothingIsKnown(Condition condition, FlowMetadata flow) {
        sets.put("set", new Condition.DomainSuffix("example.com"), false, false);
        Rule rule = new Rule("DOMAIN", "www.example.com", "there", new Condition.Domain("www.example.com"), 1);
        Evaluator all = new Evaluator(Map.of("list", List.of(rule)), sets, geo);
        assertThat(all.evaluate(condition, flow)).isTrue();
        boolean always = condition instanceof Condition.Always
                || condition instanceof Condition.And
                || condition instanceof Condition.Or
                || condition instanceof Condition.Not;
        assertThat(all.evaluate(condition, new FlowMetadata())).isEqualTo(always);
    }

    @Test
    void noKindIsForgotten() {
        List<Class<?>> asked =
                kinds().<Class<?>>map(arguments -> arguments[0].getClass()).toList();
        List<Class<?>> permitted = Arrays.asList(Condition.class.getPermittedSubclasses());
        assertThat(asked).containsExactlyInAnyOrderElementsOf(permitted);
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com, true",
        "example.com, a.b.example.com, true",
        "example.com, notexample.com, false",
        "example.com, com, false",
        "com, example.com, true",
        "example.com, example.com.cn, false"
    })
    void aSuffixIsTheNameAndWhatIsBelow(String suffix, String host, boolean expected) {
        assertThat(holds(new Condition.DomainSuffix(suffix), to(host))).isEqualTo(expected);
    }

    @Test
    void theSniffedNameIsLookedAtInsteadOfTheOther() {
        FlowMetadata flow = to("a.example").sniffHost("b.example");
        assertThat(holds(new Condition.Domain("a.example"), flow)).isFalse();
        assertThat(holds(new Condition.Domain("b.example"), flow)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.3, 32, 0.0.0.3, true",
        "0.0.0.3, 32, 1.0.0.3, false",
        "0.0.0.3, 0, 1.2.3.4, true",
        "0.0.0.3, 3, 192.0.2.11, true",
        "0.0.0.3, 4, 192.0.2.11, false",
        "::1, 8, 0.0.0.1, false",
        "::1, 64, 2001:db8::1, true",
        "2001:db8::1, 128, 2001:db8::1, true",
        "2001:db8::1, 128, 2001:db9::1, false",
        "2001:db8::1, 96, 2002:db8::1, true",
        "::1:0:0:0:1, 65, 0:0:0:2:0:0:0:1, false"
    })
    void theLastBitsOfAnAddressAreCompared(String suffix, int bits, String ip, boolean expected) {
        Condition condition = new Condition.IpSuffix(Ip.literal(suffix), bits, End.DESTINATION, true);
        assertThat(holds(condition, toIp(ip))).isEqualTo(expected);
    }

    @Test
    void sourceConditionsLookAtTheSource() {
        FlowMetadata flow = toIp("192.0.2.3").sourceIp(Ip.literal("10.0.0.1"));
        assertThat(holds(cidr("10.0.0.0/8", End.SOURCE), flow)).isTrue();
        assertThat(holds(cidr("10.0.0.0/8", End.DESTINATION), flow)).isFalse();
        assertThat(holds(new Condition.GeoIp("lan", End.SOURCE, true), flow)).isTrue();
        assertThat(holds(new Condition.GeoIp("cn", End.SOURCE, true), flow)).isTrue();
        assertThat(holds(new Condition.GeoIp("us", End.SOURCE, true), flow)).isFalse();
        assertThat(holds(new Condition.IpAsn(1, End.SOURCE, true), flow)).isTrue();
        assertThat(holds(new Condition.IpSuffix(Ip.literal("0.0.0.1"), 8, End.SOURCE, true), flow))
                .isTrue();
    }

    @Test
    void aSetAskedForTheSourceSeesTheEndsExchangedAndTheFlowIsAsBefore() {
        sets.put("set", cidr("10.0.0.0/8", End.DESTINATION), true, false);
        FlowMetadata flow = toIp("192.0.2.3")
                .sourceIp(Ip.literal("10.0.0.1"))
                .destinationPort(443)
                .sourcePort(1);
        assertThat(holds(new Condition.InRuleSet("set", false, true), flow)).isFalse();
        assertThat(holds(new Condition.InRuleSet("set", true, true), flow)).isTrue();
        assertThat(flow.destinationIp()).isEqualTo(Ip.literal("192.0.2.3"));
        assertThat(flow.sourcePort()).isEqualTo(1);
    }

    @Test
    void anUnknownOwnerIsInNoRangeAndUserZeroIsAUserLikeOthers() {
        assertThat(holds(new Condition.UidIn(new Ranges(List.of())), new FlowMetadata()))
                .isFalse();
        assertThat(holds(new Condition.UidIn(range(0, 0)), new FlowMetadata())).isFalse();
        assertThat(holds(new Condition.UidIn(range(0, 0)), new FlowMetadata().uid(0)))
                .isTrue();
        assertThat(holds(new Condition.UidIn(range(0, 0xffff_ffffL)), new FlowMetadata().uid(0xffff_ffffL)))
                .isTrue();
    }

    @Test
    void theNegationOfAnAddressThatWasNotFoundHolds() {
        FlowMetadata flow = to("nowhere.example").resolved(true);
        assertThat(holds(new Condition.Not(cidr("0.0.0.0/0", End.DESTINATION)), flow))
                .isTrue();
    }

    @Test
    void aSubRuleLeadsWhereTheFirstRuleOfItsListLeadsThroughListsWithinLists() {
        Condition.SubRule outer = new Condition.SubRule(new Condition.NetworkIs(Network.TCP), "outer");
        Condition.SubRule inner = new Condition.SubRule(new Condition.DomainSuffix("example"), "inner");
        Evaluator nested = new Evaluator(
                Map.of(
                        "outer",
                        List.of(
                                new Rule("SUB-RULE", "", "inner", inner, 1),
                                new Rule("MATCH", "", "rest", new Condition.Always(), 2)),
                        "inner",
                        List.of(new Rule("DOMAIN", "a.example", "a", new Condition.Domain("a.example"), 3))),
                RuleSets.NONE,
                geo);
        assertThat(nested.subRuleTarget(outer, to("a.example"))).isEqualTo("a");
        assertThat(nested.subRuleTarget(outer, to("b.example"))).isEqualTo("rest");
        assertThat(nested.evaluate(inner, to("b.example"))).isFalse();
        assertThat(nested.subRuleTarget(inner, to("b.example"))).isEmpty();
        assertThat(nested.evaluate(outer, to("b.example").network(Network.UDP))).isFalse();
    }

    @Test
    void aSetThatIsNotThereHoldsNothing() {
        assertThat(holds(new Condition.InRuleSet("gone", false, false), to("a.example")))
                .isFalse();
    }

    @Test
    void geographicDataIsRequiredAnywhereInTheTree() {
        Condition deep = new Condition.Not(
                new Condition.And(List.of(new Condition.Always(), new Condition.GeoIp("xx", End.SOURCE, true))));
        assertThatThrownBy(() -> evaluator.require(deep))
                .isInstanceOf(GeoDataException.class)
                .hasMessage("the country 'xx' is not in geoip.dat");
        assertThatThrownBy(() -> evaluator.require(new Condition.Geosite("xx"))).isInstanceOf(GeoDataException.class);
        assertThat(holds(new Condition.Geosite("xx"), to("xx"))).isFalse();
    }
}
