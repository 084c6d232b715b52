package io.tun2socks.rules.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.parse.RuleSyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassicalRuleSetTest {
    private static final Cidr BLOCK = Cidr.parse("10.0.0.0/8").orElseThrow();

    private final List<String> asked = new ArrayList<>();
    private final RuleSetReader reader =
            new RuleSetReader(ClassicalRuleSetTest::parse, this::compile, RuleSetLimits.DEFAULT);

    @Test
    void goodRulesAreCompiledAndOthersReported() throws RuleSetException {
        LoadedRuleSet loaded = read("""
                payload:
                  - DOMAIN,a.test
                  - NONSENSE,b
                  - MATCH,
                  - RULE-SET,other
                  - AND-RULE-SET,other
                  - DOMAIN,c.test
                """);
        assertThat(loaded.set().size()).isEqualTo(2);
        assertThat(loaded.problems()).extracting(RuleSetProblem::line).containsExactly(3, 4, 5, 6);
        assertThat(loaded.problems().get(0).why()).isEqualTo("is no rule: unknown type NONSENSE");
        assertThat(loaded.set().matches(new FlowMetadata().host("c.test"))).isTrue();
        assertThat(loaded.set().matches(new FlowMetadata().host("d.test"))).isFalse();
    }

    @Test
    void nothingIsAskedForAndTheFlowIsUnchanged() throws RuleSetException {
        LoadedRuleSet loaded = read("payload:\n  - IP-CIDR,x\n");
        FlowMetadata flow = new FlowMetadata().host("a.test").resumeAt(7);
        assertThat(loaded.set().matches(flow)).isFalse();
        assertThat(asked).containsExactly("resolved true, sought true");
        assertThat(flow.resolved()).isFalse();
        assertThat(flow.processSought()).isFalse();
        assertThat(flow.resumeAt()).isEqualTo(7);
        flow.resolved(true);
        assertThat(loaded.set().matches(flow)).isFalse();
        assertThat(flow.resolved()).isTrue();
        assertThat(flow.processSought()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "DOMAIN, false, false",
        "IP-CIDR, true, false",
        "IP-CIDR-NO-RESOLVE, false, false",
        "SRC-IP-CIDR, false, false",
        "GEOIP, true, false",
        "IP-ASN, true, false",
        "NOT-IP-SUFFIX, true, false",
        "PROCESS-NAME, false, true",
        "PROCESS-PATH, false, true",
        "OR-UID, false, true",
    })
    void aSetNeedsWhatItsRulesLookAt(String type, boolean address, boolean process) throws RuleSetException {
        LoadedRuleSet loaded = read("payload:\n  - DOMAIN,a\n  - " + type + ",x\n");
        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.set().needsAddress()).isEqualTo(address);
        assertThat(loaded.set().needsProcess()).isEqualTo(process);
    }

    @Test
    void whatTheCompilerMissesIsAnErrorOfTheSource() {
        RuleSetReader failing = new RuleSetReader(
                ClassicalRuleSetTest::parse,
                rules -> {
                    throw new RuleSetException("geoip.metadb is missing");
                },
                RuleSetLimits.DEFAULT);
        assertThatThrownBy(() -> failing.read(
                        "list.txt", "DOMAIN,a".getBytes(UTF_8), RuleSetBehavior.CLASSICAL, RuleSetFormat.TEXT))
                .isInstanceOf(RuleSetException.class)
                .hasMessage("list.txt: geoip.metadb is missing");
    }

    @Test
    void thereAreNoClassicalMrsFiles() {
        assertThatThrownBy(() -> reader.read("list.mrs", new byte[0], RuleSetBehavior.CLASSICAL, RuleSetFormat.MRS))
                .isInstanceOf(RuleSetException.class)
                .hasMessageContaining("list.mrs")
                .hasMessageContaining("yaml or text");
    }

    private LoadedRuleSet read(String yaml) throws RuleSetException {
        return reader.read("set.yaml", yaml.getBytes(UTF_8), RuleSetBehavior.CLASSICAL, RuleSetFormat.YAML);
    }

    private static Rule parse(String text, int line) throws RuleSyntaxException {
        int comma = text.indexOf(',');
        String type = text.substring(0, comma);
        String payload = text.substring(comma + 1);
        return new Rule(type, payload, "", condition(type, payload), line);
    }

    private static Condition condition(String type, String payload) throws RuleSyntaxException {
        return switch (type) {
            case "DOMAIN" -> new Condition.Domain(payload);
            case "MATCH" -> new Condition.Always();
            case "RULE-SET" -> new Condition.InRuleSet(payload, false, false);
            case "AND-RULE-SET" -> new Condition.And(List.of(new Condition.InRuleSet(payload, false, false)));
            case "IP-CIDR" -> new Condition.IpCidr(BLOCK, Condition.End.DESTINATION, false);
            case "IP-CIDR-NO-RESOLVE" -> new Condition.IpCidr(BLOCK, Condition.End.DESTINATION, true);
            case "SRC-IP-CIDR" -> new Condition.IpCidr(BLOCK, Condition.End.SOURCE, false);
            case "GEOIP" -> new Condition.GeoIp("cn", Condition.End.DESTINATION, false);
            case "IP-ASN" -> new Condition.IpAsn(1, Condition.End.DESTINATION, false);
            case "NOT-IP-SUFFIX" ->
                new Condition.Not(new Condition.IpSuffix(BLOCK.base(), 8, Condition.End.DESTINATION, false));
            case "PROCESS-NAME" -> new Condition.ProcessName(payload);
            case "PROCESS-PATH" -> new Condition.ProcessPath(payload);
            case "OR-UID" -> new Condition.Or(List.of(new Condition.UidIn(new Ranges(List.of()))));
            default -> throw new RuleSyntaxException("unknown type " + type);
        };
    }

    private RuleMatcher compile(List<Rule> rules) {
        return new RuleMatcher() {
            @Override
            public int match(FlowMetadata flow, int from) {
                asked.add("resolved " + flow.resolved() + ", sought " + flow.processSought());
                flow.resumeAt(from + 1);
                for (int i = from; i < rules.size(); i++) {
                    if (rules.get(i).condition() instanceof Condition.Domain domain
                            && domain.name().equals(flow.ruleHost())) {
                        return i;
                    }
                }
                return NONE;
            }

            @Override
            public String target(int rule, FlowMetadata flow) {
                return "";
            }

            @Override
            public int size() {
                return rules.size();
            }
        };
    }
}
