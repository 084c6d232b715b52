package io.tun2socks.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.config.LogLevel;
import io.tun2socks.logging.Logging;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesCommandTest {
    private static final String CONFIG = """
            hosts: {'+.intra.test': 10.1.2.3}
            proxies:
              - {name: a, type: socks5, server: 127.0.0.1, port: 1080, udp: true}
              - {name: b, type: http, server: 127.0.0.1, port: 3128}
            proxy-groups:
              - {name: pick, type: select, proxies: [b, a]}
              - {name: auto, type: fallback, proxies: [pick, a], url: 'http://127.0.0.1/', interval: 60}
            rule-providers:
              nets: {type: inline, behavior: ipcidr, payload: [198.18.0.0/16]}
              far: {type: http, behavior: domain, format: text, url: 'http://127.0.0.1:9/x', path: ./far.txt}
            rules:
              - DOMAIN-SUFFIX,a.example.com,a
              - DOMAIN-SUFFIX,example.com,auto
              - RULE-SET,far,REJECT
              - PROCESS-NAME,curl,a
              - IP-CIDR,10.0.0.0/8,DIRECT
              - RULE-SET,nets,pick
              - MATCH,b
            """;

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;

    @BeforeEach
    void writeTheConfiguration() throws IOException {
        config = write("config.yaml", CONFIG);
    }

    @AfterEach
    void restoreTheLevel() {
        Logging.setLevel(LogLevel.INFO);
    }

    @Test
    void aDecisionIsToldWithItsRuleItsChainAndWhatNearlyMatched() {
        assertThat(run("rules", "test", "-c", config.toString(), "b.example.com:443"))
                .isZero();

        assertThat(out())
                .contains("decision:  auto -> pick -> b")
                .contains("rule:      1: DOMAIN-SUFFIX,example.com,auto (" + config + ":13)")
                .contains("not by:    0: DOMAIN-SUFFIX,a.example.com,a (" + config + ":12): ");
    }

    @Test
    void hostsProcessesAndUdpCount() {
        run("rules", "test", "-c", config.toString(), "x.intra.test:80");
        assertThat(out()).contains("decision:  DIRECT").contains("hosts says that x.intra.test is 10.1.2.3");
        run("rules", "test", "-c", config.toString(), "9.9.9.9:80", "--process", "/usr/bin/CURL");
        assertThat(out()).contains("rule:      3: PROCESS-NAME,curl,a");
        run("rules", "test", "-c", config.toString(), "--network", "udp", "9.9.9.9:53");
        assertThat(out())
                .contains("decision:  DIRECT")
                .contains("rule:      none")
                .contains("UDP");
    }

    @Test
    void theSelectionOfTheRunningProgramIsTaken() throws IOException {
        write("selected.json", "{\"pick\":\"a\"}");

        run("rules", "test", "-c", config.toString(), "198.18.0.1:80");

        assertThat(out()).contains("decision:  pick -> a");
    }

    @Test
    void aBatchIsAnsweredLineByLineWithTheAddressesOfAFile() throws IOException {
        Path flows = write("flows.json", """
                {"host":"named.test","dst_port":443}
                {"host":"unknown.test"}

                {"dst_ip":"198.18.4.4","network":"udp"}
                """);
        Path hosts = write("hosts.json", "{\"Named.test\":[\"10.9.9.9\",\"::1\"]}");

        assertThat(run(
                        "rules",
                        "test",
                        "-c",
                        config.toString(),
                        "--batch",
                        flows.toString(),
                        "--hosts",
                        hosts.toString()))
                .isZero();

        assertThat(out().lines().map(line -> line.replaceAll("\"nanos\":[0-9]+", "\"nanos\":0")))
                .containsExactly(
                        "{\"rule\":4,\"type\":\"IP-CIDR\",\"payload\":\"10.0.0.0/8\",\"target\":\"DIRECT\","
                                + "\"chain\":[\"DIRECT\"],\"nanos\":0}",
                        "{\"rule\":6,\"type\":\"MATCH\",\"payload\":\"\",\"target\":\"b\",\"chain\":[\"b\"],\"nanos\":0}",
                        "{\"rule\":-1,\"type\":\"\",\"payload\":\"\",\"target\":\"DIRECT\",\"chain\":[\"DIRECT\"],"
                                + "\"nanos\":0}");
    }

    @Test
    void aFaultyLineOfABatchIsNamed() throws IOException {
        Path flows = write("flows.json", "{}\n{\"dst_port\":70000}\n");

        assertThat(run("rules", "test", "-c", config.toString(), "--batch", flows.toString()))
                .isEqualTo(2);

        assertThat(err()).contains(flows + ":2: dst_port: expected a whole number from 0 to 65535");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThat(run("rules", "test", "-c", config.toString(), "--batch", directory + "/none"))
                .isEqualTo(1);
        assertThat(err()).contains("there is no file " + directory + "/none");
        assertThat(run("rules", "test", "-c", config.toString())).isEqualTo(2);
        assertThat(err()).contains("expected a destination");
        assertThat(run("rules", "test", "-c", config.toString(), "::1:80")).isEqualTo(2);
        assertThat(err()).contains("expected an IPv6 address in brackets");
    }

    @Test
    void lintFindsRulesThatNeverMatch() throws IOException {
        Path faulty = write("faulty.yaml", "rules: ['DOMAIN-SUFFIX,com,DIRECT', 'DOMAIN,a.com,REJECT']\n");

        assertThat(run("rules", "lint", "-c", faulty.toString())).isEqualTo(1);

        assertThat(out()).contains("DOMAIN,a.com,REJECT").contains("MATCH").contains("2 rules");
    }

    @Test
    void providersAreShownAsTheyAreOnTheDisk() throws IOException {
        run("rules", "providers", "-c", config.toString());
        assertThat(out()).containsPattern("rules +nets +inline +1 ").containsPattern("far +http +0 +not fetched yet");
        write("far.txt", "one.test\n+.two.test\n");
        run("rules", "providers", "-c", config.toString());
        assertThat(out()).containsPattern("far +http +2 +of 20");
    }

    @Test
    void aConfigurationIsTestedWithoutRunning() throws IOException {
        assertThat(run("-t", "-d", "tun9", "-c", config.toString())).isZero();
        assertThat(out()).contains("configuration file " + config + " test is successful");

        Path faulty = write("faulty.yaml", "mode: rule\nrules:\n  - DOMAIN,a.com,NONE\n  - GEOIP,cn,DIRECT\n");
        assertThat(run("-t", "-d", "tun9", "-c", faulty.toString())).isEqualTo(2);
        assertThat(err()).contains(faulty + ":3: rules: 'DOMAIN,a.com,NONE': there is no proxy or group 'NONE'");
    }

    @Test
    void missingGeographicDataIsToldWithItsRuleAndItsKey() throws IOException {
        Path faulty = write("geo.yaml", "mode: rule\nrules:\n  - GEOIP,cn,DIRECT\n");

        assertThat(run("-t", "-d", "tun9", "-c", faulty.toString())).isEqualTo(2);

        assertThat(err()).contains(faulty + ":3: ").contains("geox-url.mmdb").contains("https://");
    }

    @Test
    void proxiesThatAreNotServedAreNamedOrLeftOut() throws IOException {
        Path other = write("other.yaml", """
                proxies:
                  - {name: v, type: vmess, server: 127.0.0.1, port: 1, uuid: x, alterId: 0, cipher: auto}
                rules: ['DOMAIN,a.com,v', 'MATCH,DIRECT']
                """);

        assertThat(run("-t", "-d", "tun9", "-c", other.toString())).isEqualTo(2);
        assertThat(err()).contains(other + ":2: ").contains("vmess");
        assertThat(run("rules", "test", "-c", other.toString(), "--skip-unsupported", "a.com:80"))
                .isZero();
        assertThat(out()).contains("decision:  REJECT");
    }

    private int run(String... args) {
        out.reset();
        err.reset();
        return Main.run(
                args,
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                new FakeParts(),
                new StopRequest());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private String err() {
        return err.toString(UTF_8);
    }
}
