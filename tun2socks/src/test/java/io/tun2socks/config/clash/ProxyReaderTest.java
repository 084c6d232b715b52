package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyReaderTest {
    private static final String SUBSCRIPTION = """
            proxies:
              - {name: "US 01", type: vmess, server: us.example, port: 443, uuid: 1, alterId: 0, cipher: auto, tls: true}
              - {name: "HK 01", type: ss, server: hk.example, port: 8388, cipher: aes-128-gcm, password: x}
              - {name: office, type: socks5, server: 10.0.0.1, port: 1080}
              - {name: chained, type: http, server: 10.0.0.2, port: 3128, dialer-proxy: "US 01"}
            proxy-groups:
              - {name: auto, type: url-test, proxies: ["US 01", "HK 01", office]}
              - {name: far, type: select, proxies: ["US 01", "HK 01"]}
              - {name: all, type: select, include-all: true}
              - {name: hk, type: select, include-all: true, filter: HK}
            rules:
              - DOMAIN-SUFFIX,example.com,auto
              - MATCH,US 01
            """;

    @Test
    void readsAllKeys() {
        ClashConfig config = Reading.config("""
                proxies:
                  - name: s
                    type: socks5
                    server: "[2001:db8::1]"
                    port: 1080
                    username: 1234
                    password: "0x10"
                    tls: true
                    sni: sni.example
                    skip-cert-verify: true
                    fingerprint: "AB:%s"
                    certificate: c.pem
                    private-key: k.pem
                    alpn: [h2, http/1.1]
                    udp: 1
                    ip-version: ipv6-prefer
                    interface-name: eth1
                    routing-mark: "0x10"
                    dialer-proxy: DIRECT
                    mptcp: true
                  - name: h
                    type: http
                    server: h.example
                    port: 8080
                    sni: ignored.example
                    headers: {B: b, A: 1}
                """.formatted("cd".repeat(31)));
        assertThat(config.proxies().get(0))
                .isEqualTo(new ProxyConfig(
                        "s",
                        ProxyConfig.Type.SOCKS5,
                        "2001:db8::1",
                        1080,
                        "1234",
                        "0x10",
                        new ProxyConfig.Tls(
                                "sni.example",
                                true,
                                "ab" + "cd".repeat(31),
                                "c.pem",
                                "k.pem",
                                List.of("h2", "http/1.1")),
                        true,
                        Map.of(),
                        ProxyConfig.IpVersion.IPV6_PREFER,
                        "eth1",
                        16,
                        "DIRECT",
                        true,
                        2));
        assertThat(config.proxies().get(1).tls()).isNull();
        assertThat(config.proxies().get(1).headers().entrySet())
                .extracting(Map.Entry::getKey)
                .containsExactly("B", "A");
        assertThat(config.proxies().get(1).line()).isEqualTo(21);
    }

    @Test
    void keysMayBeInAnyCaseAndWithUnderscores() {
        ClashConfig config = Reading.config(
                "proxies: [{Name: a, TYPE: socks5, server: s, port: 1, tls: true, skip_cert_verify: true}]");
        assertThat(config.proxies().get(0).tls().skipCertVerify()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{type: socks5}| name: there is none; expected a name for the proxy",
                "{name: a}| type: there is none in the proxy 'a'; expected one of socks5, http, direct, reject,"
                        + " reject-drop, pass, dns",
                "{name: a, type: vmess}| type: the type 'vmess' of the proxy 'a' is not served; expected one of socks5,"
                        + " http, direct, reject, reject-drop, pass, dns",
                "{name: a, type: https}| type: the type 'https' of the proxy 'a' is not known; expected one of socks5,"
                        + " http, direct, reject, reject-drop, pass, dns; did you mean http?",
                "{name: a, type: socks5, port: 1}| server: there is none; expected a name or an address, such as"
                        + " proxy.example.com or 10.0.0.1",
                "{name: a, type: http, server: 'http://x', port: 1}| server: 'http://x' is not understood; expected a"
                        + " name or an address, such as proxy.example.com or 10.0.0.1",
                "{name: a, type: http, server: x}| port: there is none; expected a number, 1 to 65535",
                "{name: a, type: http, server: x, port: 0}| port: 0 is out of range; expected a number, 1 to 65535",
                "{name: a, type: http, server: x, port: 1, tls: perhaps}| tls: 'perhaps' is not a boolean; expected"
                        + " true or false",
                "{name: a, type: http, server: x, port: 1, fingerprint: chrome}| fingerprint: 'chrome' is not a"
                        + " fingerprint; expected the SHA-256 of a certificate, 64 hexadecimal digits",
                "{name: a, type: http, server: x, port: 1, certificate: c}| certificate: there is no private-key beside"
                        + " it; expected both or none",
                "{name: a, type: direct, ip-version: v4}| ip-version: 'v4' is not known; expected one of dual, ipv4,"
                        + " ipv6, ipv4-prefer, ipv6-prefer",
                "{name: a, type: http, server: x, port: 1, headers: [a]}| headers: found a list; expected names, each"
                        + " with its settings",
                "{name: DIRECT, type: direct}| name: 'DIRECT' is reserved; expected another name",
                "{name: GLOBAL, type: direct}| name: 'GLOBAL' is reserved; expected another name",
            })
    void namesWhatIsWrong(String proxy, String message) {
        assertThat(Reading.errors("proxies:\n  - " + proxy)).first().isEqualTo("c.yaml:2: proxies[0]." + message);
    }

    @Test
    void passwordsAreNotInMessages() {
        assertThat(Reading.errors("proxies: [{name: a, type: http, server: x, port: y, password: [hunter2]}]"))
                .noneMatch(message -> message.contains("hunter2"));
    }

    @Test
    void namesAreUnique() {
        assertThat(Reading.errors("""
                proxies:
                  - {name: a, type: direct}
                  - {name: a, type: reject}
                """))
                .containsExactly("c.yaml:3: proxies[1].name: there is another proxy 'a' in line 2; expected a name that"
                        + " is there once");
    }

    @Test
    void dialersExistAndDoNotGoInCircles() {
        assertThat(Reading.errors("""
                proxies:
                  - {name: a, type: direct, dialer-proxy: offise}
                  - {name: office, type: direct}
                """))
                .containsExactly("c.yaml:2: proxies: a: dialer-proxy: there is no proxy or group 'offise'; expected a"
                        + " name of proxies or proxy-groups; did you mean office?");
        assertThat(Reading.errors("""
                proxies:
                  - {name: a, type: direct, dialer-proxy: b}
                  - {name: b, type: direct, dialer-proxy: a}
                """))
                .containsExactly("c.yaml:2: proxies: a: dialer-proxy: the proxies are reached through each other:"
                        + " a → b → a; expected one that is reached directly");
    }

    @Test
    void typesThatAreNotServedAreErrorsWithLines() {
        assertThat(Reading.errors(SUBSCRIPTION))
                .containsExactly(
                        "c.yaml:2: proxies[0].type: the type 'vmess' of the proxy 'US 01' is not served; expected one"
                                + " of socks5, http, direct, reject, reject-drop, pass, dns",
                        "c.yaml:3: proxies[1].type: the type 'ss' of the proxy 'HK 01' is not served; expected one of"
                                + " socks5, http, direct, reject, reject-drop, pass, dns");
    }

    @Test
    void typesThatAreNotServedAreLeftOutIfAsked() {
        ClashConfigReader.Result result = Reading.result(SUBSCRIPTION, Reading.OPTIONS.withSkipUnsupported());
        ClashConfig config = result.config();
        assertThat(config.proxies()).extracting(ProxyConfig::name).containsExactly("office");
        assertThat(config.leftOut()).containsExactly("US 01", "HK 01", "chained");
        assertThat(config.groups())
                .extracting(GroupConfig::proxies)
                .containsExactly(List.of("office"), List.of("REJECT"), List.of("office"), List.of("REJECT"));
        assertThat(result.remarks())
                .extracting(Remark::toString)
                .contains(
                        "c.yaml:2: proxies[0].type: the proxy 'US 01' is left out, since the type 'vmess' is not"
                                + " served",
                        "c.yaml:5: proxies: the proxy 'chained' is left out, since 'US 01', through which it is"
                                + " reached, is",
                        "c.yaml:7: proxy-groups[0].proxies: the proxy 'HK 01' is left out of this group too",
                        "c.yaml:8: proxy-groups[1]: all members are left out; the group rejects what comes to it");
    }

    @Test
    void slipsAreErrorsEvenIfOthersAreLeftOut() {
        assertThat(Reading.errors(
                        "proxies: [{name: a, type: socks, server: x, port: 1}]", Reading.OPTIONS.withSkipUnsupported()))
                .first()
                .asString()
                .endsWith("did you mean socks5?");
        assertThat(Reading.result(
                                "proxies: [{name: a, type: next-big-thing, server: x}]",
                                Reading.OPTIONS.withSkipUnsupported())
                        .config()
                        .leftOut())
                .containsExactly("a");
    }

    @Test
    void keysOfHttpThatHaveNoEffectAreRemarks() {
        assertThat(Reading.remarks("proxies: [{name: a, type: http, server: x, port: 1, udp: true, tfo: true}]"))
                .containsExactly(
                        "c.yaml:1: proxies[0].udp: HTTP CONNECT carries no UDP, so this has no effect",
                        "c.yaml:1: proxies[0].tfo: has no effect yet: this release does not speak it to upstreams");
    }

    @Test
    void readsFilesOfProviders() throws Exception {
        List<Remark> remarks = new ArrayList<>();
        List<ProxyConfig> proxies = ClashConfigReader.readProxies(
                "sub.yaml", """
                port: 7890
                proxies:
                  - {name: a, type: socks5, server: 10.0.0.1, port: 1080}
                  - {name: b, type: trojan, server: 10.0.0.1, port: 1080}
                  - {name: a, type: http, server: 10.0.0.1, port: 1080}
                proxy-groups:
                  - {name: x, type: select, proxies: [nothing]}
                """.getBytes(StandardCharsets.UTF_8), Reading.OPTIONS.withSkipUnsupported(), remarks::add);
        assertThat(proxies).extracting(ProxyConfig::type).containsExactly(ProxyConfig.Type.SOCKS5);
        assertThat(remarks)
                .extracting(Remark::toString)
                .containsExactly(
                        "sub.yaml:4: proxies[1].type: the proxy 'b' is left out, since the type 'trojan' is not served",
                        "sub.yaml:5: proxies[2].name: there is another proxy 'a' before; this one is left out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "rules: []", "proxies:", "c3M6Ly9ZV1Z6TFRFeU9DMW5ZMjA2ZUE=", "proxies: {}", "proxies: 1"})
    void filesOfProvidersHaveProxies(String content) {
        assertThatExceptionOfType(ClashConfigException.class)
                .isThrownBy(() -> ClashConfigReader.readProxies(
                        "sub.yaml", content.getBytes(StandardCharsets.UTF_8), Reading.OPTIONS))
                .satisfies(e -> assertThat(e.messages()).hasSize(1))
                .withMessageStartingWith("sub.yaml");
    }
}
