package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.config.LogLevel;
import io.tun2socks.rules.decide.FindProcessMode;
import io.tun2socks.rules.decide.Mode;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Ranges;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values of the sections that differ from the defaults. */
class SectionsTest {
    @Test
    void general() {
        GeneralConfig general = Reading.config("""
                mode: Global
                log-level: WARNING
                ipv6: no
                find-process-mode: off
                interface-name: eth0
                routing-mark: 0x10
                tcp-concurrent: true
                unified-delay: on
                keep-alive-idle: 15
                keep-alive-interval: 16
                disable-keep-alive: true
                udp-fallback: reject
                global-ua: ua
                etag-support: false
                """).general();
        assertThat(general.mode()).isEqualTo(Mode.GLOBAL);
        assertThat(general.logLevel()).isEqualTo(LogLevel.WARN);
        assertThat(general.ipv6()).isFalse();
        assertThat(general.findProcessMode()).isEqualTo(FindProcessMode.OFF);
        assertThat(general.interfaceName()).isEqualTo("eth0");
        assertThat(general.routingMark()).isEqualTo(16);
        assertThat(general.tcpConcurrent()).isTrue();
        assertThat(general.unifiedDelay()).isTrue();
        assertThat(general.keepAliveIdle()).isEqualTo(15);
        assertThat(general.keepAliveInterval()).isEqualTo(16);
        assertThat(general.disableKeepAlive()).isTrue();
        assertThat(general.udpFallback()).isEqualTo(GeneralConfig.UdpFallback.REJECT);
        assertThat(general.globalUserAgent()).isEqualTo("ua");
        assertThat(general.etagSupport()).isFalse();
    }

    @Test
    void hosts() {
        Map<String, HostEntry> hosts = Reading.config("""
                hosts:
                  "*.Example.COM": 10.0.0.1
                  b.example: [10.0.0.2, "::1"]
                  c.example: Other.Example
                  d.example: lan
                  localhost: 127.0.0.2
                """).general().hosts();
        assertThat(hosts.keySet()).containsExactly("localhost", "*.example.com", "b.example", "c.example", "d.example");
        assertThat(hosts.get("localhost").addresses())
                .containsExactly(Ip.parse("127.0.0.2").orElseThrow());
        assertThat(hosts.get("b.example").addresses()).hasToString("[10.0.0.2, ::1]");
        assertThat(hosts.get("c.example")).isEqualTo(new HostEntry(List.of(), "other.example", false, 4));
        assertThat(hosts.get("d.example").lan()).isTrue();
    }

    @Test
    void tun() {
        TunConfig tun = Reading.config("""
                tun:
                  enable: true
                  device: utun9
                  mtu: 1500
                  inet4-address: [172.19.0.1/30]
                  inet6-address: ["fd00::1/64"]
                  auto-route: false
                  auto-detect-interface: false
                  dns-hijack: [any:53, "tcp://any:53"]
                  strict-route: true
                  gso: true
                  gso-max-size: 65536
                  udp-timeout: 60
                  file-descriptor: 3
                  route-address: [0.0.0.0/1]
                  inet6-route-address: ["8000::/1"]
                  route-exclude-address: [10.0.0.0/8]
                  route-address-set: [a]
                  route-exclude-address-set: [b]
                  include-interface: [lan0]
                  exclude-interface: [lan1]
                  include-uid: [0]
                  include-uid-range: [1000:9999]
                  exclude-uid: [5]
                  exclude-uid-range: [":4"]
                  iproute2-table-index: 2022
                  iproute2-rule-index: 9000
                """).tun();
        assertThat(tun)
                .isEqualTo(new TunConfig(
                        true,
                        "utun9",
                        1500,
                        List.of(Prefix.parse("172.19.0.1/30")),
                        List.of(Prefix.parse("fd00::1/64")),
                        false,
                        false,
                        List.of("any:53", "tcp://any:53"),
                        true,
                        true,
                        65536,
                        60,
                        3,
                        tun.routes(),
                        1));
        assertThat(tun.routes().routeAddress()).hasToString("[0.0.0.0/1, 8000::/1]");
        assertThat(tun.routes().routeExcludeAddress()).hasToString("[10.0.0.0/8]");
        assertThat(tun.routes().routeAddressSet()).containsExactly("a");
        assertThat(tun.routes().routeExcludeAddressSet()).containsExactly("b");
        assertThat(tun.routes().includeInterface()).containsExactly("lan0");
        assertThat(tun.routes().excludeInterface()).containsExactly("lan1");
        assertThat(tun.routes().includeUid()).containsExactly(new Ranges.Range(0, 0), new Ranges.Range(1000, 9999));
        assertThat(tun.routes().excludeUid()).containsExactly(new Ranges.Range(5, 5), new Ranges.Range(0, 4));
        assertThat(tun.routes().tableIndex()).isEqualTo(2022);
        assertThat(tun.routes().ruleIndex()).isEqualTo(9000);
    }

    @Test
    void addressesOfTheDeviceFollowFromOtherSections() {
        assertThat(Reading.config("dns: {fake-ip-range: 28.0.0.1/8}").tun().inet4Address())
                .containsExactly(Prefix.parse("28.0.0.1/30"));
        assertThat(Reading.config("ipv6: false").tun().inet6Address()).isEmpty();
        assertThat(Reading.config("tun: {inet4-address: []}").tun().inet4Address())
                .isEmpty();
    }

    @Test
    void dns() {
        DnsConfig dns = Reading.config("""
                dns:
                  enable: true
                  listen: 0.0.0.0:1053
                  enhanced-mode: Fake-IP
                  fake-ip-filter-mode: whitelist
                  nameserver: [8.8.8.8]
                  fallback: [tls://1.1.1.1]
                  proxy-server-nameserver: [9.9.9.9]
                  respect-rules: true
                  nameserver-policy:
                    "geosite:cn": [223.5.5.5, 1.2.4.8]
                    "+.example.com": system
                  fallback-filter: {geoip: false, geoip-code: US, ipcidr: [240.0.0.0/4]}
                """).dns();
        assertThat(dns.listen()).isEqualTo("0.0.0.0:1053");
        assertThat(dns.enhancedMode()).isEqualTo(DnsConfig.EnhancedMode.FAKE_IP);
        assertThat(dns.fakeIpFilterMode()).isEqualTo(DnsConfig.FilterMode.WHITELIST);
        assertThat(dns.servers().fallback()).containsExactly("tls://1.1.1.1");
        assertThat(dns.servers().policy().entrySet())
                .containsExactly(
                        Map.entry("geosite:cn", List.of("223.5.5.5", "1.2.4.8")),
                        Map.entry("+.example.com", List.of("system")));
        assertThat(dns.fallbackFilter())
                .isEqualTo(new DnsConfig.FallbackFilter(false, "US", List.of(), List.of("240.0.0.0/4"), List.of()));
    }

    @Test
    void sniffer() {
        SnifferConfig sniffer = Reading.config("""
                sniffer:
                  enable: true
                  override-destination: false
                  sniff:
                    HTTP: {ports: [80, 8080-8880], override-destination: true}
                    tls:
                """).sniffer();
        assertThat(sniffer.sniff().get(SnifferConfig.Protocol.HTTP).ports()).hasToString("80/8080-8880");
        assertThat(sniffer.sniff().get(SnifferConfig.Protocol.HTTP).overrideDestination())
                .isTrue();
        assertThat(sniffer.sniff().get(SnifferConfig.Protocol.TLS))
                .isEqualTo(new SnifferConfig.Sniff(new Ranges(List.of()), false));
        assertThat(Reading.config("sniffer: {sniffing: [quic], port-whitelist: [443]}")
                        .sniffer()
                        .sniff())
                .isEqualTo(Map.of(
                        SnifferConfig.Protocol.QUIC,
                        new SnifferConfig.Sniff(new Ranges(List.of(new Ranges.Range(443, 443))), true)));
    }

    @Test
    void controllerAndInbound() {
        ClashConfig config = Reading.config("""
                external-controller: 127.0.0.1:9090
                external-controller-unix: m.sock
                external-controller-cors: {allow-origins: ["https://a.example"], allow-private-network: false}
                secret: s3cret
                external-ui: ui
                mixed-port: 7890
                socks-port: 7891
                allow-lan: true
                bind-address: 10.0.0.1
                authentication: ["u:p"]
                lan-disallowed-ips: [192.168.0.3/32]
                profile: {store-selected: false, store-fake-ip: true}
                geodata-mode: true
                geox-url: {mmdb: "https://a.example/m"}
                """);
        assertThat(config.controller().address()).isEqualTo("127.0.0.1:9090");
        assertThat(config.controller().unixSocket()).isEqualTo("m.sock");
        assertThat(config.controller().allowOrigins()).containsExactly("https://a.example");
        assertThat(config.controller().secret()).isEqualTo("s3cret");
        assertThat(config.controller().toString()).doesNotContain("s3cret");
        assertThat(config.inbound().mixedPort()).isEqualTo(7890);
        assertThat(config.inbound().socksPort()).isEqualTo(7891);
        assertThat(config.inbound().authentication()).containsExactly("u:p");
        assertThat(config.inbound().toString()).doesNotContain("u:p");
        assertThat(config.inbound().lanDisallowedIps()).hasToString("[192.168.0.3/32]");
        assertThat(config.profile()).isEqualTo(new ProfileConfig(false, true));
        assertThat(config.geo().geodataMode()).isTrue();
        assertThat(config.geo().mmdbUrl()).isEqualTo("https://a.example/m");
    }

    @Test
    void rulesKeepTheirTextAndLine() {
        ClashConfig config = Reading.config("""
                rules:
                  - DOMAIN-SUFFIX,a.example, DIRECT

                  # a comment
                  - 'AND,((NETWORK,TCP),(DST-PORT,80)),DIRECT'
                  - MATCH,DIRECT
                sub-rules:
                  one:
                    - DOMAIN,b.example,REJECT
                  two: []
                """);
        assertThat(config.rules())
                .containsExactly(
                        new RuleLine("DOMAIN-SUFFIX,a.example, DIRECT", 2),
                        new RuleLine("AND,((NETWORK,TCP),(DST-PORT,80)),DIRECT", 5),
                        new RuleLine("MATCH,DIRECT", 6));
        assertThat(config.subRules())
                .isEqualTo(Map.of("one", List.of(new RuleLine("DOMAIN,b.example,REJECT", 9)), "two", List.of()));
    }
}
