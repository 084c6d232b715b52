package io.tun2socks.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** URL forms of outbounds. */
class OutboundsTest {
    @ParameterizedTest
    @CsvSource({
        "socks5://10.0.0.1, socks5://10.0.0.1:1080",
        "socks5://10.0.0.1:9050, socks5://10.0.0.1:9050",
        "SOCKS5H://proxy.example:1/, socks5://proxy.example:1",
        "socks5://[fd00::1], socks5://[fd00::1]:1080",
        "socks5://joe:secret@[fd00::1]:99, socks5://[fd00::1]:99",
        "10.0.0.1:1080, socks5://10.0.0.1:1080",
        "[::1]:1080, socks5://[::1]:1080",
        "http://joe:p%40ss@proxy.example:3128, http://proxy.example:3128",
        "direct://, direct://",
        "reject://, reject://",
        "drop://, drop://",
    })
    void understandsUrls(String url, String name) {
        try (Outbound outbound = Outbounds.parse(url, SocketSettings.DEFAULT)) {
            assertThat(outbound.name()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "socks4://1.2.3.4:1080, not supported",
        "ss://aes:x@1.2.3.4:1, not supported",
        "relay://1.2.3.4:1, not supported",
        "ftp://1.2.3.4:1, unknown",
        "socks5://, names no host",
        "socks5://1.2.3.4:0, 1 to 65535",
        "socks5://1.2.3.4:65536, 1 to 65535",
        "socks5://1.2.3.4:x, 1 to 65535",
        "socks5://1.2.3.4:, 1 to 65535",
        "socks5://fd00::1:1080, brackets",
        "socks5://[fd00::1, not closed",
        "socks5://[fd00:::1]:1, not an IPv6 address",
        "socks5://a:%4@1.2.3.4:1, hexadecimal",
        "socks5://:x@1.2.3.4:1, user name",
        "socks5://1.2.3.4:1/path, path",
        "http://1.2.3.4, needs a port",
        "http://a%3ab:c@1.2.3.4:1, user name",
        "direct://eth0, nothing may follow",
        "://x, no scheme",
    })
    void saysWhatIsWrongAndWhatWasExpected(String url, String problem) {
        assertThatThrownBy(() -> Outbounds.parse(url, SocketSettings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("expected socks5://")
                .hasMessageContaining("proxy '" + OutboundUrl.masked(url) + "'");
    }

    @Test
    void neverShowsThePassword() {
        assertThatThrownBy(() -> Outbounds.parse("socks4://joe:secret@1.2.3.4:1", SocketSettings.DEFAULT))
                .hasMessageContaining("socks4://joe:***@1.2.3.4:1")
                .hasMessageNotContaining("secret");
        assertThat(OutboundUrl.parse("socks5://joe:secret@h").toString()).doesNotContain("secret");
    }

    @Test
    void decodesUserInfo() {
        OutboundUrl url = OutboundUrl.parse("socks5://j%C3%B6e%3A+:p%40%25@h:1");
        assertThat(url.credentials()).isEqualTo(new OutboundUrl.Credentials("jöe:+", "p@%"));
        assertThat(OutboundUrl.parse("socks5://a@b@h:1").credentials().user()).isEqualTo("a@b");
    }

    @Test
    void rejectAndDropConnectNowhere() throws Exception {
        try (Loop loop = new Loop();
                Outbound reject = Outbounds.parse("reject://", SocketSettings.DEFAULT);
                Outbound drop = Outbounds.parse("drop://", SocketSettings.DEFAULT)) {
            Destination destination = new Destination("example.org", null, 80);
            assertThat(reject.verdict()).isEqualTo(Outbound.Verdict.REJECT);
            assertThat(drop.verdict()).isEqualTo(Outbound.Verdict.DROP);
            for (Outbound outbound : new Outbound[] {reject, drop}) {
                assertThat(loop.failure(() -> outbound.connect(loop.loop(), destination, new RecordingRelay()))
                                .reason())
                        .isEqualTo(OutboundException.Reason.REFUSED);
                assertThat(loop.failure(() -> outbound.openUdp(loop.loop(), new RecordingReceiver()))
                                .reason())
                        .isEqualTo(OutboundException.Reason.REFUSED);
            }
        }
    }
}
