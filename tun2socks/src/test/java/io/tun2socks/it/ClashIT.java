package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A clash configuration decides: rules, groups, providers, reloading. */
@RequiresRoot(tools = {"curl", "microsocks", "tinyproxy"})
class ClashIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = ClashLab.LIMIT;

    private ClashLab clash;

    @BeforeEach
    void startTheProxies() throws Exception {
        clash = new ClashLab(LAB);
    }

    @Test
    void theFirstRuleThatMatchesPicksTheProxy() throws Exception {
        clash.start("rule", """
                rules:
                  - IP-CIDR,198.18.0.11/32,one
                  - IP-CIDR6,fd18::11/128,one
                  - AND,((NETWORK,TCP),(DST-PORT,8080)),two
                  - MATCH,REJECT
                """);

        assertThat(clash.exitOf(Lab.OTHER4)).isEqualTo(ClashLab.ONE);
        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.TWO);
        assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.ECHO)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> LAB.connect(Lab.HOST6, Lab.ECHO)).isInstanceOf(ConnectException.class);
    }

    @Test
    void theProgramThatConnectsIsFound() throws Exception {
        clash.start("rule", """
                rules:
                  - PROCESS-NAME,CURL,one
                  - UID,0,two
                  - MATCH,REJECT
                """);

        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.ONE);
        Ran shell = LAB.client()
                .run(
                        LIMIT,
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/198.18.0.10/8080; printf 'GET /whoami"
                                + " HTTP/1.1\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3");
        assertThat(shell.ok().out()).endsWith(Lab.OTHER4);
    }

    @Test
    void udpPassesOverWhatCannotCarryIt() throws Exception {
        clash.start("rule", """
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
        Program program = clash.start("rule", """
                rule-providers:
                  nets: {type: file, behavior: ipcidr, format: text, path: ./nets.txt}
                  far: {type: http, behavior: domain, format: text, url: 'http://10.99.0.2:4/far.txt', path: ./far.txt}
                rules:
                  - RULE-SET,nets,REJECT
                  - RULE-SET,far,REJECT
                  - MATCH,one
                """);

        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.ONE);
        assertThatThrownBy(() -> LAB.connect(Lab.OTHER4, Lab.SITE)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> LAB.connect(Lab.OTHER6, Lab.SITE)).isInstanceOf(ConnectException.class);
        program.daemon()
                .await("the failure is told", LIMIT, () -> program.log().contains("rule provider 'far': it cannot be"));
    }

    @Test
    void aSetIsFetchedThroughTheNamedProxyAndKept() throws Exception {
        String set = "198.18.0.11/32\n";
        String url = clash.serve(set);
        Program program = clash.start("rule", """
                rule-providers:
                  far:
                    type: http
                    behavior: ipcidr
                    format: text
                    url: '%s'
                    path: ./fetched.txt
                    proxy: one
                rules:
                  - RULE-SET,far,REJECT
                  - MATCH,one
                """.formatted(url));

        program.daemon()
                .await("the set is there", LIMIT, () -> program.log().contains("rule provider 'far': 1 entries of"));
        assertThatThrownBy(() -> LAB.connect(Lab.OTHER4, Lab.SITE)).isInstanceOf(ConnectException.class);
        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.ONE);
        assertThat(LAB.file("fetched.txt")).hasContent(set);
    }

    @Test
    void aFallbackGroupLeavesADeadProxyAndARelayGoesThroughAll() throws Exception {
        Program program = clash.start("rule", """
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
        assertThat(clash.exitOf(Lab.OTHER4)).isEqualTo(ClashLab.ONE);
    }

    @Test
    void theModeIsSwitchedAndRulesAreReplacedWhileConnectionsStay() throws Exception {
        Program program = clash.start("rule", "rules: ['MATCH,one']\n");
        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.ONE);
        try (java.net.Socket open = LAB.connect(Lab.HOST4, Lab.ECHO)) {
            clash.write("rule", "rules: ['MATCH,two']\n");
            reload(program, "was read again: 1 rules");
            assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.TWO);

            clash.write("global", """
                    proxy-groups: [{name: GLOBAL, type: select, proxies: [REJECT, one]}]
                    rules: ['MATCH,two']
                    """);
            reload(program, "mode global");
            assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.SITE)).isInstanceOf(ConnectException.class);

            clash.write("rule", "rules: ['MATCH,tow']\n");
            reload(program, "there is no proxy or group 'tow'; did you mean two?");
            assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.SITE)).isInstanceOf(ConnectException.class);

            open.getOutputStream().write('x');
            assertThat(open.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void aReloadTellsWhatTakesARestart() throws Exception {
        Program program = clash.start("rule", "rules: ['MATCH,one']\n");
        Path file = clash.write("rule", "interface-name: uplink0\nrules: ['MATCH,two']\n");
        Files.writeString(file, Files.readString(file).replace("mtu: 1500", "mtu: 1400"));

        reload(program, "was read again: 1 rules");

        assertThat(program.log())
                .contains("tun.mtu has changed, which takes a restart")
                .contains("interface-name has changed, which takes a restart");
        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.TWO);
    }

    @Test
    void aFaultyRuleIsNamedByFileAndLine() throws Exception {
        Path file = clash.write("rule", "rules:\n  - DOMAIN-SUFIX,example.com,one\n");

        Program program = Program.launch(LAB, "-c", file.toString());

        program.exits(2, Program.START);
        assertThat(program.log())
                .contains(file + ":" + (ClashLab.headLines() + 2) + ": rules: ")
                .contains("DOMAIN-SUFFIX");
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
