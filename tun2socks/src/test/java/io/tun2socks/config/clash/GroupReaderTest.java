package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupReaderTest {
    private static final String PROXIES = """
            proxies:
              - {name: "🇺🇸 us", type: direct}
              - {name: b-hk, type: direct}
              - {name: ～wide, type: direct}
              - {name: a-sg, type: direct}
            proxy-providers:
              z: {type: http, url: "https://z.example/", health-check: {url: "http://z.example/204"}}
              y: {type: inline, payload: [{name: p, type: direct}]}
            """;

    private static GroupConfig group(String settings) {
        List<GroupConfig> groups = Reading.config(PROXIES + "proxy-groups: [{name: g, " + settings + "}]")
                .groups();
        assertThat(groups).hasSize(1);
        return groups.get(0);
    }

    private static List<String> errors(String groups) {
        return Reading.errors(PROXIES + "proxy-groups:\n" + groups);
    }

    @Test
    void readsAllKeys() {
        assertThat(group("type: load-balance, proxies: [a-sg], use: [z], filter: \"hk`(?i)SG\", exclude-filter: x`y,"
                        + " exclude-type: \"Http| Socks5\", url: \"http://t.example/\", interval: 60, timeout: 1000,"
                        + " lazy: false, max-failed-times: 2, expected-status: 200/204-206, tolerance: 50,"
                        + " strategy: round-robin, disable-udp: true, interface-name: eth0, routing-mark: 7,"
                        + " hidden: true, icon: i"))
                .usingRecursiveComparison()
                .ignoringFields("filter", "excludeFilter")
                .isEqualTo(new GroupConfig(
                        "g",
                        GroupConfig.Type.LOAD_BALANCE,
                        List.of("a-sg"),
                        List.of("z"),
                        NameFilter.NONE,
                        NameFilter.NONE,
                        Set.of("http", "socks5"),
                        "http://t.example/",
                        60,
                        1000,
                        false,
                        2,
                        "200/204-206",
                        50,
                        GroupConfig.Strategy.ROUND_ROBIN,
                        true,
                        "eth0",
                        7,
                        true,
                        "i",
                        9));
    }

    @Test
    void filterHasSeveralExpressionsAndExcludeFilterOne() {
        GroupConfig group = group("type: select, proxies: [a-sg], filter: \"hk`(?i)SG\", exclude-filter: \"x`y\"");
        assertThat(group.filter().patterns()).hasSize(2);
        assertThat(group.excludeFilter().finds("x`y")).isTrue();
        assertThat(group.excludeFilter().finds("x")).isFalse();
    }

    @Test
    void includesAllProxiesInTheOrderOfTheirBytes() {
        GroupConfig group = group("type: select, include-all-proxies: true, use: [z]");
        assertThat(group.proxies()).containsExactly("a-sg", "b-hk", "～wide", "🇺🇸 us");
        assertThat(group.use()).containsExactly("z");
    }

    @Test
    void includesAllProvidersInsteadOfThoseNamed() {
        GroupConfig group = group("type: select, include-all-providers: true, use: [z]");
        assertThat(group.proxies()).isEmpty();
        assertThat(group.use()).containsExactly("y", "z");
    }

    @Test
    void includesBothBehindItsOwn() {
        GroupConfig group = group("type: select, include-all: true, proxies: [DIRECT, b-hk], filter: \"hk|us\"");
        assertThat(group.proxies()).containsExactly("DIRECT", "b-hk", "🇺🇸 us");
        assertThat(group.use()).containsExactly("y", "z");
    }

    @Test
    void anEmptyInclusionIsCompatible() {
        assertThat(group("type: select, include-all-proxies: true, filter: nothing")
                        .proxies())
                .containsExactly("COMPATIBLE");
    }

    @Test
    void theFirstProviderSaysWhatHealthChecksAskFor() {
        assertThat(group("type: url-test, use: [z, y]").url()).isEqualTo("http://z.example/204");
        assertThat(group("type: url-test, use: [y, z]").url()).isEqualTo("https://www.gstatic.com/generate_204");
        assertThat(group("type: url-test, use: [z], url: \"http://u.example/\"").url())
                .isEqualTo("http://u.example/");
    }

    @Test
    void globalMayBeConfigured() {
        assertThat(Reading.config("proxy-groups: [{name: GLOBAL, type: select, proxies: [DIRECT]}]")
                        .groups())
                .extracting(GroupConfig::name)
                .containsExactly("GLOBAL");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{type: select, proxies: [DIRECT]}|.name: there is none; expected a name for the group",
                "{name: g, proxies: [DIRECT]}|.type: there is none; expected one of select, url-test, fallback,"
                        + " load-balance, relay",
                "{name: g, type: urltest, proxies: [DIRECT]}|.type: 'urltest' is not known; expected one of select,"
                        + " url-test, fallback, load-balance, relay; did you mean url-test?",
                "{name: g, type: select}|: the group 'g' has no members; expected proxies, use or include-all",
                "{name: g, type: select, proxies: []}|: the group 'g' has no members; expected proxies, use or"
                        + " include-all",
                "{name: g, type: select, proxies: DIRECT}|.proxies: found a single value; expected a list, with '- '"
                        + " before each element",
                "{name: g, type: select, proxies: [a-sgg]}|.proxies: there is no proxy or group 'a-sgg'; expected a"
                        + " name of proxies or proxy-groups, or one of COMPATIBLE, DIRECT, PASS, REJECT, REJECT-DROP;"
                        + " did you mean a-sg?",
                "{name: g, type: select, use: [x2]}|.use: there is no proxy provider 'x2'; expected one of"
                        + " proxy-providers",
                "{name: REJECT, type: select, proxies: [DIRECT]}|.name: 'REJECT' is reserved; expected another name",
                "{name: a-sg, type: select, proxies: [DIRECT]}|.name: there is a proxy 'a-sg'; expected another name",
                "{name: z, type: select, proxies: [DIRECT]}|.name: there is a proxy provider 'z'; expected another"
                        + " name",
                "{name: g, type: select, proxies: [DIRECT], filter: '('}|.filter: '(' is not a regular expression"
                        + " (Unclosed group); expected one",
                "{name: g, type: url-test, proxies: [DIRECT], expected-status: ok}|.expected-status: 'ok' is not"
                        + " understood; expected HTTP status numbers such as 204 or 200/204/300-399, single or as"
                        + " first-last",
                "{name: g, type: url-test, proxies: [DIRECT], interval: -5}|.interval: -5 is out of range; expected a"
                        + " number, 0 or more",
                "{name: g, type: load-balance, proxies: [DIRECT], strategy: random}|.strategy: 'random' is not known;"
                        + " expected one of consistent-hashing, round-robin, sticky-sessions",
            })
    void namesWhatIsWrong(String group, String message) {
        assertThat(errors("  - " + group)).first().isEqualTo("c.yaml:10: proxy-groups[0]" + message);
    }

    @Test
    void namesAreUnique() {
        assertThat(errors("  - {name: g, type: select, proxies: [DIRECT]}\n  - {name: g, type: select, use: [z]}\n"))
                .containsExactly("c.yaml:11: proxy-groups[1].name: there is another group 'g' in line 10; expected a"
                        + " name that is there once");
    }

    @Test
    void circlesAreErrors() {
        assertThat(errors("""
                  - {name: top, type: select, proxies: [a]}
                  - {name: a, type: select, proxies: [DIRECT, b]}
                  - {name: b, type: url-test, proxies: [c, DIRECT]}
                  - {name: c, type: select, proxies: [a]}
                """))
                .containsExactly("c.yaml:11: proxy-groups: the groups are members of each other: a → b → c → a;"
                        + " expected no circle");
        assertThat(errors("  - {name: g, type: select, proxies: [g]}\n"))
                .first()
                .asString()
                .contains("g → g");
    }

    @Test
    void aDiamondIsNoCircle() {
        assertThat(Reading.config("""
                proxy-groups:
                  - {name: top, type: select, proxies: [l, r]}
                  - {name: l, type: select, proxies: [end]}
                  - {name: r, type: select, proxies: [end]}
                  - {name: end, type: select, proxies: [DIRECT]}
                """).groups()).hasSize(4);
    }

    @Test
    void longChainsOfGroupsTakeNoStack() {
        StringBuilder yaml = new StringBuilder("proxy-groups:\n");
        for (int i = 0; i < 3000; i++) {
            String next = i == 2999 ? "DIRECT" : "g" + (i + 1);
            yaml.append("  - {name: g")
                    .append(i)
                    .append(", type: select, proxies: [")
                    .append(next)
                    .append("]}\n");
        }
        assertThat(Reading.config(yaml.toString()).groups()).hasSize(3000);
    }
}
