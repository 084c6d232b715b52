package io.tun2socks.rules.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleSetReaderTest {
    private final RuleSetReader reader = new RuleSetReader(
            (text, line) -> {
                throw new AssertionError("not a classical set: " + text);
            },
            rules -> {
                throw new AssertionError("not a classical set");
            },
            RuleSetLimits.DEFAULT);

    @Test
    void textHasAnEntryALineAndComments() throws RuleSetException {
        LoadedRuleSet loaded = text("# a comment\r\n// another\n\n  +.example.com \r\na.test\n+.b.test");
        assertThat(loaded.set().size()).isEqualTo(3);
        assertThat(loaded.problemCount()).isZero();
        assertThat(holds(loaded, "x.example.com")).isTrue();
        assertThat(holds(loaded, "a.test")).isTrue();
        assertThat(holds(loaded, "c.b.test")).isTrue();
        assertThat(holds(loaded, "c.test")).isFalse();
    }

    @Test
    void badLinesAreReportedAndTheOthersCount() throws RuleSetException {
        LoadedRuleSet loaded = text("\ufeffgood.test\n\na..b\nhttp://x/\nother.test # why\nlast.test\n");
        assertThat(loaded.set().size()).isEqualTo(2);
        assertThat(loaded.problemCount()).isEqualTo(3);
        assertThat(loaded.problems()).extracting(RuleSetProblem::line).containsExactly(3, 4, 5);
        assertThat(loaded.problems().get(0)).hasToString("line 3: 'a..b' has an empty label");
        assertThat(holds(loaded, "good.test")).isTrue();
        assertThat(holds(loaded, "last.test")).isTrue();
    }

    @Test
    void manyProblemsAreCountedAndTheFirstKept() throws RuleSetException {
        LoadedRuleSet loaded = text("a..b\n".repeat(1000) + "good.test");
        assertThat(loaded.problemCount()).isEqualTo(1000);
        assertThat(loaded.problems()).hasSize(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# nothing\n", "a..b\n<html/>\n", "\u0000\u0001\u0002"})
    void textWithoutAGoodLineIsAnError(String content) {
        assertThatThrownBy(() -> text(content))
                .isInstanceOf(RuleSetException.class)
                .hasMessageStartingWith("the source holds no")
                .hasMessageContaining("behavior domain, format text");
    }

    @Test
    void anErrorShowsTheFirstProblem() {
        assertThatThrownBy(() -> text("\n<html>\n</html>\n"))
                .hasMessageContaining("no good entry of 2")
                .hasMessageContaining("line 2: '<html>' has a '<', which no name has");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "payload:\n  - '+.a.test'\n  - \"b.test\"\n  - c.test\n",
                "payload:\n- '+.a.test'\n- b.test # comment\n-   'c.test'   # comment\n",
                "# head\n\n---\npayload: # list\n    # in it\n    - +.a.test\r\n    - b.test\r\n\r\n    - c.test",
                "rules:\n  - +.a.test\n  - b.test\n  - ''\n  -\n  - c.test\n",
                "payload: ['+.a.test', b.test, \"c.test\"]\n",
                "name: x\nother:\n  - y: [1, 2]\npayload:\n  - +.a.test\n  - b.test\n  - c.test\nlast: 1\n",
                "{\"payload\": [\"+.a.test\", \"b.test\", \"c.test\"]}",
                "payload:\n  - \"\\x2b.a.test\"\n  - >-\n    b.test\n  - |-\n    c.test\n",
                "payload:\n  - !!str +.a.test\n  - &x b.test\n  - c.test\n",
                "? payload\n: - +.a.test\n  - b.test\n  - c.test\n",
                "'payload':\n  - +.a.test\n  - b.test\n  - c.test\n...\n"
            })
    void aPayloadIsReadInAnyForm(String document) throws RuleSetException {
        LoadedRuleSet loaded = yaml(document);
        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.set().size()).isEqualTo(3);
        for (String host : List.of("a.test", "x.a.test", "b.test", "c.test")) {
            assertThat(holds(loaded, host)).as(host).isTrue();
        }
        assertThat(holds(loaded, "x.b.test")).isFalse();
    }

    @Test
    void aBadLineOfYamlDoesNotCostTheOthers() throws RuleSetException {
        LoadedRuleSet loaded =
                yaml("payload:\n  - a.test\n  - *.b.test\n  - 'c.test\n  - d: e\n  - [f.test]\n  - 'g.test'"
                        + " h\n  - i..test\n  - \"\\q\"\n  - j.test\n");
        assertThat(loaded.set().size()).isEqualTo(2);
        assertThat(holds(loaded, "a.test")).isTrue();
        assertThat(holds(loaded, "j.test")).isTrue();
        assertThat(loaded.problems()).extracting(RuleSetProblem::line).containsExactly(3, 4, 5, 6, 7, 8, 9);
        assertThat(loaded.problems().get(0).why()).contains("alias").contains("quotes");
        assertThat(loaded.problems().get(5)).hasToString("line 8: 'i..test' has an empty label");
    }

    @Test
    void theGeneralParserReportsLinesToo() throws RuleSetException {
        LoadedRuleSet loaded = yaml("payload:\n  - \"\\x61.test\"\n  - [x]\n  - 'b..test'\n  - &y c.test\n  - *y\n");
        assertThat(loaded.set().size()).isEqualTo(2);
        assertThat(loaded.problems()).extracting(RuleSetProblem::line).containsExactly(3, 4, 6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "payload:\n",
                "payload: []\n",
                "proxies:\n  - a\n",
                "- a.test\n- b.test\n",
                "a.test\nb.test\n",
                "payload: a.test\n",
                "<html>\n<body>: x",
                "payload:\n  - a..b\n",
                "[[[[",
                "\u0000"
            })
    void yamlWithoutAGoodEntryIsAnError(String document) {
        assertThatThrownBy(() -> yaml(document))
                .isInstanceOf(RuleSetException.class)
                .hasMessageStartingWith("the source ");
    }

    @Test
    void deepYamlIsAnErrorLikeAny() {
        assertThatThrownBy(() -> yaml("payload: " + "[".repeat(200_000))).isInstanceOf(RuleSetException.class);
    }

    @Test
    void blocksAndAddresses() throws RuleSetException {
        LoadedRuleSet loaded = reader.read(
                "the source",
                "10.0.0.0/8\n1.2.3.4\n2001:db8::/32\n::1\n10.0.0.0/33\nfe80::1%eth0\nexample.com\n/8\n".getBytes(UTF_8),
                RuleSetBehavior.IPCIDR,
                RuleSetFormat.TEXT);
        assertThat(loaded.set().size()).isEqualTo(4);
        assertThat(loaded.set().needsAddress()).isTrue();
        assertThat(loaded.set().needsProcess()).isFalse();
        assertThat(loaded.problems()).extracting(RuleSetProblem::line).containsExactly(5, 6, 7, 8);
        FlowMetadata flow = new FlowMetadata().host("example.com");
        assertThat(loaded.set().matches(flow)).isFalse();
        for (String ip : List.of("10.1.2.3", "1.2.3.4", "2001:db8::5", "::1")) {
            assertThat(loaded.set().matches(flow.destinationIp(Ip.literal(ip))))
                    .as(ip)
                    .isTrue();
        }
        assertThat(loaded.set().matches(flow.destinationIp(Ip.literal("1.2.3.5"))))
                .isFalse();
    }

    @Test
    void domainSetsLookAtTheSniffedName() throws RuleSetException {
        LoadedRuleSet loaded = text("a.test");
        assertThat(loaded.set().matches(new FlowMetadata().host("a.test").sniffHost("b.test")))
                .isFalse();
        assertThat(loaded.set().matches(new FlowMetadata().host("b.test").sniffHost("a.test")))
                .isTrue();
        assertThat(loaded.set().matches(new FlowMetadata())).isFalse();
        assertThat(loaded.set().needsAddress()).isFalse();
    }

    @Test
    void entriesOfTheConfigurationItself() throws RuleSetException {
        LoadedRuleSet loaded = reader.inline("rule-providers.x", List.of("a.test", "", "b..c"), RuleSetBehavior.DOMAIN);
        assertThat(loaded.set().size()).isEqualTo(1);
        assertThat(loaded.problems()).extracting(RuleSetProblem::line).containsExactly(3);
        assertThat(reader.inline("x", List.of(), RuleSetBehavior.IPCIDR).set().size())
                .isZero();
    }

    @Test
    void filesHaveALimit(@TempDir Path directory) throws IOException, RuleSetException {
        RuleSetReader small =
                new RuleSetReader((text, line) -> null, rules -> (RuleMatcher) null, new RuleSetLimits(10, 10));
        Path file = directory.resolve("set.txt");
        Files.writeString(file, "abcdef.com");
        assertThat(small.read(file, RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT)
                        .set()
                        .size())
                .isEqualTo(1);
        Files.writeString(file, "abcdefg.com");
        assertThatThrownBy(() -> small.read(file, RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT))
                .isInstanceOf(RuleSetException.class)
                .hasMessageContaining("set.txt is larger than 10 bytes");
    }

    @Test
    void problemsAreShownInOneShortLine() {
        RuleSetProblem problem = new RuleSetProblem(7, "a\nb" + "c".repeat(500), "is long");
        assertThat(problem.toString())
                .startsWith("line 7: 'a?bc")
                .endsWith("…' is long")
                .hasSizeLessThan(120);
        assertThat(new RuleSetProblem(0, "x", "is short")).hasToString("'x' is short");
    }

    private LoadedRuleSet text(String content) throws RuleSetException {
        return reader.read("the source", content.getBytes(UTF_8), RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
    }

    private LoadedRuleSet yaml(String content) throws RuleSetException {
        return reader.read("the source", content.getBytes(UTF_8), RuleSetBehavior.DOMAIN, RuleSetFormat.YAML);
    }

    private static boolean holds(LoadedRuleSet loaded, String host) {
        return loaded.set().matches(new FlowMetadata().host(host));
    }
}
