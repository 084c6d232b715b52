package io.tun2socks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunSpecCheckTest {
    private static TunSpec spec(String name, int mtu, int queues, String... addresses) {
        return new TunSpec(name, -1, mtu, List.of(addresses), queues, true, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tun0", "fifteen-bytes-x", "tun%d", "a", "grün", "tun-0.1_x", "%d"})
    void takesNamesThatTheKernelTakes(String name) {
        assertThatCode(() -> TunSpecCheck.check(spec(name, 1500, 1))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "sixteen-bytes-xx,16 bytes",
        "üüüüüüüü,16 bytes",
        "a/b,character",
        "a:b,character",
        "a b,character",
        "'a\tb',character",
        "'',empty",
        "..,not possible",
        "tun%d%d,%d",
        "tun%s,%d",
        "tun%,%d"
    })
    void refusesOthersAndSaysWhy(String name, String reason) {
        assertThatThrownBy(() -> TunSpecCheck.check(spec(name, 1500, 1)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("\"" + name + "\"")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 575, 65536})
    void refusesMtusOutOfRange(int mtu) {
        assertThatThrownBy(() -> TunSpecCheck.check(spec("t0", mtu, 1)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("t0")
                .hasMessageContaining("MTU " + mtu)
                .hasMessageContaining("576 to 65535");
    }

    @Test
    void wantsAnMtuOf1280WithIpv6() throws Exception {
        assertThatThrownBy(() -> TunSpecCheck.check(spec("t0", 1279, 1, "fd00::1/64")))
                .hasMessageContaining("1280 to 65535 with an IPv6 address");
        assertThat(TunSpecCheck.check(spec("t0", 1280, 1, "fd00::1/64"))).hasSize(1);
        assertThat(TunSpecCheck.check(spec("t0", 576, 1, "10.0.0.1/8"))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1/33",
                "10.0.0.1/-1",
                "10.0.0.1/",
                "10.0.0/8",
                "fd00::1/129",
                "host/24",
                "",
                "/24",
                "1.2.3.4/+8"
            })
    void refusesBadAddresses(String address) {
        assertThatThrownBy(() -> TunSpecCheck.check(spec("t0", 0, 1, "10.1.1.1/24", address)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("t0")
                .hasMessageContaining("\"" + address + "\"");
    }

    @Test
    void anAddressWithoutPrefixLengthStandsAlone() throws Exception {
        assertThat(TunSpecCheck.check(spec("t0", 0, 1, "10.0.0.1", "fd00::1")))
                .extracting(Object::toString)
                .containsExactly("10.0.0.1/32", "fd00::1/128");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 257})
    void refusesQueuesOutOfRange(int queues) {
        assertThatThrownBy(() -> TunSpecCheck.check(spec("t0", 0, queues)))
                .hasMessageContaining(queues + " queues")
                .hasMessageContaining("1 to 256");
    }

    @Test
    void wantsANameOrADescriptor() {
        assertThatThrownBy(() -> TunSpecCheck.check(spec(null, 0, 1))).hasMessageContaining("no device name");
    }
}
