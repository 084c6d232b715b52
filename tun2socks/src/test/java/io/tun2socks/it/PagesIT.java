package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Web pages: one, and many at a time. */
@RequiresRoot(tools = {"curl", "danted", "microsocks", "nginx"})
class PagesIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int AT_A_TIME = 200;

    @ParameterizedTest
    @MethodSource("io.tun2socks.it.Cases#upstreamsAndFamilies")
    void aPageIsFetched(Upstream.Kind upstream, Family family) throws Exception {
        Program.start(LAB, LAB.upstream(upstream).url());

        Ran page = LAB.curl(LIMIT, family.url(Lab.SITE, "/")).ok();

        assertThat(page.out()).isEqualTo("hello from the far side\n");
    }

    @ParameterizedTest
    @EnumSource
    void theUpstreamMakesTheConnection(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url());

        Ran address = LAB.curl(LIMIT, family.url(Lab.SITE, "/whoami")).ok();

        assertThat(java.net.InetAddress.getByName(address.out()))
                .as("the client's address as the web server sees it")
                .isNotEqualTo(java.net.InetAddress.getByName(family == Family.V4 ? Lab.CLIENT4 : Lab.CLIENT6));
    }

    @ParameterizedTest
    @EnumSource
    void twoHundredDownloadsAtATimeArriveWhole(Family family) throws Exception {
        Pattern file = LAB.nginx();
        Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url());

        Path into = Files.createDirectories(LAB.file("downloads-" + family));
        LAB.curl(
                        Duration.ofSeconds(90),
                        "-Z",
                        "--parallel-immediate",
                        "--parallel-max",
                        Integer.toString(AT_A_TIME),
                        "-o",
                        into + "/#1",
                        family.url(Lab.NGINX, "/file?[1-" + AT_A_TIME + "]"))
                .ok();

        try (Stream<Path> downloads = Files.list(into)) {
            assertThat(downloads).hasSize(AT_A_TIME).allSatisfy(download -> {
                try (InputStream in = Files.newInputStream(download)) {
                    assertThat(Pattern.digest(in, Long.MAX_VALUE))
                            .isEqualTo(new Pattern.Digest(file.hash(), file.size()));
                }
            });
        }
    }
}
