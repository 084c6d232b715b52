package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What YAML itself brings: anchors, merge keys, keys that are there twice, and bounds on them. */
class YamlTest {
    @Test
    void mergesMappingsAndWhatIsInTheMappingItselfWins() {
        ClashConfig config = Reading.config("""
                base: &base {type: socks5, server: 10.0.0.1, port: 1080, udp: true}
                login: &login {username: u, password: p, port: 9}
                proxies:
                  - {name: a, <<: *base}
                  - {<<: *base, name: b, port: 1081}
                  - {name: c, <<: [*base, *login]}
                  - {name: d, <<: [*login, *base]}
                """);
        assertThat(config.proxies()).extracting(ProxyConfig::port).containsExactly(1080, 1081, 1080, 9);
        assertThat(config.proxies()).allMatch(ProxyConfig::udp);
        assertThat(config.proxies()).extracting(ProxyConfig::username).containsExactly("", "", "u", "u");
    }

    @Test
    void aliasesStandForListsToo() {
        ClashConfig config = Reading.config("""
                proxy-groups:
                  - {name: a, type: select, proxies: &members [DIRECT, REJECT]}
                  - {name: b, type: select, proxies: *members}
                """);
        assertThat(config.groups().get(1).proxies()).containsExactly("DIRECT", "REJECT");
    }

    @Test
    void mergingWhatIsNoMappingIsAnError() {
        assertThat(Reading.errors("tun:\n  enable: true\n  <<: [1]\n"))
                .containsExactly("c.yaml:3: tun.<<: found a single value; expected an alias of a mapping, such as"
                        + " *name, or a list of these");
    }

    @Test
    void aKeyThatIsThereTwiceIsAnErrorWithBothLines() {
        assertThat(Reading.errors("mode: rule\nipv6: true\nmode: global\ntun:\n  mtu: 1500\n  mtu: 1400\n"))
                .containsExactly(
                        "c.yaml:3: mode: the key is there twice, first in line 1; expected it once",
                        "c.yaml:6: tun.mtu: the key is there twice, first in line 5; expected it once");
    }

    @Test
    void expansionOfAliasesIsBounded() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            yaml.append("a").append(i).append(": &a").append(i).append(" [");
            yaml.append(String.join(", ", Collections.nCopies(10, "*a" + (i - 1))))
                    .append("]\n");
        }
        assertThat(Reading.errors(yaml.toString()))
                .containsExactly("c.yaml: aliases (*name) make more than 4000000 values of it; expected fewer");
    }

    @Test
    void mergesAreBoundedToo() {
        StringBuilder yaml = new StringBuilder("a0: &a0 {k: v}\n");
        for (int i = 1; i < 30; i++) {
            yaml.append(String.format("a%d: &a%d {<<: [*a%d, *a%d]}%n", i, i, i - 1, i - 1));
        }
        assertThat(Reading.errors(yaml.toString()))
                .hasSize(1)
                .first()
                .asString()
                .contains("aliases (*name) make");
    }

    @Test
    void chainsOfAliasesAreBounded() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 200; i++) {
            yaml.append(String.format("a%d: &a%d [*a%d]%n", i, i, i - 1));
        }
        assertThat(Reading.errors(yaml.toString()))
                .containsExactly("c.yaml: aliases (*name) lie in each other more than 64 deep; expected less");
    }

    @Test
    void anAnchorThatHoldsItselfIsAnError() {
        assertThat(Reading.errors("ipv6: true\nrules: &r\n  - *r\n"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("c.yaml:2: an anchor (&name) holds an alias of itself");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: "})
    void depthIsBounded(String open) {
        assertThat(Reading.errors("rules: " + open.repeat(100_000)))
                .containsExactly("c.yaml:1: not YAML: lists and mappings lie in each other more than 64 deep");
    }

    @Test
    void manyAliasesAreNoMatter() {
        StringBuilder yaml = new StringBuilder("base: &base {type: select, proxies: [DIRECT]}\nproxy-groups:\n");
        for (int i = 0; i < 2000; i++) {
            yaml.append("  - {name: g").append(i).append(", <<: *base}\n");
        }
        assertThat(Reading.config(yaml.toString()).groups()).hasSize(2000);
    }

    @Test
    void brokenYamlNamesTheLine() {
        assertThat(Reading.errors("mode: rule\nrules:\n  - \"DOMAIN,x\n"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("c.yaml:4: not YAML: ");
        assertThat(Reading.errors("mode: rule\n\tipv6: true\n"))
                .first()
                .asString()
                .startsWith("c.yaml:2: not YAML: ");
        assertThat(Reading.errors("mode: *nothing\n")).first().asString().startsWith("c.yaml:1: not YAML: ");
    }

    @Test
    void aSecondDocumentIsAnError() {
        assertThat(Reading.errors("mode: rule\n---\nmode: rule\n"))
                .containsExactly("c.yaml:3: a second document begins; expected one");
    }

    @Test
    void bytesThatAreNoTextAreAnError() {
        assertThatExceptionOfType(ClashConfigException.class)
                .isThrownBy(() -> ClashConfigReader.read("c.yaml", new byte[] {'a', ':', (byte) 0xff}, Reading.OPTIONS))
                .satisfies(e ->
                        assertThat(e.messages()).containsExactly("c.yaml: the file is not UTF-8 text; expected YAML"));
    }

    @Test
    void aRootThatIsNoMappingIsAnError() {
        assertThat(Reading.errors("- a\n- b\n")).containsExactly("c.yaml:1: found a list; expected keys and values");
        assertThat(Reading.errors("just words"))
                .containsExactly("c.yaml:1: found a single value; expected keys and values");
        assertThat(Reading.errors("mode: rule\n? [a, b]\n: c\n"))
                .containsExactly("c.yaml:2: found a list as a key; expected a name");
    }

    @Test
    void readsNamesOfAnyScript() {
        String yaml = """
                proxies:
                  - {name: "🇭🇰 香港 01", type: direct}
                  - {name: "\\U0001F1FA\\U0001F1F8 美国", type: direct}
                """;
        assertThat(Reading.config(yaml).proxies())
                .extracting(ProxyConfig::name)
                .isEqualTo(List.of("🇭🇰 香港 01", "🇺🇸 美国"));
    }

    @Test
    void windowsLineEndsAreNoMatter() {
        assertThat(Reading.config("mode: global\r\nrules:\r\n  - MATCH,DIRECT\r\n")
                        .rules())
                .containsExactly(new RuleLine("MATCH,DIRECT", 3));
    }
}
