package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

        List<CompletableFuture<Ran>> downloads = new ArrayList<>();
        java.util.concurrent.ExecutorService threads =
                java.util.concurrent.Executors.newFixedThreadPool(200, Threads.daemons("download"));
        try {
            for (int i = 0; i < 200; i++) {
                downloads.add(CompletableFuture.supplyAsync(
                        () -> LAB.curl(Duration.ofSeconds(60), family.url(Lab.NGINX, "/file")), threads));
            }
            for (CompletableFuture<Ran> download : downloads) {
                assertThat(download.join().ok().sha256()).isEqualTo(file.hash());
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
