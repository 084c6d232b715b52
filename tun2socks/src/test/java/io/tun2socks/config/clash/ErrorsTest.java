package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages about wrong values: all at once, each with line, key, what is wrong, what was expected. */
class ErrorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "mode: rul| c.yaml:1: mode: 'rul' is not known; expected one of rule, global, direct; did you mean rule?",
                "mode: [rule]| c.yaml:1: mode: found a list; expected one of rule, global, direct",
                "log-level: verbose| c.yaml:1: log-level: 'verbose' is not known; expected one of silent, error, warn,"
                        + " info, debug, trace, warning",
                "ipv6: maybe| c.yaml:1: ipv6: 'maybe' is not a boolean; expected true or false",
                "ipv6: 'true'| c.yaml:1: ipv6: 'true' in quotes is a text; expected true or false",
                "ipv6: {}| c.yaml:1: ipv6: found a mapping; expected true or false",
                "ipv6: 1| c.yaml:1: ipv6: '1' is not a boolean; expected true or false",
                "find-process-mode: of| c.yaml:1: find-process-mode: 'of' is not known; expected one of always,"
                        + " strict, off; did you mean off?",
                "mixed-port: 70000| c.yaml:1: mixed-port: 70000 is out of range; expected a number, 0 to 65535",
                "mixed-port: '7890'| c.yaml:1: mixed-port: '7890' in quotes is a text; expected a number, 0 to 65535",
                "mixed-port: all| c.yaml:1: mixed-port: 'all' is not an integer; expected a number, 0 to 65535",
                "keep-alive-idle: -1| c.yaml:1: keep-alive-idle: -1 is out of range; expected a number, 0 or more",
                "udp-fallback: drop| c.yaml:1: udp-fallback: 'drop' is not known; expected one of direct, reject",
                "authentication: a:b| c.yaml:1: authentication: found a single value; expected a list, with '- '"
                        + " before each element",
                "lan-allowed-ips: [10.0.0.1]| c.yaml:1: lan-allowed-ips[0]: '10.0.0.1' is not a block of addresses;"
                        + " expected such as 10.0.0.0/8",
                "tun: on| c.yaml:1: tun: found a single value; expected keys and values",
                "tun: {mtu: 100}| c.yaml:1: tun.mtu: 100 is out of range; expected a number, 576 to 65535",
                "tun: {device: a/b}| c.yaml:1: tun.device: 'a/b' is not a name of an interface; expected up to 15"
                        + " letters and digits, such as tun0",
                "tun: {inet4-address: [198.18.0.1]}| c.yaml:1: tun.inet4-address[0]: '198.18.0.1' is not an address"
                        + " with a prefix length; expected such as 198.18.0.1/30 or fd00::1/126",
                "tun: {inet4-address: [fd00::1/64]}| c.yaml:1: tun.inet4-address: fd00::1/64 is of the other family;"
                        + " expected IPv4 addresses",
                "tun: {include-uid-range: [1000]}| c.yaml:1: tun.include-uid-range[0]: '1000' is not understood;"
                        + " expected a range of users such as 1000:9999",
                "tun: {stack: gvizor}| c.yaml:1: tun.stack: 'gvizor' is not known; expected one of gvisor, system,"
                        + " mixed, lwip; did you mean gvisor?",
                "dns: {enhanced-mode: fakeip}| c.yaml:1: dns.enhanced-mode: 'fakeip' is not known; expected one of"
                        + " normal, fake-ip, redir-host; did you mean fake-ip?",
                "dns: {enable: true, nameserver: []}| c.yaml:1: dns.nameserver: there is none; expected at least one"
                        + " while dns is enabled",
                "dns: {respect-rules: true}| c.yaml:1: dns.respect-rules: proxy-server-nameserver is empty; expected"
                        + " a server, by which upstreams are found",
                "sniffer: {sniff: {SMTP: {}}}| c.yaml:1: sniffer.sniff.SMTP: 'SMTP' is not known; expected one of tls,"
                        + " http, quic",
                "sniffer: {sniff: {TLS: {ports: [a-b]}}}| c.yaml:1: sniffer.sniff.TLS.ports[0]: 'a-b' is not"
                        + " understood; expected ports, single or as first-last",
                "hosts: {a.example: nodots}| c.yaml:1: hosts.a.example: 'nodots' is not understood; expected an"
                        + " address, a list of addresses, another name with a dot in it, or lan",
                "hosts: {a.example: [1.1.1.1, x]}| c.yaml:1: hosts.a.example: 'x' is not an address; expected such as"
                        + " 10.0.0.1",
                "hosts: {a.example: b.example, b.example: a.example}| c.yaml:1: hosts.a.example: the name stands for"
                        + " itself in the end; expected another",
                "rules: [a: b]| c.yaml:1: rules[0]: found a mapping; expected a rule such as"
                        + " DOMAIN-SUFFIX,example.com,DIRECT, in quotes if it holds ': ' or ' #'",
                "sub-rules: {a: b}| c.yaml:1: sub-rules.a: found a single value; expected a list of rules",
            })
    void namesWhatIsWrong(String yaml, String message) {
        assertThat(Reading.errors(yaml)).first().isEqualTo(message);
    }

    @Test
    void findsAllAtOnceInTheOrderOfLines() {
        assertThat(Reading.errors("""
                tun:
                  mtu: big
                  stack: 5
                proxies:
                  - name: a
                    type: sock5
                  - name: b
                    type: http
                    server: h
                log-level: loud
                """))
                .containsExactly(
                        "c.yaml:2: tun.mtu: 'big' is not an integer; expected a number, 0 to 65535",
                        "c.yaml:3: tun.stack: '5' is not known; expected one of gvisor, system, mixed, lwip",
                        "c.yaml:6: proxies[0].type: the type 'sock5' of the proxy 'a' is not known; expected one of"
                                + " socks5, http, direct, reject, reject-drop, pass, dns; did you mean socks5?",
                        "c.yaml:7: proxies[1].port: there is none; expected a number, 1 to 65535",
                        "c.yaml:10: log-level: 'loud' is not known; expected one of silent, error, warn, info, debug,"
                                + " trace, warning");
    }

    @Test
    void errorsAreBounded() {
        StringBuilder yaml = new StringBuilder("rules:\n");
        for (int i = 0; i < 5000; i++) {
            yaml.append("  - [a]\n");
        }
        assertThat(Reading.errors(yaml.toString())).hasSize(200);
    }

    @Test
    void longAndManyLinedValuesAreShortInMessages() {
        assertThat(Reading.errors("mode: \"" + "x".repeat(1000) + "\""))
                .first()
                .asString()
                .hasSizeLessThan(200);
        assertThat(Reading.errors("mode: \"a\\nb\""))
                .first()
                .asString()
                .contains("'a b'")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "log_level: info, 'c.yaml:1: log_level: the key is not known, and has no effect; did you mean log-level?'",
        "porxies: [], 'c.yaml:1: porxies: the key is not known, and has no effect; did you mean proxies?'",
        "qqqqqqq: 1, 'c.yaml:1: qqqqqqq: the key is not known, and has no effect'",
        "tun: {mtuu: 1}, 'c.yaml:1: tun.mtuu: the key is not known, and has no effect; did you mean mtu?'",
        "dns: {nameservers: []}, 'c.yaml:1: dns.nameservers: the key is not known, and has no effect; did you mean"
                + " nameserver?'",
    })
    void unknownKeysAreRemarks(String yaml, String remark) {
        assertThat(Reading.remarks(yaml)).contains(remark);
    }

    @Test
    void keysOfTheOtherFormatAreRemarks() {
        assertThat(Reading.remarks("device: tun0\nrules: []\n"))
                .containsExactly("c.yaml:1: device: this key belongs to the format of xjasonlyu's tun2socks, and has no"
                        + " effect beside clash's keys; expected keys of one format");
    }

    @Test
    void keysWithoutEffectYetAreRemarks() {
        assertThat(Reading.remarks("""
                mixed-port: 7890
                allow-lan: true
                external-controller: 127.0.0.1:9090
                tun:
                  enable: true
                  stack: system
                  auto-route: true
                dns:
                  enable: true
                  nameserver: [8.8.8.8]
                """))
                .containsExactly(
                        "c.yaml:1: mixed-port: has no effect yet: this release takes connections from the TUN device"
                                + " only",
                        "c.yaml:2: allow-lan: has no effect yet: this release takes connections from the TUN device"
                                + " only",
                        "c.yaml:3: external-controller: has no effect yet: the controller is not served by this"
                                + " release",
                        "c.yaml:6: tun.stack: has no effect yet: the stack is this program's own",
                        "c.yaml:7: tun.auto-route: has no effect yet: routes and rules are not set by this release;"
                                + " set them with ip route and ip rule",
                        "c.yaml:8: dns: has no effect yet: this release neither serves DNS nor asks the servers named"
                                + " here; names are resolved by the system");
    }

    @Test
    void switchingOffWhatIsNotServedIsNoMatter() {
        assertThat(Reading.remarks("""
                mixed-port: 0
                allow-lan: false
                external-controller: ""
                secret:
                authentication: []
                tun: {auto-route: false, strict-route: no}
                dns: {enable: false, nameserver: [8.8.8.8]}
                sniffer: {enable: false}
                ntp: {enable: false}
                """)).isEmpty();
    }
}
