package io.tun2socks.rules.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.Condition.Port;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Ranges.Range;
import io.tun2socks.rules.model.Rule;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleParserTest {
    private static Cidr cidr(String text) {
        return Cidr.parse(text).orElseThrow();
    }

    private static Condition.PortIn port(Port port, Range... ranges) {
        return new Condition.PortIn(new Ranges(List.of(ranges)), port);
    }

    private static Condition regex(String source) throws RuleSyntaxException {
        return new Condition.DomainRegex(RegexPattern.ofDomain(source));
    }

    static Stream<Arguments> valid() throws RuleSyntaxException {
        return Stream.of(
                arguments("DOMAIN,WWW.Example.com.,P", new Condition.Domain("www.example.com")),
                arguments("DOMAIN,b\u00fccher.example,P", new Condition.Domain("xn--bcher-kva.example")),
                arguments("DOMAIN-SUFFIX,Example.com,P", new Condition.DomainSuffix("example.com")),
                arguments("DOMAIN-SUFFIX,+.example.com,P", new Condition.DomainSuffix("+.example.com")),
                arguments("DOMAIN-KEYWORD,Google,P", new Condition.DomainKeyword("google")),
                arguments("DOMAIN-KEYWORD,google.,P", new Condition.DomainKeyword("google.")),
                arguments(
                        "DOMAIN-WILDCARD,*.Example.c?m,P",
                        new Condition.DomainWildcard(new WildcardPattern("*.example.c?m"))),
                arguments("DOMAIN-REGEX,^a{1,3}\\.x$,P", regex("^a{1,3}\\.x$")),
                arguments("GEOSITE,Google@CN,P", new Condition.Geosite("google@cn")),
                arguments(
                        "GEOSITE,!cn,P",
                        new Condition.And(List.of(
                                new Condition.DomainWildcard(new WildcardPattern("?*")),
                                new Condition.Not(new Condition.Geosite("cn"))))),
                arguments("IP-CIDR,10.1.2.3/8,P", new Condition.IpCidr(cidr("10.0.0.0/8"), End.DESTINATION, false)),
                arguments(
                        "IP-CIDR,10.0.0.0/8,P,no-resolve",
                        new Condition.IpCidr(cidr("10.0.0.0/8"), End.DESTINATION, true)),
                arguments("IP-CIDR,10.0.0.0/8,P,src", new Condition.IpCidr(cidr("10.0.0.0/8"), End.SOURCE, true)),
                arguments(
                        "IP-CIDR,10.0.0.0/8,P,no-resolve,src",
                        new Condition.IpCidr(cidr("10.0.0.0/8"), End.SOURCE, true)),
                arguments(
                        "IP-CIDR6,2001:db8::/32,P",
                        new Condition.IpCidr(cidr("2001:db8::/32"), End.DESTINATION, false)),
                arguments("SRC-IP-CIDR,10.0.0.0/8,P", new Condition.IpCidr(cidr("10.0.0.0/8"), End.SOURCE, true)),
                arguments(
                        "IP-SUFFIX,8.8.8.8/24,P",
                        new Condition.IpSuffix(Ip.literal("8.8.8.8"), 24, End.DESTINATION, false)),
                arguments(
                        "IP-SUFFIX,8.8.8.8/32,P",
                        new Condition.IpSuffix(Ip.literal("8.8.8.8"), 32, End.DESTINATION, false)),
                arguments(
                        "IP-SUFFIX,2001:db8::1/128,P,no-resolve",
                        new Condition.IpSuffix(Ip.literal("2001:db8::1"), 128, End.DESTINATION, true)),
                arguments(
                        "SRC-IP-SUFFIX,0.0.0.1/8,P",
                        new Condition.IpSuffix(Ip.literal("0.0.0.1"), 8, End.SOURCE, true)),
                arguments("IP-ASN,13335,P", new Condition.IpAsn(13335, End.DESTINATION, false)),
                arguments("IP-ASN,AS13335,P,no-resolve", new Condition.IpAsn(13335, End.DESTINATION, true)),
                arguments("SRC-IP-ASN,4294967295,P", new Condition.IpAsn(4294967295L, End.SOURCE, true)),
                arguments("GEOIP,CN,P", new Condition.GeoIp("cn", End.DESTINATION, false)),
                arguments("GEOIP,LAN,P,no-resolve", new Condition.GeoIp("lan", End.DESTINATION, true)),
                arguments("SRC-GEOIP,cn,P", new Condition.GeoIp("cn", End.SOURCE, true)),
                arguments(
                        "GEOIP,!cn,P,src",
                        new Condition.And(List.of(
                                new Condition.Or(List.of(
                                        new Condition.IpCidr(cidr("0.0.0.0/0"), End.SOURCE, true),
                                        new Condition.IpCidr(cidr("::/0"), End.SOURCE, true))),
                                new Condition.Not(new Condition.GeoIp("cn", End.SOURCE, true))))),
                arguments(
                        "DST-PORT,80/443/9000-8000,P",
                        port(Port.DESTINATION, new Range(80, 80), new Range(443, 443), new Range(8000, 9000))),
                arguments("SRC-PORT,[1024]-[65535],P", port(Port.SOURCE, new Range(1024, 65535))),
                arguments("IN-PORT,7890,P", port(Port.INBOUND, new Range(7890, 7890))),
                arguments("DST-PORT,*,P", port(Port.DESTINATION)),
                arguments(
                        "IN-TYPE,socks/Http,P",
                        new Condition.InType(Set.of(InboundType.SOCKS4, InboundType.SOCKS5, InboundType.HTTP))),
                arguments("IN-USER,Alice/bob,P", new Condition.InUser(List.of("Alice", "bob"))),
                arguments("IN-NAME,a / b,P", new Condition.InName(List.of("a", "b"))),
                arguments("PROCESS-NAME,Curl,P", new Condition.ProcessName("Curl")),
                arguments("PROCESS-PATH,/usr/bin/curl,P", new Condition.ProcessPath("/usr/bin/curl")),
                arguments("PROCESS-NAME-REGEX,^$,P", new Condition.ProcessNamePattern(RegexPattern.ofText("^$"))),
                arguments(
                        "PROCESS-PATH-REGEX,^/a{1,2}/,P",
                        new Condition.ProcessPathPattern(RegexPattern.ofText("^/a{1,2}/"))),
                arguments(
                        "PROCESS-NAME-WILDCARD,chrom*,P",
                        new Condition.ProcessNamePattern(new WildcardPattern("chrom*"))),
                arguments(
                        "PROCESS-PATH-WILDCARD,/opt/*,P",
                        new Condition.ProcessPathPattern(new WildcardPattern("/opt/*"))),
                arguments("UID,1000-1999,P", new Condition.UidIn(new Ranges(List.of(new Range(1000, 1999))))),
                arguments("NETWORK,UDP,P", new Condition.NetworkIs(Network.UDP)),
                arguments("DSCP,8/46,P", new Condition.DscpIn(new Ranges(List.of(new Range(8, 8), new Range(46, 46))))),
                arguments("DSCP,*,P", new Condition.DscpIn(new Ranges(List.of()))),
                arguments("SRC-MAC,02:00:5E:10-00-ff,P", new Condition.SourceMac(0x02005e1000ffL)),
                arguments("RULE-SET,ads,P", new Condition.InRuleSet("ads", false, false)),
                arguments("RULE-SET,ads,P,src", new Condition.InRuleSet("ads", true, true)),
                arguments("MATCH,P", new Condition.Always()),
                arguments(" match , P , no-resolve", new Condition.Always()),
                arguments(" domain , a.b , P , ", new Condition.Domain("a.b")),
                arguments("DOMAIN,a.b,P,no-resolve", new Condition.Domain("a.b")));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void rulesAreRead(String text, Condition condition) throws RuleSyntaxException {
        Rule rule = RuleParser.parse(text, 7);
        assertThat(rule.condition()).isEqualTo(condition);
        assertThat(rule.target()).isEqualTo("P");
        assertThat(rule.line()).isEqualTo(7);
    }

    @Test
    void aRuleIsWrittenAsItWasRead() throws RuleSyntaxException {
        assertThat(RuleParser.parse(" Domain-Suffix , Example.COM , P,no-resolve", 1))
                .hasToString("DOMAIN-SUFFIX,Example.COM,P");
        assertThat(RuleParser.parse("match,P", 1)).hasToString("MATCH,P");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | the rule has no type; expected TYPE,payload,TARGET",
                "DOMIAN-SUFFIX,a.b,P | 'DOMIAN-SUFFIX' is not a rule type; did you mean DOMAIN-SUFFIX?",
                "domain_sufix,a.b,P | 'domain_sufix' is not a rule type; did you mean DOMAIN-SUFFIX?",
                "FINAL,P | 'FINAL' is not a rule type; did you mean MATCH?",
                "USER-AGENT,x,P | 'USER-AGENT' is not a rule type; expected one such as DOMAIN-SUFFIX, IP-CIDR or MATCH",
                "DOMAIN | the rule has no target; expected DOMAIN,example.com,TARGET",
                "DOMAIN,a.b | the rule has no target; expected DOMAIN,a.b,TARGET",
                "DOMAIN,a.b, | the rule has no target; expected DOMAIN,a.b,TARGET",
                "DOMAIN,,P | the payload of DOMAIN is empty; expected one such as example.com",
                "DOMAIN,a.b,P,no-resolv | 'no-resolv' is not a parameter of a rule; did you mean no-resolve?",
                "DOMAIN,a.b,P,x | 'x' is not a parameter of a rule; expected no-resolve, src or nothing",
                "DOMAIN,a.b,P,src | DOMAIN does not take the parameter src; it belongs to rules about addresses, such as "
                        + "IP-CIDR",
                "DST-PORT,80,P,443 | '443' is not a parameter of a rule; several values stand in one field: DST-PORT,443/…",
                "DOMAIN-REGEX,^a | the rule has no target; expected DOMAIN-REGEX,^a,TARGET",
                "DOMAIN-REGEX,^a,no-resolve | DOMAIN-REGEX takes no parameters, and 'no-resolve' stands for its target",
                "DOMAIN-REGEX,(a,P | the regular expression '(a' is not valid: Unclosed group near character 3",
                "GEOSITE,!,P | '!' is not a code of GEOSITE; expected one such as !cn",
                "IP-CIDR,10.0.0.1,P | '10.0.0.1' is not a block of addresses; did you mean 10.0.0.1/32?",
                "IP-CIDR,::1,P | '::1' is not a block of addresses; did you mean ::1/128?",
                "IP-CIDR,10.0.0.0/33,P | '10.0.0.0/33' is not a block of addresses; expected a prefix length of 0 to 32",
                "IP-CIDR,a.b/8,P | 'a.b/8' is not a block of addresses; expected one such as 10.0.0.0/8 or 2001:db8::/32",
                "IP-SUFFIX,::ffff:1.2.3.4/104,P | '::ffff:1.2.3.4/104' is an IPv4 address in IPv6 form; write the suffix of "
                        + "1.2.3.4 itself",
                "IP-ASN,cloud,P | 'cloud' is not the number of an autonomous system; expected 0 to 4294967295",
                "IP-ASN,4294967296,P | '4294967296' is not the number of an autonomous system; expected 0 to 4294967295",
                "DST-PORT,65536,P | the port 65536 is not within 0 to 65535",
                "DST-PORT,99999999999999999999,P | the port 99999999999999999999 is not within 0 to 65535",
                "DST-PORT,1-2-3,P | '1-2-3' is not a port; expected a number or a range such as 1-65535",
                "DST-PORT,http,P | 'http' is not a port; expected a number or a range such as 1-65535",
                "DST-PORT,/,P | '/' holds no port",
                "DST-PORT,,P | the payload of DST-PORT is empty; expected one such as 80/8000-9000",
                "IN-TYPE,SOKCS,P | 'SOKCS' is not a type of inbound; did you mean SOCKS?",
                "IN-USER,a//b,P | a name in 'a//b' is empty; expected a list such as alice/bob",
                "UID,root,P | 'root' is not a user id; expected a number or a range such as 1-4294967295",
                "NETWORK,icmp,P | 'icmp' is not a network; expected tcp or udp",
                "DSCP,64,P | the DSCP 64 is not within 0 to 63",
                "SRC-MAC,02:00,P | '02:00' is not a hardware address; expected one such as 02:00:5e:10:00:01",
                "MATCH | MATCH has no payload, and its target is empty; expected MATCH,TARGET",
                "MATCH,,P | MATCH has no payload, and its target is empty; expected MATCH,P"
            })
    void whatIsNoRuleIsRefused(String text, String message) {
        assertThatThrownBy(() -> RuleParser.parse(text, 1))
                .isInstanceOf(RuleSyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void thereAreAtMost28Ranges() throws RuleSyntaxException {
        String most = "1/".repeat(27) + "1";
        assertThat(RuleParser.parse("DST-PORT," + most + ",P", 1).condition())
                .isInstanceOfSatisfying(
                        Condition.PortIn.class,
                        in -> assertThat(in.ranges().parts()).hasSize(28));
        assertThatThrownBy(() -> RuleParser.parse("DST-PORT," + most + "/1,P", 1))
                .hasMessage("there are 29 ranges of a port; at most 28 are allowed in a rule");
    }

    static Stream<Arguments> classical() throws RuleSyntaxException {
        return Stream.of(
                arguments("DOMAIN,a.b", "a.b", new Condition.Domain("a.b")),
                arguments(
                        "IP-CIDR,10.0.0.0/8,no-resolve",
                        "10.0.0.0/8",
                        new Condition.IpCidr(cidr("10.0.0.0/8"), End.DESTINATION, true)),
                arguments("DOMAIN-REGEX,^a{1,3}$", "^a{1,3}$", regex("^a{1,3}$")),
                arguments("DOMAIN-REGEX,^a{1,3}$,no-resolve", "^a{1,3}$", regex("^a{1,3}$")),
                arguments(
                        "AND,((DOMAIN,a.b),(NETWORK,tcp))",
                        "((DOMAIN,a.b),(NETWORK,tcp))",
                        new Condition.And(List.of(new Condition.Domain("a.b"), new Condition.NetworkIs(Network.TCP)))));
    }

    @ParameterizedTest
    @MethodSource("classical")
    void rulesOfSetsHaveNoTarget(String text, String payload, Condition condition) throws RuleSyntaxException {
        Rule rule = RuleParser.parseClassical(text, 3);
        assertThat(rule.target()).isEmpty();
        assertThat(rule.payload()).isEqualTo(payload);
        assertThat(rule.condition()).isEqualTo(condition);
        assertThat(rule.line()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "MATCH | MATCH cannot stand in a rule set",
                "RULE-SET,x | RULE-SET cannot stand in a rule set",
                "SUB-RULE,(NETWORK,tcp) | SUB-RULE cannot stand in a rule set",
                "NOT,((RULE-SET,x)) | RULE-SET cannot stand within NOT in a rule set",
                "DOMAIN | the rule has no payload; expected DOMAIN,example.com",
                "example.com | 'example.com' is not a rule type; expected one such as DOMAIN-SUFFIX, IP-CIDR or MATCH",
                "IP-CIDR,10.0.0.0/8,no-resolv | 'no-resolv' is not a parameter of a rule; did you mean no-resolve?"
            })
    void setsRefuseWhatTheyCannotHold(String text, String message) {
        assertThatThrownBy(() -> RuleParser.parseClassical(text, 1))
                .isInstanceOf(RuleSyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void setsPassOverTheTargetsOfListsForOtherPrograms() throws RuleSyntaxException {
        assertThat(RuleParser.parseClassical("DOMAIN,a.b,PROXY", 1).condition())
                .isEqualTo(RuleParser.parseClassical("DOMAIN,a.b", 1).condition());
        assertThat(RuleParser.parseClassical("IP-CIDR,10.0.0.0/8,PROXY,no-resolve", 1)
                        .condition())
                .isEqualTo(RuleParser.parseClassical("IP-CIDR,10.0.0.0/8,no-resolve", 1)
                        .condition());
    }

    @ParameterizedTest
    @ValueSource(strings = {"DOMAIN", "dOmAiN", " domain "})
    void theCaseOfATypeDoesNotCount(String type) throws RuleSyntaxException {
        assertThat(RuleParser.parse(type + ",a.b,P", 1).type()).isEqualTo("DOMAIN");
    }
}
