package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.config.LogLevel;
import io.tun2socks.rules.decide.FindProcessMode;
import io.tun2socks.rules.decide.Mode;
import io.tun2socks.rules.model.Ip;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The defaults of mihomo's {@code DefaultRawConfig} and of where it uses the values. */
class DefaultsTest {
    private final ClashConfig config = Reading.config("rules: []");

    @Test
    void general() {
        assertThat(config.general())
                .isEqualTo(new GeneralConfig(
                        Mode.RULE,
                        LogLevel.INFO,
                        true,
                        FindProcessMode.STRICT,
                        "",
                        0,
                        false,
                        false,
                        0,
                        0,
                        false,
                        GeneralConfig.UdpFallback.DIRECT,
                        "",
                        true,
                        Map.of(
                                "localhost",
                                new HostEntry(List.of(Ip.parse("127.0.0.1").orElseThrow()), "", false, 0))));
    }

    @Test
    void tun() {
        TunConfig tun = config.tun();
        assertThat(tun.enable()).isFalse();
        assertThat(tun.device()).isEmpty();
        assertThat(tun.mtu()).isEqualTo(9000);
        assertThat(tun.inet4Address()).containsExactly(Prefix.parse("198.18.0.1/30"));
        assertThat(tun.inet6Address()).containsExactly(Prefix.parse("fdfe:dcba:9876::1/126"));
        assertThat(tun.autoRoute()).isTrue();
        assertThat(tun.autoDetectInterface()).isTrue();
        assertThat(tun.dnsHijack()).containsExactly("0.0.0.0:53");
        assertThat(tun.strictRoute()).isFalse();
        assertThat(tun.gso()).isFalse();
        assertThat(tun.udpTimeout()).isEqualTo(300);
        assertThat(tun.fileDescriptor()).isZero();
        assertThat(tun.routes().routeAddress()).isEmpty();
        assertThat(tun.line()).isZero();
    }

    @Test
    void dns() {
        DnsConfig dns = config.dns();
        assertThat(dns.enable()).isFalse();
        assertThat(dns.ipv6()).isFalse();
        assertThat(dns.ipv6Timeout()).isEqualTo(100);
        assertThat(dns.useHosts()).isTrue();
        assertThat(dns.useSystemHosts()).isTrue();
        assertThat(dns.enhancedMode()).isEqualTo(DnsConfig.EnhancedMode.REDIR_HOST);
        assertThat(dns.fakeIpRange()).hasToString("198.18.0.1/16");
        assertThat(dns.fakeIpFilter())
                .containsExactly("dns.msftnsci.com", "www.msftnsci.com", "www.msftconnecttest.com");
        assertThat(dns.fakeIpFilterMode()).isEqualTo(DnsConfig.FilterMode.BLACKLIST);
        assertThat(dns.cacheAlgorithm()).isEqualTo("lru");
        assertThat(dns.servers().defaultNameserver())
                .containsExactly("114.114.114.114", "223.5.5.5", "8.8.8.8", "1.0.0.1");
        assertThat(dns.servers().nameserver()).containsExactly("https://doh.pub/dns-query", "tls://223.5.5.5:853");
        assertThat(dns.fallbackFilter())
                .isEqualTo(new DnsConfig.FallbackFilter(true, "CN", List.of(), List.of(), List.of()));
    }

    @Test
    void theRest() {
        assertThat(config.inbound().bindAddress()).isEqualTo("*");
        assertThat(config.inbound().allowLan()).isFalse();
        assertThat(config.inbound().mixedPort()).isZero();
        assertThat(config.inbound().lanAllowedIps()).hasToString("[0.0.0.0/0, ::/0]");
        assertThat(config.sniffer().enable()).isFalse();
        assertThat(config.sniffer().forceDnsMapping()).isTrue();
        assertThat(config.sniffer().parsePureIp()).isTrue();
        assertThat(config.controller().address()).isEmpty();
        assertThat(config.controller().allowOrigins()).containsExactly("*");
        assertThat(config.controller().allowPrivateNetwork()).isTrue();
        assertThat(config.profile()).isEqualTo(new ProfileConfig(true, false));
        String data = "https://github.com/MetaCubeX/meta-rules-dat/releases/download/latest/";
        assertThat(config.geo())
                .isEqualTo(new GeoConfig(
                        false,
                        data + "geoip.dat",
                        data + "geosite.dat",
                        data + "geoip.metadb",
                        data + "GeoLite2-ASN.mmdb",
                        false,
                        24));
        assertThat(config.leftOut()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "{}", "~", "\ufeffmode:\n"})
    void nothingIsAllDefaults(String yaml) {
        ClashConfig empty = Reading.config(yaml);
        assertThat(empty).isEqualTo(config);
    }

    @Test
    void proxy() {
        ClashConfig read = Reading.config("""
                proxies:
                  - {name: s, type: socks5, server: 10.0.0.1, port: 1080}
                  - {name: h, type: http, server: h.example, port: "3128"}
                  - {name: d, type: direct}
                """);
        ProxyConfig socks = read.proxies().get(0);
        assertThat(socks)
                .isEqualTo(new ProxyConfig(
                        "s",
                        ProxyConfig.Type.SOCKS5,
                        "10.0.0.1",
                        1080,
                        "",
                        "",
                        null,
                        false,
                        Map.of(),
                        ProxyConfig.IpVersion.DUAL,
                        "",
                        0,
                        "",
                        false,
                        2));
        assertThat(read.proxies().get(1).port()).isEqualTo(3128);
        assertThat(read.proxies().get(1).udp()).isFalse();
        assertThat(read.proxies().get(2).udp()).isTrue();
    }

    @Test
    void groups() {
        ClashConfig read = Reading.config("""
                proxy-groups:
                  - {name: a, type: select, proxies: [DIRECT]}
                  - {name: b, type: url-test, proxies: [DIRECT]}
                  - {name: c, type: relay, proxies: [DIRECT]}
                """);
        GroupConfig group = read.groups().get(0);
        assertThat(group.url()).isEqualTo("https://www.gstatic.com/generate_204");
        assertThat(group.timeout()).isEqualTo(5000);
        assertThat(group.lazy()).isTrue();
        assertThat(group.maxFailedTimes()).isEqualTo(5);
        assertThat(group.expectedStatus()).isEqualTo("*");
        assertThat(group.tolerance()).isZero();
        assertThat(group.strategy()).isEqualTo(GroupConfig.Strategy.CONSISTENT_HASHING);
        assertThat(read.groups()).extracting(GroupConfig::interval).containsExactly(0, 300, 0);
    }

    @Test
    void providers() {
        ClashConfig read = Reading.config("""
                proxy-providers:
                  p: {type: http, url: "https://a.example/p"}
                  q: {type: file, path: q.yaml, health-check: {enable: true}}
                rule-providers:
                  r: {type: http, url: "https://a.example/r", behavior: domain}
                """);
        ProxyProviderConfig http = read.proxyProviders().get(0);
        assertThat(http.path()).hasToString("/etc/tun2socks/proxies/cf0456c2038afef68733513fd81a8970");
        assertThat(http.interval()).isZero();
        assertThat(http.override()).isEqualTo(ProxyProviderConfig.Changes.NONE);
        assertThat(http.healthCheck())
                .isEqualTo(new ProxyProviderConfig.HealthCheck(
                        false, "https://www.gstatic.com/generate_204", 0, 5000, true, "*"));
        assertThat(read.proxyProviders().get(1).healthCheck().interval()).isEqualTo(300);
        assertThat(read.proxyProviders().get(1).path()).hasToString("/etc/tun2socks/q.yaml");
        RuleProviderConfig rules = read.ruleProviders().get(0);
        assertThat(rules.format()).isEqualTo(RuleProviderConfig.Format.YAML);
        assertThat(rules.path()).hasToString("/etc/tun2socks/rules/1a806daf62f9268135ce145a97df9b3e");
        assertThat(rules.sizeLimit()).isZero();
    }
}
