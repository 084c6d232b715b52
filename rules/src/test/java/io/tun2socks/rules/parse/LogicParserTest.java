package io.tun2socks.rules.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.Condition.Port;
import io.tun2socks.rules.model.Network;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Ranges.Range;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LogicParserTest {
    private static final Condition TCP = new Condition.NetworkIs(Network.TCP);
    private static final Condition NAME = new Condition.Domain("baidu.com");

    private static Condition port(long first, long last) {
        return new Condition.PortIn(new Ranges(List.of(new Range(first, last))), Port.DESTINATION);
    }

    private static Condition regex(String source) throws RuleSyntaxException {
        return new Condition.DomainRegex(RegexPattern.ofDomain(source));
    }

    private static Condition and(Condition... parts) {
        return new Condition.And(List.of(parts));
    }

    private static Condition or(Condition... parts) {
        return new Condition.Or(List.of(parts));
    }

    static Stream<Arguments> valid() throws RuleSyntaxException {
        return Stream.of(
                // The cases of mihomo's own tests.
                arguments(
                        "AND,((DOMAIN,baidu.com),(NETWORK,TCP),(DST-PORT,10001-65535)),P",
                        and(NAME, TCP, port(10001, 65535))),
                arguments(
                        "AND,((AND,(DOMAIN,baidu.com),(NETWORK,TCP)),(NETWORK,TCP),(DST-PORT,10001-65535)),P",
                        and(and(NAME, TCP), TCP, port(10001, 65535))),
                arguments("NOT,((DST-PORT,6000-6500)),P", new Condition.Not(port(6000, 6500))),
                arguments(
                        "OR,((DOMAIN,baidu.com),(NETWORK,TCP),(DST-PORT,10001-65535)),P",
                        or(NAME, TCP, port(10001, 65535))),
                // Forms of parentheses and blanks.
                arguments("AND,(DOMAIN,baidu.com),(NETWORK,TCP),P", and(NAME, TCP)),
                arguments("AND, ( ( domain , baidu.com ) , ( NETWORK , tcp ) ) , P", and(NAME, TCP)),
                arguments("AND,((DOMAIN,baidu.com)),P", and(NAME)),
                arguments("AND,(DOMAIN,baidu.com),P", and(NAME)),
                arguments("NOT,(DOMAIN,baidu.com),P", new Condition.Not(NAME)),
                arguments("AND,(((DOMAIN,baidu.com),(NETWORK,TCP))),P", and(NAME, TCP)),
                arguments(
                        "NOT,((OR,((NETWORK,tcp),(NOT,((DOMAIN,baidu.com)))))),P",
                        new Condition.Not(or(TCP, new Condition.Not(NAME)))),
                // mihomo takes the pair for the one around all, and has an AND of nothing, which all flows match.
                arguments(
                        "AND,((OR,(NETWORK,tcp)),(NOT,((AND,(DOMAIN,baidu.com))))),P",
                        and(or(TCP), new Condition.Not(and(NAME)))),
                // Parameters.
                arguments(
                        "AND,((IP-CIDR,10.0.0.0/8,no-resolve),(RULE-SET,x,src)),P",
                        and(
                                new Condition.IpCidr(Cidr.parse("10.0.0.0/8").orElseThrow(), End.DESTINATION, true),
                                new Condition.InRuleSet("x", true, true))),
                // Commas and parentheses in regular expressions.
                arguments("AND,((DOMAIN-REGEX,^a{1,3}\\.x$),(NETWORK,tcp)),P", and(regex("^a{1,3}\\.x$"), TCP)),
                arguments("AND,((DOMAIN-REGEX,(a|b){2,}(?:c)),(NETWORK,tcp)),P", and(regex("(a|b){2,}(?:c)"), TCP)),
                arguments("OR,((DOMAIN-REGEX,[()]x\\)),(NETWORK,tcp)),P", or(regex("[()]x\\)"), TCP)),
                arguments("OR,((DOMAIN-REGEX,[^])]x),(NETWORK,tcp)),P", or(regex("[^])]x"), TCP)),
                arguments(
                        "OR,((AND,((DOMAIN-REGEX,\\(,?),(NETWORK,tcp))),(NETWORK,tcp)),P",
                        or(and(regex("\\(,?"), TCP), TCP)),
                arguments("NOT,((DOMAIN-REGEX,^a{1,3},no-resolve)),P", new Condition.Not(regex("^a{1,3}"))),
                arguments(
                        "NOT,((PROCESS-PATH,/opt/a (x86)/b)),P",
                        new Condition.Not(new Condition.ProcessPath("/opt/a (x86)/b"))),
                arguments("SUB-RULE,(NETWORK,tcp),P", new Condition.SubRule(TCP, "P")),
                arguments("SUB-RULE,((NETWORK,tcp)),P", new Condition.SubRule(TCP, "P")),
                arguments(
                        "SUB-RULE,(OR,((NETWORK,tcp),(DOMAIN,baidu.com))),P",
                        new Condition.SubRule(or(TCP, NAME), "P")));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void logicIsRead(String text, Condition condition) throws RuleSyntaxException {
        assertThat(RuleParser.parse(text, 1).condition()).isEqualTo(condition);
        assertThat(RuleParser.parse(text, 1).target()).isEqualTo("P");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "AND,(DOMAIN,baidu.com),(NETWORK,TCP),(DST-PORT,10001-65535)),P | there is a ')' without its '(' in AND,"
                        + "(DOMAIN,baidu.com),(NETWORK,TCP),(DST-PORT,10001-65535))",
                "NOT,((DST-PORT,5600-6666),(DOMAIN,baidu.com)),P | NOT takes one condition, not 2; join them with AND or OR",
                "NOT,(()),P | there are empty parentheses in NOT; expected a condition such as (DOMAIN,example.com)",
                "AND,(),P | there are empty parentheses in AND; expected a condition such as (DOMAIN,example.com)",
                "AND,((DOMAIN,a.b),(NETWORK,tcp),P | a '(' is not closed in AND,((DOMAIN,a.b),(NETWORK,tcp)",
                "AND,((DOMAIN,a.b),(NETWORK,tcp)) | the rule has no target; expected "
                        + "AND,((DOMAIN,a.b),(NETWORK,tcp)),TARGET",
                "AND,((DOMAIN,a.b),(NETWORK,tcp)),no-resolve | AND takes no parameters, and 'no-resolve' stands for its "
                        + "target; parameters belong to the conditions in parentheses",
                "AND | the rule has no target; expected AND,((DOMAIN,example.com),(NETWORK,udp)),TARGET",
                "AND,DOMAIN,a.b,P | AND expects conditions in parentheses, as in AND,((DOMAIN,example.com),(NETWORK,udp))",
                "AND,((DOMAIN,a.b)(NETWORK,tcp)),P | there is no ',' between the conditions in AND,(DOMAIN,a.b) …",
                "AND,((DOMAIN,a.b),NETWORK,tcp),P | AND expects conditions in parentheses, as in "
                        + "AND,((DOMAIN,example.com),(NETWORK,udp))",
                "AND,((MATCH,x)),P | MATCH cannot stand within AND",
                "AND,((SUB-RULE,(NETWORK,tcp))),P | SUB-RULE cannot stand within AND",
                "OR,((DOMAIN)),P | the condition (DOMAIN) has no payload; expected (DOMAIN,example.com)",
                "OR,((DOMAN,a.b)),P | 'DOMAN' is not a rule type; did you mean DOMAIN?",
                "OR,((DOMAIN,a.b,Px)),P | 'Px' is not a parameter of a rule; expected no-resolve, src or nothing",
                "OR,((NOT,(DOMAIN,a.b),(DOMAIN,b.b))),P | NOT takes one condition, not 2; join them with AND or OR",
                "SUB-RULE,(NETWORK,tcp),(NETWORK,udp),x | SUB-RULE takes one condition, not 2; join them with AND or OR"
            })
    void brokenLogicIsRefused(String text, String message) {
        assertThatThrownBy(() -> RuleParser.parse(text, 1))
                .isInstanceOf(RuleSyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void nestingHasALimit() throws RuleSyntaxException {
        String most = "NOT,(".repeat(32) + "NETWORK,tcp" + ")".repeat(32);
        assertThat(RuleParser.parse(most + ",P", 1).condition()).isInstanceOf(Condition.Not.class);
        String deeper = "NOT,(".repeat(5000) + "NETWORK,tcp" + ")".repeat(5000);
        assertThatThrownBy(() -> RuleParser.parse(deeper + ",P", 1))
                .hasMessage("parentheses are nested more than 32 deep");
        assertThatThrownBy(() -> RuleParser.parse("AND," + "(".repeat(9) + "NETWORK,tcp" + ")".repeat(5000) + ",P", 1))
                .isInstanceOf(RuleSyntaxException.class);
    }
}
