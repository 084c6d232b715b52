package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A clash configuration decides: rules, groups, providers, reloading. */
@RequiresRoot(tools = {"curl", "microsocks", "tinyproxy"})
class ClashIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Two proxies that the far side can tell apart by where they connect from, and one that only does TCP. */
    private static final String HEAD = """
            mode: %s
            log-level: debug
            find-process-mode: strict
            tun: {enable: true, device: tun0, mtu: 1500, inet4-address: [10.64.0.1/24]}
            proxies:
              - {name: one, type: socks5, server: 10.99.0.2, port: %d}
              - {name: two, type: socks5, server: 10.99.0.2, port: %d}
              - {name: http, type: http, server: 10.99.0.2, port: %d}
              - {name: dead, type: socks5, server: 10.99.0.2, port: 4}
            """;

    private int one;
    private int two;
    private int http;

    @Test
    void theFirstRuleThatMatchesPicksTheProxy() throws Exception {
        start("rule", """
                rules:
                  - IP-CIDR,198.18.0.11/32,one
                  - IP-CIDR6,fd18::11/128,one
                  - AND,((NETWORK,TCP),(DST-PORT,8080)),two
                  - MATCH,REJECT
                """);

        assertThat(exitOf(Lab.OTHER4)).isEqualTo(Lab.EXIT4);
        assertThat(exitOf(Lab.HOST4)).isEqualTo(Lab.OTHER4);
        assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.ECHO)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> LAB.connect(Lab.HOST6, Lab.ECHO)).isInstanceOf(ConnectException.class);
    }

    @Test
    void theProgramThatConnectsIsFound() throws Exception {
        start("rule", """
                rules:
                  - PROCESS-NAME,CURL,one
                  - UID,0,two
                  - MATCH,REJECT
                """);

        assertThat(exitOf(Lab.HOST4)).isEqualTo(Lab.EXIT4);
        Ran wget = LAB.client()
                .run(
                        LIMIT,
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/198.18.0.10/8080; printf 'GET /whoami"
                                + " HTTP/1.1\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3");
        assertThat(wget.ok().out()).endsWith(Lab.OTHER4);
    }

    @Test
    void udpPassesOverWhatCannotCarryIt() throws Exception {
        start("rule", """
                rules:
                  - DST-PORT,8080,http
                  - NETWORK,UDP,http
                  - NETWORK,UDP,REJECT
                  - MATCH,one
                """);

        LAB.curl(LIMIT, Family.V4.url(Lab.SITE, "/")).ok();
        assertThatThrownBy(() -> ask(Lab.HOST4)).isInstanceOf(PortUnreachableException.class);
    }

    @Test
    void aSetOfAFileDecidesAndOneThatCannotBeFetchedKeepsNothingFromStarting() throws Exception {
        Files.writeString(LAB.file("nets.txt"), "# blocked\n198.18.0.11/32\nfd18::11\n");
        Program program = start("rule", """
                rule-providers:
                  nets: {type: file, behavior: ipcidr, format: text, path: ./nets.txt}
                  far: {type: http, behavior: domain, format: text, url: 'http://10.99.0.2:4/far.txt', path: ./far.txt}
                rules:
                  - RULE-SET,nets,REJECT
                  - RULE-SET,far,REJECT
                  - MATCH,one
                """);

        assertThat(exitOf(Lab.HOST4)).isEqualTo(Lab.EXIT4);
        assertThatThrownBy(() -> LAB.connect(Lab.OTHER4, Lab.SITE)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> LAB.connect(Lab.OTHER6, Lab.SITE)).isInstanceOf(ConnectException.class);
        program.daemon()
                .await("the failure is told", LIMIT, () -> program.log().contains("rule provider 'far': it cannot be"));
    }

    @Test
    void aSetIsFetchedThroughTheNamedProxyAndKept() throws Exception {
        byte[] set = "198.18.0.11/32\n".getBytes(StandardCharsets.US_ASCII);
        TcpServer web = LAB.serve(socket -> {
            socket.getInputStream().read(new byte[4096]);
            String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + set.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(set);
        });
        Program program = start("rule", """
                rule-providers:
                  far:
                    type: http
                    behavior: ipcidr
                    format: text
                    url: 'http://198.18.0.10:%d/far.txt'
                    path: ./fetched.txt
                    proxy: one
                rules:
                  - RULE-SET,far,REJECT
                  - MATCH,one
                """.formatted(web.port()));

        program.daemon()
                .await("the set is there", LIMIT, () -> program.log().contains("rule provider 'far': 1 entries of"));
        assertThatThrownBy(() -> LAB.connect(Lab.OTHER4, Lab.SITE)).isInstanceOf(ConnectException.class);
        assertThat(exitOf(Lab.HOST4)).isEqualTo(Lab.EXIT4);
        assertThat(LAB.file("fetched.txt")).hasBinaryContent(set);
    }

    @Test
    void aFallbackGroupLeavesADeadProxyAndARelayGoesThroughAll() throws Exception {
        Program program = start("rule", """
                proxy-groups:
                  - {name: auto, type: fallback, proxies: [dead, two], url: 'http://198.18.0.10:8080/', interval: 60,
                     lazy: false}
                  - {name: chain, type: relay, proxies: [http, one]}
                rules:
                  - IP-CIDR,198.18.0.11/32,chain
                  - MATCH,auto
                """);

        program.daemon()
                .await(
                        "the living member is taken",
                        LIMIT,
                        () -> LAB.curl(LIMIT, Family.V4.url(Lab.SITE, "/whoami"))
                                .out()
                                .equals(Lab.OTHER4));
        assertThat(exitOf(Lab.OTHER4)).isEqualTo(Lab.EXIT4);
    }

    @Test
    void theModeIsSwitchedAndRulesAreReplacedWhileConnectionsStay() throws Exception {
        Program program = start("rule", "rules: ['MATCH,one']\n");
        assertThat(exitOf(Lab.HOST4)).isEqualTo(Lab.EXIT4);
        try (java.net.Socket open = LAB.connect(Lab.HOST4, Lab.ECHO)) {
            config("rule", "rules: ['MATCH,two']\n");
            reload(program, "was read again: 1 rules");
            assertThat(exitOf(Lab.HOST4)).isEqualTo(Lab.OTHER4);

            config("global", """
                    proxy-groups: [{name: GLOBAL, type: select, proxies: [REJECT, one]}]
                    rules: ['MATCH,two']
                    """);
            reload(program, "mode global");
            assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.SITE)).isInstanceOf(ConnectException.class);

            config("rule", "rules: ['MATCH,tow']\n");
            reload(program, "there is no proxy or group 'tow'; did you mean two?");
            assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.SITE)).isInstanceOf(ConnectException.class);

            open.getOutputStream().write('x');
            assertThat(open.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void aFaultyRuleIsNamedByFileAndLine() throws Exception {
        Path file = config("rule", "rules:\n  - DOMAIN-SUFIX,example.com,one\n");

        Program program = Program.launch(LAB, "-c", file.toString());

        program.exits(2, Program.START);
        assertThat(program.log()).contains(file + ":11: rules: ").contains("DOMAIN-SUFFIX");
    }

    private Program start(String mode, String rest) throws Exception {
        Path file = config(mode, rest);
        Program program = Program.launch(LAB, "-c", file.toString());
        program.daemon().await("all is up", Program.START, () -> program.log().contains("ready: "));
        Program.route(LAB);
        return program;
    }

    private Path config(String mode, String rest) throws Exception {
        if (one == 0) {
            one = proxy(Lab.EXIT4);
            two = proxy(Lab.OTHER4);
            http = LAB.port();
            LAB.watched(Upstream.tinyproxy(LAB, http).daemon());
        }
        Path file = LAB.file("clash.yaml");
        Files.writeString(file, HEAD.formatted(mode, one, two, http) + rest);
        return file;
    }

    private static int proxy(String exit) throws Exception {
        int port = LAB.port();
        LAB.watched(Upstream.microsocks(LAB, port, "-b", exit).daemon());
        return port;
    }

    private static void reload(Program program, String until) {
        int before = program.log().length();
        program.daemon().signal("HUP");
        program.daemon()
                .await(
                        "the log has: " + until,
                        LIMIT,
                        () -> program.log().substring(before).contains(until));
    }

    /** The address that the far side sees. */
    private static String exitOf(String host) {
        return LAB.curl(LIMIT, "http://" + host + ":" + Lab.SITE + "/whoami")
                .ok()
                .out();
    }

    private static void ask(String host) throws Exception {
        LAB.client().call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setSoTimeout(5_000);
                socket.connect(InetAddress.getByName(host), Lab.ECHO);
                socket.send(new DatagramPacket(new byte[1], 1));
                socket.receive(new DatagramPacket(new byte[1], 1));
                return null;
            }
        });
    }
}
