package io.tun2socks.rules.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.model.Rule;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LintTest {
    private static final Known KNOWN =
            new Known(Set.of("P", "Q", "DIRECT", "PASS", "http"), Set.of("ads"), target -> !target.equals("http"));

    private static List<String> lint(Map<String, List<Rule>> subRules, String... rules) {
        return Lint.check(Samples.rules(rules), subRules, KNOWN).stream()
                .map(Finding::toString)
                .toList();
    }

    private static List<String> lint(String... rules) {
        return lint(Map.of(), rules);
    }

    /** The second rule of two is never reached. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DOMAIN,a.example,P | DOMAIN,A.Example.,Q",
                "DOMAIN-SUFFIX,example.com,P | DOMAIN,a.b.example.com,Q",
                "DOMAIN-SUFFIX,example.com,P | DOMAIN,example.com,Q",
                "DOMAIN-SUFFIX,com,P | DOMAIN-SUFFIX,example.com,Q",
                "DOMAIN-SUFFIX,example.com,P | DOMAIN-WILDCARD,*.b.example.com,Q",
                "DOMAIN-SUFFIX,com,P | DOMAIN-WILDCARD,w*ample.com,Q",
                "DOMAIN-KEYWORD,ample,P | DOMAIN,a.example.com,Q",
                "DOMAIN-KEYWORD,ample,P | DOMAIN-SUFFIX,example.com,Q",
                "DOMAIN-KEYWORD,ample,P | DOMAIN-KEYWORD,example,Q",
                "DOMAIN-KEYWORD,ample,P | DOMAIN-WILDCARD,*.example.*,Q",
                "DOMAIN-REGEX,^a,P | DOMAIN-REGEX,^a,Q",
                "GEOSITE,cn,P | GEOSITE,CN,Q",
                "IP-CIDR,10.0.0.0/8,P | IP-CIDR,10.1.0.0/16,Q",
                "IP-CIDR,10.0.0.0/8,P | IP-CIDR,10.1.0.0/16,Q,no-resolve",
                "IP-CIDR,10.0.0.0/8,P,no-resolve | IP-CIDR,10.1.0.0/16,Q,no-resolve",
                "IP-CIDR,0.0.0.0/0,P | IP-CIDR,10.1.0.0/16,Q",
                "IP-CIDR6,2001:db8::/32,P | IP-CIDR,2001:db8:1::/48,Q",
                "SRC-IP-CIDR,10.0.0.0/8,P | IP-CIDR,10.1.0.0/16,Q,src",
                "GEOIP,cn,P | GEOIP,CN,Q,no-resolve",
                "IP-ASN,1,P | IP-ASN,AS1,Q",
                "DST-PORT,80-90,P | DST-PORT,80/85-86,Q",
                "DST-PORT,*,P | DST-PORT,1-65535,Q",
                "UID,1000-1999,P | UID,1000,Q",
                "DSCP,*,P | DSCP,8,Q",
                "PROCESS-NAME,curl,P | PROCESS-NAME,CURL,Q",
                "RULE-SET,ads,P | RULE-SET,ads,Q",
                "DOMAIN-SUFFIX,com,P | AND,((DOMAIN,a.com),(DST-PORT,80)),Q",
                "OR,((DOMAIN-SUFFIX,com),(DOMAIN-SUFFIX,org)),P | OR,((DOMAIN,a.com),(DOMAIN,b.org)),Q",
                "AND,((DOMAIN,a.com),(DST-PORT,80)),P | AND,((DOMAIN,a.com),(DST-PORT,80)),Q",
                "NOT,((NETWORK,tcp)),P | NOT,((NETWORK,TCP)),Q",
                "NETWORK,tcp,http | AND,((NETWORK,tcp),(DST-PORT,80)),Q"
            })
    void whatIsTakenIsNeverReached(String earlier, String later) {
        List<Rule> rules = Samples.rules(earlier, later);
        assertThat(lint(earlier, later, "MATCH,DIRECT"))
                .containsExactly("line 11: warning: " + rules.get(1) + ": never reached; rule 1 (line 10), "
                        + rules.get(0) + ", takes all of it");
        String sameTarget = later.replace(",Q", "," + rules.get(0).target());
        assertThat(lint(earlier, sameTarget, "MATCH,DIRECT"))
                .singleElement()
                .asString()
                .startsWith("line 11: note: ")
                .contains(": superfluous; rule 1 (line 10), ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DOMAIN,example.com,P | DOMAIN-SUFFIX,example.com,Q",
                "DOMAIN-SUFFIX,example.com,P | DOMAIN,notexample.com,Q",
                "DOMAIN-SUFFIX,example.com,P | DOMAIN-WILDCARD,*example.com,Q",
                "DOMAIN-KEYWORD,example,P | DOMAIN-KEYWORD,ample,Q",
                "IP-CIDR,10.0.0.0/8,P,no-resolve | IP-CIDR,10.1.0.0/16,Q",
                "IP-CIDR,10.0.0.0/8,P | SRC-IP-CIDR,10.1.0.0/16,Q",
                "GEOIP,cn,P,no-resolve | GEOIP,cn,Q",
                "DST-PORT,80-90,P | DST-PORT,85-91,Q",
                "DST-PORT,80,P | SRC-PORT,80,Q",
                "DOMAIN-SUFFIX,com,PASS | DOMAIN,a.com,Q",
                "DOMAIN,a.com,P | AND,((DOMAIN-SUFFIX,com),(DST-PORT,80)),Q",
                "AND,((DOMAIN,a.com),(DST-PORT,80)),P | DOMAIN,a.com,Q",
                "DOMAIN-SUFFIX,com,P | OR,((DOMAIN,a.com),(DOMAIN,b.org)),Q",
                "NETWORK,udp,P | DST-PORT,80,Q"
            })
    void whatIsLeftIsReached(String earlier, String later) {
        assertThat(lint(earlier, later, "MATCH,DIRECT")).isEmpty();
    }

    @Test
    void aLookUpBetweenRulesWithNoResolveLeavesSomething() {
        String[] rules = {
            "IP-CIDR,10.0.0.0/8,P,no-resolve", "GEOIP,cn,P", "IP-CIDR,10.0.0.0/8,Q,no-resolve", "MATCH,DIRECT"
        };
        assertThat(lint(rules)).isEmpty();
        rules[1] = "RULE-SET,ads,P";
        assertThat(lint(rules)).isEmpty();
        rules[1] = "RULE-SET,ads,P,no-resolve";
        assertThat(lint(rules)).hasSize(1);
        // The first look-up is done before the earlier rule is asked.
        assertThat(lint("GEOIP,cn,P", rules[0], rules[2], "MATCH,DIRECT")).hasSize(1);
    }

    @Test
    void rulesTakeTogether() {
        assertThat(lint("DST-PORT,1-10,P", "DST-PORT,11-20,P", "DST-PORT,5-15,Q", "MATCH,DIRECT"))
                .containsExactly(
                        "line 12: warning: DST-PORT,5-15,Q: never reached; earlier rules together take all of it");
        assertThat(lint("NETWORK,tcp,http", "NETWORK,udp,P", "DOMAIN,a.example,Q", "MATCH,DIRECT"))
                .containsExactly("line 12: warning: DOMAIN,a.example,Q and 1 more: never reached; rule 2 (line 11), "
                        + "NETWORK,udp,P, leaves nothing");
    }

    @Test
    void nothingIsReachedAfterMatch() {
        assertThat(lint("MATCH,P", "DOMAIN,a.example,Q", "DOMAIN,a.example,Q", "MATCH,Q"))
                .containsExactly(
                        "line 11: warning: DOMAIN,a.example,Q and 2 more: never reached; rule 1 (line 10), MATCH,P, "
                                + "leaves nothing");
    }

    @Test
    void udpGoesOnPastTargetsThatDoNotCarryIt() {
        assertThat(lint("DOMAIN-SUFFIX,com,http", "DOMAIN,a.com,P", "DOMAIN,b.org,http", "MATCH,http", "MATCH,P"))
                .containsExactly(
                        "line 10: note: DOMAIN-SUFFIX,com,http: UDP goes on to later rules, since 'http' does not "
                                + "carry it");
        assertThat(lint("AND,((NETWORK,tcp),(DST-PORT,80)),http", "MATCH,http"))
                .containsExactly(
                        "line 11: warning: MATCH,http: UDP that no other rule decides about goes DIRECT, since "
                                + "'http' does not carry it");
        assertThat(lint("NETWORK,udp,P", "MATCH,http")).isEmpty();
    }

    @Test
    void aListWithoutMatchIsReported() {
        assertThat(lint()).containsExactly("warning: there is no MATCH: what no rule decides about goes DIRECT");
        assertThat(lint("DOMAIN,a.example,P"))
                .containsExactly("line 10: warning: there is no MATCH: what no rule decides about goes DIRECT");
        assertThat(lint("NETWORK,tcp,P", "NETWORK,udp,Q")).isEmpty();
    }

    @Test
    void whatIsNotThereIsReported() {
        assertThat(lint(
                        Map.of("locals", Samples.rules("DOMAIN,a.example,DIRCT"), "other", List.of()),
                        "DOMAIN,a.example,DIRCET",
                        "RULE-SET,adds,P",
                        "AND,((NETWORK,tcp),(NOT,((RULE-SET,x)))),P",
                        "SUB-RULE,(NETWORK,tcp),local",
                        "SUB-RULE,(NETWORK,tcp),locals",
                        "MATCH,P"))
                .containsExactly(
                        "line 10: error: DOMAIN,a.example,DIRCET: there is no proxy or group 'DIRCET'; did you mean DIRECT?",
                        "line 11: error: RULE-SET,adds,P: there is no rule set 'adds' in rule-providers; did you mean ads?",
                        "line 12: error: AND,((NETWORK,tcp),(NOT,((RULE-SET,x)))),P: there is no rule set 'x' in "
                                + "rule-providers",
                        "line 13: error: SUB-RULE,(NETWORK,tcp),local: there is no list 'local' in sub-rules; did you mean "
                                + "locals?",
                        "line 10: error: DOMAIN,a.example,DIRCT in the list 'locals': there is no proxy or group 'DIRCT'; "
                                + "did you mean DIRECT?",
                        "note: no SUB-RULE leads to the list 'other'");
    }

    @Test
    void listsAreCheckedForThemselves() {
        assertThat(lint(
                        Map.of("a", Samples.rules("IP-CIDR,10.0.0.0/8,P,no-resolve", "IP-CIDR,10.0.0.0/9,Q")),
                        "SUB-RULE,(NETWORK,tcp),a",
                        "MATCH,P"))
                .containsExactly(
                        "line 11: warning: IP-CIDR,10.0.0.0/9,Q in the list 'a': never reached; rule 1 (line 10), "
                                + "IP-CIDR,10.0.0.0/8,P, takes all of it");
    }

    @Test
    void cyclesAreReported() {
        assertThat(lint(
                        Map.of(
                                "a", Samples.rules("SUB-RULE,(NETWORK,tcp),b"),
                                "b", Samples.rules("SUB-RULE,(NETWORK,tcp),b", "SUB-RULE,(NETWORK,udp),a")),
                        "SUB-RULE,(NETWORK,tcp),a",
                        "MATCH,P"))
                .containsExactly(
                        "line 10: error: SUB-RULE,(NETWORK,tcp),b in the list 'b': sub-rules lead back to themselves: "
                                + "b -> b",
                        "line 11: error: SUB-RULE,(NETWORK,udp),a in the list 'b': sub-rules lead back to themselves: "
                                + "a -> b -> a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DOMAIN-SUFFIX,+.a.example | no name fits +.a.example; did you mean DOMAIN-SUFFIX,a.example?",
                "DOMAIN-SUFFIX,.a.example | no name fits .a.example; did you mean DOMAIN-SUFFIX,a.example?",
                "DOMAIN,*.a.example | no name fits *.a.example; did you mean DOMAIN-SUFFIX,a.example?",
                "DOMAIN,a*.example | no name fits a*.example; did you mean DOMAIN-WILDCARD,a*.example?",
                "DOMAIN-KEYWORD,a*b | no name fits a*b; did you mean DOMAIN-WILDCARD,*a*b*?",
                "DOMAIN,https://a.example | no name fits https://a.example; names hold no ':'",
                "DOMAIN,192.0.2.1 | no name fits 192.0.2.1; did you mean IP-CIDR,192.0.2.1/32?"
            })
    void whatNoNameFitsIsReported(String text, String message) {
        assertThat(lint(text + ",P", "MATCH,P")).containsExactly("line 10: warning: " + text + ",P: " + message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DOMAIN", "DOMAIN-SUFFIX", "DOMAIN-KEYWORD", "IP-CIDR", "DST-PORT", "AND", "UNKNOWN", "MIXED"})
    void aHundredThousandRulesTakeUnderTwoSeconds(String kind) {
        List<Rule> rules = Samples.rules(many(kind));
        Map<String, List<Rule>> chain = new LinkedHashMap<>();
        for (int i = 0; i < 10_000 && kind.equals("MIXED"); i++) {
            chain.put("l" + i, Samples.rules("SUB-RULE,(NETWORK,tcp),l" + (i + 1)));
        }
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        // The time of the processor: others may be at work on the machine.
        long before = thread.getCurrentThreadCpuTime();
        List<Finding> findings = Lint.check(rules, chain, KNOWN);
        assertThat(Duration.ofNanos(thread.getCurrentThreadCpuTime() - before)).isLessThan(Duration.ofSeconds(2));
        assertThat(findings).isNotEmpty();
    }

    private static String[] many(String kind) {
        List<String> rules = new ArrayList<>();
        String[] mixed = {"DOMAIN", "DOMAIN-SUFFIX", "DOMAIN-KEYWORD", "IP-CIDR", "DST-PORT", "AND"};
        for (int i = 0; i < 100_000; i++) {
            String name = "n" + Integer.toString(i * 7919, 36);
            String type = kind.equals("MIXED") ? mixed[i % mixed.length] : kind;
            rules.add(
                    switch (type) {
                        case "DOMAIN-KEYWORD" -> "DOMAIN-KEYWORD,aaaa" + name + "x,P";
                        case "IP-CIDR" -> "IP-CIDR,10." + (i >> 9) + "." + (i & 255) + ".0/" + (24 - i % 9) + ",P";
                        case "DST-PORT" ->
                            "DST-PORT," + i * 7 % 65_536 + "-" + Math.min(65_535, i * 7 % 65_536 + i % 3) + ",P";
                        case "AND" -> "AND,((DOMAIN," + name + ".example),(DST-PORT," + i % 65_536 + ")),P";
                        case "UNKNOWN" -> "DOMAIN,aaaaaaaaaaaaaaaa.example,U" + name;
                        default -> type + "," + name + ".a.b.c.example.com,P";
                    });
        }
        return rules.toArray(String[]::new);
    }
}
