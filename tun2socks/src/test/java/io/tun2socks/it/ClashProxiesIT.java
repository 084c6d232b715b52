package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies and groups of a clash configuration: TLS, chains, checks, spreading, providers. */
@RequiresRoot(tools = {"curl", "danted", "microsocks", "tinyproxy"})
class ClashProxiesIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private ClashLab clash;

    @BeforeEach
    void startTheProxies() throws Exception {
        clash = new ClashLab(LAB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5", "http"})
    void aProxyBehindTlsCarriesMegabytes(String type) throws Exception {
        TlsFront front = TlsFront.start(LAB, type.equals("http") ? clash.httpPort() : clash.onePort());
        startBehind(front, type);

        Pattern pattern = new Pattern(31, 16 << 20);
        Ran download =
                LAB.curl(ClashLab.LIMIT, Family.V4.url(Lab.SITE, "/bytes/" + pattern.size() + "/" + pattern.seed()));
        assertThat(download.ok().sha256()).isEqualTo(pattern.hash());
    }

    /** Dante, since microsocks and tinyproxy end both halves when one of them ends. */
    @ParameterizedTest
    @EnumSource
    void eachHalfOfAConnectionInTlsEndsOnItsOwn(Family family) throws Exception {
        startBehind(
                TlsFront.start(
                        LAB, URI.create(LAB.upstream(Upstream.Kind.DANTE).url()).getPort()),
                "socks5");

        try (Socket socket = LAB.connect(family.host(), Lab.ECHO)) {
            byte[] sent = new Pattern(7, 1 << 20).bytes();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            // The echo ends when it has seen our end, and not before all has come back.
            byte[] back = socket.getInputStream().readAllBytes();
            writing.join();
            assertThat(back.length).isEqualTo(sent.length);
            assertThat(back).isEqualTo(sent);
        }
    }

    private void startBehind(TlsFront front, String type) throws Exception {
        clash.start("rule", """
                  - {name: secret, type: %s, server: 10.99.0.2, port: %d, tls: true, fingerprint: '%s'}
                rules: ['MATCH,secret']
                """.formatted(type, front.port(), front.fingerprint()));
    }

    @Test
    void aServerWithAnotherCertificateIsNotSpokenTo() throws Exception {
        TlsFront front = TlsFront.start(LAB, clash.onePort());
        Program program = clash.start("rule", """
                  - {name: pinned, type: socks5, server: 10.99.0.2, port: %1$d, tls: true, fingerprint: '%2$s'}
                  - {name: unknown, type: socks5, server: 10.99.0.2, port: %1$d, tls: true, sni: proxy.test}
                rules: ['IP-CIDR,198.18.0.11/32,pinned', 'MATCH,unknown']
                """.formatted(front.port(), "00".repeat(32)));

        assertThatThrownBy(() -> LAB.connect(Lab.OTHER4, Lab.ECHO)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.ECHO)).isInstanceOf(ConnectException.class);
        program.daemon()
                .await(
                        "both reasons are told",
                        ClashLab.LIMIT,
                        () -> program.log()
                                        .contains("pinned: socks5://10.99.0.2:" + front.port()
                                                + ": shows another certificate: expected the fingerprint 0000")
                                && program.log().contains("the certificate of proxy.test is not trusted"));
    }

    @Test
    void aProxyIsReachedThroughAnother() throws Exception {
        clash.start("rule", """
                  - {name: far, type: socks5, server: 198.18.0.10, port: %d, dialer-proxy: http}
                rules: ['MATCH,far']
                """.formatted(clash.onePort()));

        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.ONE);
    }

    @Test
    void loadIsSpreadRoundRobin() throws Exception {
        clash.start("rule", """
                proxy-groups:
                  - {name: both, type: load-balance, strategy: round-robin, proxies: [one, two],
                     url: 'http://198.18.0.10:8080/', interval: 300}
                rules: ['MATCH,both']
                """);

        Map<String, Integer> exits = new HashMap<>();
        for (int i = 0; i < 6; i++) {
            exits.merge(clash.exitOf(Lab.HOST4), 1, Integer::sum);
        }

        assertThat(exits).containsExactlyInAnyOrderEntriesOf(Map.of(ClashLab.ONE, 3, ClashLab.TWO, 3));
    }

    @Test
    void theFastestThatAnswersIsTaken() throws Exception {
        Program program = clash.start("rule", """
                proxy-groups:
                  - {name: fast, type: url-test, proxies: [dead, two], url: 'http://198.18.0.10:8080/', interval: 300,
                     lazy: false}
                rules: ['MATCH,fast']
                """);

        program.daemon()
                .await(
                        "the living member is taken",
                        ClashLab.LIMIT,
                        () -> LAB.curl(ClashLab.LIMIT, Family.V4.url(Lab.SITE, "/whoami"))
                                .out()
                                .equals(ClashLab.TWO));
    }

    @Test
    void aMemberThatDiesIsLeftAfterFailuresWithoutWaitingForTheInterval() throws Exception {
        int port = LAB.port();
        Daemon mortal = Upstream.microsocks(LAB, port).daemon();
        LAB.watched(mortal);
        Program program = clash.start("rule", """
                  - {name: mortal, type: socks5, server: 10.99.0.2, port: %d}
                proxy-groups:
                  - {name: auto, type: fallback, proxies: [mortal, two], url: 'http://198.18.0.10:8080/',
                     interval: 3600, lazy: false}
                rules: ['MATCH,auto']
                """.formatted(port));
        assertThat(clash.exitOf(Lab.HOST4)).isNotEqualTo(ClashLab.TWO);

        mortal.kill();

        program.daemon()
                .await(
                        "the other member is taken",
                        ClashLab.LIMIT,
                        () -> LAB.curl(ClashLab.LIMIT, Family.V4.url(Lab.SITE, "/whoami"))
                                .out()
                                .equals(ClashLab.TWO));
    }

    @Test
    void proxiesOfAProviderAreFetchedFilteredAndUsed() throws Exception {
        String url = clash.serve("""
                proxies:
                  - {name: far, type: socks5, server: 10.99.0.2, port: %d}
                  - {name: away, type: socks5, server: 10.99.0.2, port: 4}
                """.formatted(clash.onePort()));
        Program program = clash.start("rule", """
                proxy-providers:
                  more: {type: http, url: '%s', path: ./more.yaml, interval: 3600, proxy: two, exclude-filter: away,
                         override: {additional-prefix: 'x-'}}
                proxy-groups:
                  - {name: some, type: select, use: [more]}
                rules: ['MATCH,some']
                """.formatted(url));

        program.daemon()
                .await(
                        "the proxies are there",
                        ClashLab.LIMIT,
                        () -> program.log().contains("proxy provider 'more': 1 entries of"));
        program.daemon()
                .await(
                        "the group has them",
                        ClashLab.LIMIT,
                        () -> LAB.curl(ClashLab.LIMIT, Family.V4.url(Lab.SITE, "/whoami"))
                                .out()
                                .equals(ClashLab.ONE));
        assertThat(program.log()).contains("[some, x-far]");
    }

    @Test
    void aGroupWhoseProviderIsEmptyRejectsAndDoesNotLeak() throws Exception {
        clash.start("rule", """
                proxy-providers:
                  more: {type: http, url: 'http://10.99.0.2:4/none', path: ./none.yaml, interval: 3600, proxy: two}
                proxy-groups:
                  - {name: some, type: select, use: [more]}
                rules: ['MATCH,some']
                """);

        assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.ECHO)).isInstanceOf(ConnectException.class);
    }

    /** It is as if nobody answered, so the client hears nothing either; but the attempt ends. */
    @Test
    void aServerThatSaysNothingInsteadOfTlsIsGivenUp() throws Exception {
        TcpServer silent = LAB.serve(socket -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()));
        Program program = clash.start("rule", """
                  - {name: mute, type: http, server: 10.99.0.2, port: %d, tls: true, skip-cert-verify: true}
                rules: ['MATCH,mute']
                """.formatted(silent.port()));

        assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.ECHO, Duration.ofSeconds(2)))
                .isInstanceOf(SocketTimeoutException.class);

        program.daemon()
                .await("the attempt ends", ClashLab.LIMIT, () -> program.log().contains("by mute for MATCH,mute: "));
    }
}
