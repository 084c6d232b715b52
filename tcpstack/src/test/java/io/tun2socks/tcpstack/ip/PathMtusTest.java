package io.tun2socks.tcpstack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathMtusTest {
    private static final long V4 = IpAddress.lowHalfOfIpv4(0x0a000002);
    private static final long V6_HI = 0x2001_0db8_0000_0000L;

    private static PathMtus of(int deviceMtu, long now) {
        PathMtus paths = new PathMtus(deviceMtu, new Random(5));
        paths.now(now);
        return paths;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE, -5, Long.MAX_VALUE - 5})
    void rfc1191_6_3_aReportIsForgottenAfterTenMinutes(long start) {
        PathMtus paths = of(1500, start);
        paths.reduce(0, V4, 1400);
        paths.now(start + PathMtus.LIFETIME_NANOS - 1);
        assertThat(paths.mtu(0, V4)).isEqualTo(1400);
        paths.now(start + PathMtus.LIFETIME_NANOS);
        assertThat(paths.mtu(0, V4)).isEqualTo(1500);
        paths.reduce(0, V4, 1450);
        assertThat(paths.mtu(0, V4)).isEqualTo(1450);
    }

    @Test
    void rfc1191_3_aReportNeverRaises() {
        PathMtus paths = of(1500, 0);
        paths.reduce(0, V4, 9000);
        assertThat(paths.mtu(0, V4)).isEqualTo(1500);
        paths.reduce(0, V4, 1000);
        paths.reduce(0, V4, 1200);
        assertThat(paths.mtu(0, V4)).isEqualTo(1000);
        assertThat(paths.mtu(0, V4 + 1)).isEqualTo(1500);
        assertThat(paths.mtu(V6_HI, V4)).isEqualTo(1500);
    }

    @Test
    void rfc1191_3_belowTheLeastRoutersMayFragment() {
        PathMtus paths = of(1500, 0);
        assertThat(paths.exceedsLeast(0, V4, 1500)).isFalse();
        paths.reduce(0, V4, 552);
        assertThat(paths.exceedsLeast(0, V4, 1500)).isFalse();
        paths.reduce(0, V4, 300);
        assertThat(paths.mtu(0, V4)).isEqualTo(552);
        assertThat(paths.exceedsLeast(0, V4, 301)).isTrue();
        assertThat(paths.exceedsLeast(0, V4, 300)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "true, 1400, 1500, 1400",
        "true, 68, 1500, 68",
        "true, 67, 1500, 0",
        "true, 0, 65535, 32000",
        "true, 0, 1500, 1492",
        "true, 0, 1492, 1006",
        "true, 0, 296, 68",
        "true, 0, 68, 0",
        "true, 0, 20, 0",
        "false, 1280, 1500, 1280",
        "false, 1279, 1500, 0",
        "false, 0, 1500, 0",
        "false, 65535, 1500, 65535",
        "false, 65536, 1500, 0",
        "false, 4294967295, 1500, 0"
    })
    void rfc1191_7_1_rfc8201_4_plausible(boolean ipv4, long mtu, int length, int expected) {
        assertThat(PathMtus.plausible(ipv4, mtu, length)).isEqualTo(expected);
    }

    /** However many clients, what is not known is the device's MTU, and what is known was reported. */
    @Property(tries = 20)
    void memoryIsBoundedAndClientsDoNotMixUp(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5000) int clients) {
        PathMtus paths = new PathMtus(9000, new Random(seed));
        paths.now(0);
        for (int i = 0; i < clients; i++) {
            paths.reduce(V6_HI, i, 1280 + i);
            assertThat(paths.mtu(V6_HI, i)).isEqualTo(1280 + i);
        }
        int known = 0;
        for (int i = 0; i < clients; i++) {
            int mtu = paths.mtu(V6_HI, i);
            assertThat(mtu).isIn(1280 + i, 9000);
            known += mtu == 9000 ? 0 : 1;
        }
        assertThat(known).isBetween(1, 512);
    }
}
