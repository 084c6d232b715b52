package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files: which format they have, and how their paths stand in messages. */
class ClashConfigReaderTest {
    @TempDir
    Path directory;

    private Path write(String text) throws Exception {
        return Files.writeString(directory.resolve("config.yaml"), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rules: []",
                "tun:\n  enable: true\n",
                "mixed-port: 7890",
                "mode: rule",
                "'proxies': []",
                "{proxy-groups: []}",
                "\ufeffport: 1",
                "---\n# comment\nx: &a {rules: 1}\ny: *a\nsub-rules: {}\n",
                "device: tun0\nrules: []",
                "keep-alive-idle: 1\nipv6: true\nbroken: [",
            })
    void knowsClash(String text) throws Exception {
        assertThat(ClashConfigReader.looksLikeClash(write(text))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "device: tun0\nproxy: socks5://10.0.0.1:1080\n",
                "keep-alive-idle: 1m\ndisable-keep-alive: true\n",
                "x: {rules: []}",
                "- rules\n- mode\n",
                "device: rules",
                "[rules",
                "\t",
            })
    void knowsWhatIsNotClash(String text) throws Exception {
        assertThat(ClashConfigReader.looksLikeClash(write(text))).isFalse();
    }

    @Test
    void namesTheFileInMessages() throws Exception {
        Path file = write("mode: x");
        assertThatExceptionOfType(ClashConfigException.class)
                .isThrownBy(() -> ClashConfigReader.read(file, ReadOptions.forFile(file)))
                .satisfies(e -> assertThat(e.messages())
                        .containsExactly(file + ":1: mode: 'x' is not known; expected one of rule, global, direct"));
    }

    @Test
    void providersLieBesideTheFile() throws Exception {
        Path file = write("rule-providers: {r: {type: file, behavior: domain, path: r.txt}}");
        assertThat(ClashConfigReader.read(file, ReadOptions.forFile(file))
                        .config()
                        .ruleProviders()
                        .get(0)
                        .path())
                .isEqualTo(directory.resolve("r.txt"));
    }

    @Test
    void aFileThatIsNotThereIsTold() {
        Path file = directory.resolve("absent.yaml");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> ClashConfigReader.read(file, ReadOptions.forFile(file)));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> ClashConfigReader.looksLikeClash(file));
    }

    /** The shape that converters of subscriptions produce. */
    @Test
    void readsWhatSubscriptionsLookLike() {
        String yaml = """
                port: 7890
                socks-port: 7891
                allow-lan: true
                mode: Rule
                log-level: info
                external-controller: :9090
                dns:
                  enable: true
                  ipv6: false
                  listen: 0.0.0.0:53
                  enhanced-mode: fake-ip
                  fake-ip-range: 198.18.0.1/16
                  nameserver: [119.29.29.29, https://doh.pub/dns-query]
                  fallback-filter: {geoip: true, geoip-code: CN, ipcidr: [240.0.0.0/4]}
                p: &p {type: http, interval: 3600, health-check: {enable: true, url: http://t.example, interval: 300}}
                proxy-providers:
                  airport: {<<: *p, url: "https://sub.example/?token=1&flag=clash", path: ./airport.yaml}
                proxies:
                  - {name: 🇭🇰 HK | 01, server: hk.example, port: 443, type: ss, cipher: aes-256-gcm, password: x, udp: true}
                  - {"name": "🇯🇵 JP 01", "type": "trojan", "server": "jp.example", "port": 443, "password": "x"}
                  - name: 内网
                    type: socks5
                    server: 192.168.1.2
                    port: "1080"
                    udp: true
                proxy-groups:
                  - name: 🚀 节点选择
                    type: select
                    proxies: [♻️ 自动选择, 🎯 全球直连, 🇭🇰 HK | 01, 内网]
                  - name: ♻️ 自动选择
                    type: url-test
                    url: http://www.gstatic.com/generate_204
                    interval: 300
                    tolerance: 50
                    use: [airport]
                    filter: "(?i)hk|香港"
                  - {name: 🎯 全球直连, type: select, proxies: [DIRECT, 🚀 other]}
                  - {name: 🚀 other, type: fallback, proxies: [🇯🇵 JP 01], url: http://t.example, interval: 60}
                rules:
                  - DOMAIN-SUFFIX,local,🎯 全球直连
                  - IP-CIDR,192.168.0.0/16,🎯 全球直连,no-resolve
                  - GEOIP,CN,🎯 全球直连
                  - MATCH,🚀 节点选择
                """;
        ClashConfig config =
                Reading.result(yaml, Reading.OPTIONS.withSkipUnsupported()).config();
        assertThat(config.proxies()).extracting(ProxyConfig::name).containsExactly("内网");
        assertThat(config.leftOut()).containsExactly("🇭🇰 HK | 01", "🇯🇵 JP 01");
        assertThat(config.groups().get(0).proxies()).containsExactly("♻️ 自动选择", "🎯 全球直连", "内网");
        assertThat(config.groups().get(3).proxies()).containsExactly("REJECT");
        assertThat(config.proxyProviders().get(0).path()).hasToString("/etc/tun2socks/airport.yaml");
        assertThat(config.rules()).hasSize(4);
        assertThat(Reading.errors(yaml)).hasSize(2).allMatch(message -> message.contains("is not served"));
    }
}
