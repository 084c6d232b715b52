package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The other upstreams: with passwords, HTTP, none, and those that refuse. */
@RequiresRoot(tools = {"curl", "microsocks", "tinyproxy"})
class SchemesIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(15);

    @ParameterizedTest
    @EnumSource
    void socksWithAPassword(Family family) throws Exception {
        Upstream upstream = Upstream.microsocks(LAB, LAB.port(), "-u", "joe", "-P", "secret");
        LAB.watched(upstream.daemon());
        Program.start(LAB, upstream.urlAs("joe", "secret"));

        assertPage(family);
    }

    @ParameterizedTest
    @EnumSource
    void aWrongPasswordIsNoConnection(Family family) throws Exception {
        Upstream upstream = Upstream.microsocks(LAB, LAB.port(), "-u", "joe", "-P", "secret");
        LAB.watched(upstream.daemon());
        Program.start(LAB, upstream.urlAs("joe", "wrong"));

        assertNoConnection(family);
    }

    @ParameterizedTest
    @EnumSource
    void httpConnect(Family family) throws Exception {
        Upstream upstream = Upstream.tinyproxy(LAB, LAB.port());
        LAB.watched(upstream.daemon());
        Program.start(LAB, upstream.url());

        assertPage(family);
        Pattern pattern = new Pattern(31, 16 << 20);
        Ran download = LAB.curl(LIMIT, family.url(Lab.SITE, "/bytes/" + pattern.size() + "/" + pattern.seed()));
        assertThat(download.ok().sha256()).isEqualTo(pattern.hash());
    }

    @ParameterizedTest
    @EnumSource
    void httpConnectWithAPassword(Family family) throws Exception {
        Upstream upstream = Upstream.tinyproxy(LAB, LAB.port(), "BasicAuth joe secret");
        LAB.watched(upstream.daemon());
        Program.start(LAB, upstream.urlAs("joe", "secret"));

        assertPage(family);
    }

    @ParameterizedTest
    @EnumSource
    void httpConnectWithoutTheRightPasswordIsNoConnection(Family family) throws Exception {
        Upstream upstream = Upstream.tinyproxy(LAB, LAB.port(), "BasicAuth joe secret");
        LAB.watched(upstream.daemon());
        Program.start(LAB, upstream.url());

        assertNoConnection(family);
    }

    @ParameterizedTest
    @EnumSource
    void rejectResetsAtOnce(Family family) throws Exception {
        Program.start(LAB, "reject://");

        assertThatThrownBy(() -> LAB.connect(family.host(), Lab.SITE, Duration.ofSeconds(3)))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("refused");
        Ran curl = LAB.curl(LIMIT, family.url(Lab.SITE, "/"));
        assertThat(curl.status()).as("%s", curl).isEqualTo(7);
        assertThat(curl.took()).isLessThan(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @EnumSource
    void dropIsSilent(Family family) throws Exception {
        Program.start(LAB, "drop://");

        assertThatThrownBy(() -> LAB.connect(family.host(), Lab.SITE, Duration.ofSeconds(2)))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @EnumSource
    void directByInterface(Family family) throws Exception {
        NetNs client = LAB.client();
        client.ip("route", "add", "default", "via", Lab.SERVER4, "dev", Lab.LINK, "metric", "9999");
        client.ip("-6", "route", "add", "default", "via", Lab.SERVER6, "dev", Lab.LINK, "metric", "9999");
        LAB.untilTestEnd(() -> client.ip("route", "del", "default", "dev", Lab.LINK));
        LAB.untilTestEnd(() -> client.ip("-6", "route", "del", "default", "dev", Lab.LINK));
        Program.start(LAB, "direct://", "--interface", Lab.LINK);

        assertDirect(family);
    }

    @ParameterizedTest
    @EnumSource
    void directByMark(Family family) throws Exception {
        markedTrafficTakesTheLink();
        Program.start(LAB, "direct://", "--fwmark", "41");

        assertDirect(family);
    }

    @Test
    void anUpstreamThatTheDefaultRouteWouldLoopToIsReachedByMark() throws Exception {
        markedTrafficTakesTheLink();
        int port = LAB.port();
        Upstream upstream = Upstream.microsocks(LAB, port);
        LAB.watched(upstream.daemon());
        Program.start(LAB, "socks5://198.18.0.77:" + port, "--fwmark", "41");

        assertPage(Family.V4);
    }

    private static void markedTrafficTakesTheLink() {
        for (String version : new String[] {"-4", "-6"}) {
            NetNs client = LAB.client();
            String gateway = version.equals("-4") ? Lab.SERVER4 : Lab.SERVER6;
            client.ip(version, "route", "add", "default", "via", gateway, "dev", Lab.LINK, "table", "141");
            client.ip(version, "rule", "add", "fwmark", "41", "lookup", "141");
            LAB.untilTestEnd(() -> client.ip(version, "rule", "del", "fwmark", "41", "lookup", "141"));
            LAB.untilTestEnd(() -> client.ip(version, "route", "flush", "table", "141"));
        }
    }

    private static void assertPage(Family family) {
        Ran page = LAB.curl(LIMIT, family.url(Lab.SITE, "/"));
        assertThat(page.ok().out()).isEqualTo("hello from the far side\n");
    }

    private static void assertDirect(Family family) throws Exception {
        Ran address = LAB.curl(LIMIT, family.url(Lab.SITE, "/whoami"));
        assertThat(java.net.InetAddress.getByName(address.ok().out()))
                .as("the client's address as the web server sees it")
                .isEqualTo(java.net.InetAddress.getByName(family == Family.V4 ? Lab.CLIENT4 : Lab.CLIENT6));
    }

    private static void assertNoConnection(Family family) {
        Ran curl = LAB.curl(LIMIT, family.url(Lab.SITE, "/"));
        assertThat(curl.status()).as("%s", curl).isEqualTo(7);
        assertThat(curl.took()).isLessThan(Duration.ofSeconds(5));
    }
}
