package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Links of every MTU, and one that loses packets. */
@RequiresRoot(tools = {"curl", "danted"})
class LinkIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final int MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"1280, V4", "1280, V6", "1500, V4", "1500, V6", "9000, V4", "9000, V6", "65535, V4", "65535, V6"})
    void everyMtuCarriesBothWays(int mtu, Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url(), "--mtu", Integer.toString(mtu));
        assertThat(LAB.client().ip("link", "show", "dev", Program.TUN)).contains("mtu " + mtu + " ");

        transferBothWays(family, 64 * MIB);
    }

    @ParameterizedTest
    @EnumSource
    void onePercentLossCostsTimeOnly(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());
        Path rules = LAB.file("loss.nft");
        Files.writeString(rules, """
                table netdev loss {
                  chain out {
                    type filter hook egress device "%1$s" priority 0; policy accept;
                    numgen random mod 100 < 1 counter drop
                  }
                  chain in {
                    type filter hook ingress device "%1$s" priority 0; policy accept;
                    numgen random mod 100 < 1 counter drop
                  }
                }
                """.formatted(Program.TUN));
        Duration quick = Duration.ofSeconds(5);
        LAB.client().run(quick, "nft", "-f", rules.toString()).ok();

        transferBothWays(family, 32 * MIB);

        String counters = LAB.client().run(quick, "nft", "list", "ruleset").ok().out();
        LAB.client().run(quick, "nft", "flush", "ruleset").ok();
        assertThat(counters).as("rules that must have dropped something").doesNotContain("packets 0 ");
    }

    private static void transferBothWays(Family family, int size) throws Exception {
        Pattern down = new Pattern(21, size);
        Pattern up = new Pattern(22, size);
        Path file = LAB.file("up");
        try (OutputStream out = Files.newOutputStream(file)) {
            up.writeTo(out);
        }

        Ran download = LAB.curl(LIMIT, family.url(Lab.SITE, "/bytes/" + down.size() + "/" + down.seed()));
        Ran upload = LAB.curl(LIMIT, "-H", "Expect:", "-T", file.toString(), family.url(Lab.SITE, "/sink"));

        assertThat(download.ok().sha256()).isEqualTo(down.hash());
        assertThat(upload.ok().out()).isEqualTo(up.hash() + " " + up.size());
    }
}
