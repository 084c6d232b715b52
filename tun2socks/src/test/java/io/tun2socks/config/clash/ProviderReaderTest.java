package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderReaderTest {
    @Test
    void readsProxyProviders() {
        ProxyProviderConfig provider = Reading.config("""
                proxy-providers:
                  sub:
                    type: http
                    url: https://example.com/sub
                    path: ./sub/one.yaml
                    interval: "3600"
                    proxy: DIRECT
                    size-limit: 10240
                    header: {User-Agent: [a, b], X: c}
                    filter: HK
                    exclude-filter: old
                    exclude-type: ss|vmess
                    dialer-proxy: REJECT
                    health-check: {enable: yes, url: "http://h.example/", interval: 10, timeout: 20, lazy: false,
                      expected-status: 204}
                    override: {udp: true, skip-cert-verify: false, dialer-proxy: DIRECT, interface-name: eth0,
                      routing-mark: 0, ip-version: ipv4, additional-prefix: "p ", additional-suffix: " s"}
                """).proxyProviders().get(0);
        assertThat(provider.type()).isEqualTo(ProviderType.HTTP);
        assertThat(provider.path()).isEqualTo(Path.of("/etc/tun2socks/sub/one.yaml"));
        assertThat(provider.interval()).isEqualTo(3600);
        assertThat(provider.sizeLimit()).isEqualTo(10240);
        assertThat(provider.header()).isEqualTo(Map.of("User-Agent", List.of("a", "b"), "X", List.of("c")));
        assertThat(provider.filter().finds("HK 1")).isTrue();
        assertThat(provider.excludeFilter().finds("old")).isTrue();
        assertThat(provider.excludeType()).containsExactlyInAnyOrder("ss", "vmess");
        assertThat(provider.dialerProxy()).isEqualTo("REJECT");
        assertThat(provider.healthCheck())
                .isEqualTo(new ProxyProviderConfig.HealthCheck(true, "http://h.example/", 10, 20, false, "204"));
        assertThat(provider.override())
                .isEqualTo(new ProxyProviderConfig.Changes(
                        true, false, "DIRECT", "eth0", 0, ProxyConfig.IpVersion.IPV4, "p ", " s"));
        assertThat(provider.line()).isEqualTo(2);
    }

    @Test
    void readsInlineProviders() {
        ClashConfig config = Reading.config("""
                proxy-providers:
                  p: {type: inline, payload: [{name: a, type: direct}]}
                rule-providers:
                  r: {type: inline, behavior: classical, payload: ["DOMAIN,a.example", 'DST-PORT,1']}
                """);
        assertThat(config.proxyProviders().get(0).path()).isNull();
        assertThat(config.proxyProviders().get(0).payload())
                .extracting(ProxyConfig::name)
                .containsExactly("a");
        assertThat(config.ruleProviders().get(0).path()).isNull();
        assertThat(config.ruleProviders().get(0).payload()).containsExactly("DOMAIN,a.example", "DST-PORT,1");
    }

    @Test
    void readsRuleProviders() {
        RuleProviderConfig provider = Reading.config("""
                proxies: [{name: a, type: direct}]
                rule-providers:
                  r: {type: http, behavior: ipcidr, format: mrs, url: "http://r.example/", path: r.mrs, interval: 5,
                    proxy: a, size-limit: 6}
                """).ruleProviders().get(0);
        assertThat(provider)
                .isEqualTo(new RuleProviderConfig(
                        "r",
                        ProviderType.HTTP,
                        RuleProviderConfig.Behavior.IPCIDR,
                        RuleProviderConfig.Format.MRS,
                        "http://r.example/",
                        Path.of("/etc/tun2socks/r.mrs"),
                        5,
                        "a",
                        Map.of(),
                        6,
                        List.of(),
                        3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{behavior: domain, path: a}|.type: there is none; expected one of http, file, inline",
                "{type: htp, behavior: domain}|.type: 'htp' is not known; expected one of http, file, inline; did you"
                        + " mean http?",
                "{type: http, behavior: domain}|.url: there is none; expected such as https://example.com/list.yaml",
                "{type: http, behavior: domain, url: ftp://x}|.url: 'ftp://x' is not understood; expected such as"
                        + " https://example.com/list.yaml",
                "{type: file, behavior: domain}|.path: there is none; expected the file that the provider reads",
                "{type: inline, behavior: domain}|.payload: there is none; expected a list of rules in an inline"
                        + " provider",
                "{type: file, path: a}|.behavior: there is none; expected one of domain, ipcidr, classical",
                "{type: file, path: a, behavior: ip-cidr}|.behavior: 'ip-cidr' is not known; expected one of domain,"
                        + " ipcidr, classical; did you mean ipcidr?",
                "{type: file, path: a, behavior: domain, format: json}|.format: 'json' is not known; expected one of"
                        + " yaml, text, mrs",
                "{type: file, path: a, behavior: classical, format: mrs}|.format: mrs holds no classical rules;"
                        + " expected behavior domain or ipcidr, or another format",
                "{type: file, path: ../a, behavior: domain}|.path: '../a' is outside of /etc/tun2socks; expected a path"
                        + " in it, or SKIP_SAFE_PATH_CHECK=1 in the environment",
                "{type: file, path: a, behavior: domain, interval: soon}|.interval: 'soon' is not an integer; expected"
                        + " a number, 0 or more",
                "{type: file, path: a, behavior: domain, proxy: b}|.proxy: there is no proxy or group 'b'; expected a"
                        + " name of proxies or proxy-groups",
                "just-words|: found a single value; expected keys and values",
            })
    void namesWhatIsWrong(String provider, String message) {
        assertThat(Reading.errors("rule-providers:\n  r: " + provider))
                .first()
                .isEqualTo("c.yaml:2: rule-providers.r" + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "p: {type: inline}| p.payload: there is none; expected a list of proxies in an inline provider",
                "default: {type: file, path: a}| default: 'default' is reserved; expected another name",
                "p: {type: file, path: a, override: {routing-mark: x}}| p.override.routing-mark: 'x' is not an integer;"
                        + " expected a number",
                "p: {type: file, path: a, override: {dialer-proxy: x}}| p.override.dialer-proxy: there is no proxy or"
                        + " group 'x'; expected a name of proxies or proxy-groups",
                "p: {type: file, path: a, health-check: {lazy: 3}}| p.health-check.lazy: '3' is not a boolean; expected"
                        + " true or false",
                "p: {type: inline, payload: [{name: a, type: ss}]}| p.payload[0].type: the type 'ss' of the proxy 'a' is"
                        + " not served; expected one of socks5, http, direct, reject, reject-drop, pass, dns",
            })
    void namesWhatIsWrongInProxyProviders(String provider, String message) {
        assertThat(Reading.errors("proxy-providers:\n  " + provider))
                .first()
                .isEqualTo("c.yaml:2: proxy-providers." + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/etc/passwd", "a/../../b", "/etc/tun2socks2/a"})
    void filesLieBelowHome(String path) {
        String yaml = "rule-providers: {r: {type: file, behavior: domain, path: " + path + "}}";
        assertThat(Reading.errors(yaml)).hasSize(1).first().asString().contains("is outside of /etc/tun2socks");
        assertThat(Reading.result(yaml, Reading.OPTIONS.withAnyPath()).config().ruleProviders())
                .hasSize(1);
    }

    @Test
    void homeMayBeElsewhere() {
        String yaml = "rule-providers: {r: {type: file, behavior: domain, path: ./x/../a}}";
        assertThat(Reading.result(yaml, Reading.OPTIONS.withHome(Path.of("/var/lib/t")))
                        .config()
                        .ruleProviders()
                        .get(0)
                        .path())
                .isEqualTo(Path.of("/var/lib/t/a"));
        assertThat(ReadOptions.forFile(Path.of("/a/b/c.yaml")).home()).isEqualTo(Path.of("/a/b"));
    }

    @Test
    void whatIsNotServedInOverridesIsARemark() {
        assertThat(Reading.remarks("proxy-providers: {p: {type: file, path: a, override: {up: 1 Mbps, udp: true}}}"))
                .containsExactly("c.yaml:1: proxy-providers.p.override.up: has no effect yet: this release does not"
                        + " speak it to upstreams");
    }
}
