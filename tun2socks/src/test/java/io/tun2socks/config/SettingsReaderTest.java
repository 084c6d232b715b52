package io.tun2socks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tun2socks.device.TunSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    @Test
    void defaultsAreThoseOfTheOriginalWhereItHasOnes() throws UsageException {
        Settings settings = read(Map.of());
        TunSpec device = settings.device();
        assertThat(device.name()).isEqualTo("tun0");
        assertThat(device.inheritedFd()).isEqualTo(-1);
        assertThat(device.mtu()).isZero();
        assertThat(device.addresses()).isEmpty();
        assertThat(device.queues()).isBetween(1, 8);
        assertThat(device.offloads()).isTrue();
        assertThat(device.bringUp()).isTrue();
        assertThat(settings.proxy()).isEqualTo("socks5://127.0.0.1:1080");
        assertThat(settings.sockets().fwmark()).isZero();
        assertThat(settings.sockets().interfaceName()).isNull();
        assertThat(settings.sockets().connectTimeoutMillis()).isEqualTo(5000);
        assertThat(settings.engine().udpTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.logLevel()).isEqualTo(LogLevel.INFO);
        assertThat(settings.restApi()).isEmpty();
        assertThat(settings.multicast()).isFalse();
    }

    @Test
    void emptyTextIsTheSameAsNotSet() throws UsageException {
        Settings settings = read(Map.of(
                Setting.TCP_SNDBUF,
                "",
                Setting.RESTAPI,
                "",
                Setting.INTERFACE,
                "",
                Setting.LOGLEVEL,
                "",
                Setting.TUN_PRE_UP,
                "",
                Setting.MULTICAST_GROUPS,
                ""));
        assertThat(settings.sockets().interfaceName()).isNull();
        assertThat(settings.hooks().preUp()).isEmpty();
        assertThat(settings.multicast()).isFalse();
    }

    @Test
    void readsEverything() throws UsageException {
        Settings settings = read(Map.of(
                Setting.DEVICE, "TUN://utun7?x=y",
                Setting.PROXY, "direct://",
                Setting.MTU, "0x2000",
                Setting.FWMARK, "0xffffffff",
                Setting.INTERFACE, "eth0",
                Setting.TCP_RCVBUF, "512k",
                Setting.TCP_AUTO_TUNING, "false",
                Setting.UDP_TIMEOUT, "1h2m3.5s",
                Setting.RESTAPI, "http://token@[::1]:9090",
                Setting.MULTICAST_GROUPS, "239.255.255.250, ff02::fb"));
        assertThat(settings.device().name()).isEqualTo("utun7");
        assertThat(settings.device().mtu()).isEqualTo(8192);
        assertThat(settings.proxy()).isEqualTo("direct://");
        assertThat(settings.sockets().fwmark()).isEqualTo(-1);
        assertThat(settings.sockets().interfaceName()).isEqualTo("eth0");
        assertThat(settings.engine().tcp().receiveBuffer()).isEqualTo(512 << 10);
        assertThat(settings.engine().tcp().maxReceiveBuffer()).isEqualTo(512 << 10);
        assertThat(settings.engine().udpTimeout()).isEqualTo(Duration.ofMillis(3_723_500));
        assertThat(settings.restApi()).contains(new RestApiAddress("::1", 9090, "token"));
        assertThat(settings.multicast()).isTrue();
    }

    @Test
    void aDescriptorHasOneQueue() throws UsageException {
        TunSpec device =
                read(Map.of(Setting.DEVICE, "fd://3", Setting.QUEUES, "4")).device();
        assertThat(device.name()).isNull();
        assertThat(device.inheritedFd()).isEqualTo(3);
        assertThat(device.queues()).isEqualTo(1);
    }

    @Test
    void addressesMayBeRepeatedOrSeparatedByCommas() throws UsageException {
        RawSettings raw = raw(Map.of());
        raw.append(Setting.ADDRESS, "--address", List.of("10.0.0.1/24", "fd00::1/64"));
        raw.append(Setting.ADDRESS, "--address", List.of("10.0.1.1/24"));
        assertThat(SettingsReader.read(raw).device().addresses())
                .containsExactly("10.0.0.1/24", "fd00::1/64", "10.0.1.1/24");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DEVICE           | tap://tap0       | --device: 'tap://tap0' has the driver 'tap', which is not known here; expected tun0, tun://tun0 or fd://3
            DEVICE           | fd://x           | --device: 'fd://x' has no file descriptor number; expected tun0, tun://tun0 or fd://3
            DEVICE           | tun://           | --device: 'tun://' names no device; expected tun0, tun://tun0 or fd://3
            MTU              | abc              | --mtu: 'abc' is not an integer; expected 0 (keep the device's own) or 576 to 65535
            MTU              | 100              | --mtu: 100 is too small; expected 576 to 65535
            MTU              | 70000            | --mtu: 70000 is out of range; expected 0 (keep the device's own) or 576 to 65535
            QUEUES           | 0                | --queues: 0 is out of range; expected 1 to 256
            FWMARK           | -1               | --fwmark: -1 is out of range; expected an integer from 0 to 4294967295 (0xffffffff), such as 0x22b
            UDP_TIMEOUT      | 500ms            | --udp-timeout: 500ms is too short; expected 1s or more
            UDP_TIMEOUT      | 30               | --udp-timeout: '30' lacks a unit; expected a duration such as 300ms, 30s, 5m or 1h2m3.5s (units: ns, us, ms, s, m, h)
            DRAIN            | -1s              | --drain: '-1s' is out of range; expected 0s to 24h
            TCP_SNDBUF       | 1                | --tcp-sndbuf: '1' is out of range; expected 4KiB to 1GiB
            TCP_RCVBUF       | 1x               | --tcp-rcvbuf: '1x' has the unknown unit 'x'; expected a size such as 65536, 512k, 1m or 4MiB
            LOGLEVEL         | loud             | --loglevel: 'loud' is not a log level; expected trace, debug, info, warn, error or silent
            RESTAPI          | https://h:1      | --restapi: the scheme 'https' is not served; expected http or none
            RESTAPI          | localhost        | --restapi: 'localhost' lacks a port; expected [token@]host:port, such as 127.0.0.1:9090
            RESTAPI          | secret@h:x       | --restapi: 'x' is not a port from 0 to 65535; expected [token@]host:port, such as 127.0.0.1:9090
            MULTICAST_GROUPS | 10.0.0.1         | --multicast-groups: '10.0.0.1' is not a multicast address; expected such as 239.255.255.250 or ff02::fb
            ADDRESS          | 10.0.0.1         | --address: '10.0.0.1' is not an address with its prefix length; expected such as 198.18.0.1/15 or fd00::1/64
            ADDRESS          | 10.0.0.1/33      | --address: '10.0.0.1/33' has the prefix length '33'; expected 0 to 32
            TUN_POST_UP      | echo "           | --tun-post-up: 'echo "' has a quote that is not closed
            """)
    void saysWhatIsWrong(Setting setting, String text, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> read(Map.of(setting, text)))
                .withMessage(message);
    }

    @Test
    void saysWhatIsMissing() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> read(Map.of(Setting.DEVICE, "")))
                .withMessage("no device is given; expected --device, such as --device tun0");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> read(Map.of(Setting.PROXY, "")))
                .withMessage("no proxy is given; expected --proxy, such as --proxy socks5://127.0.0.1:1080");
    }

    @Test
    void anIpv6AddressNeedsItsMtu() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> read(Map.of(Setting.ADDRESS, "fd00::1/64", Setting.MTU, "1279")))
                .withMessage("--mtu: 1279 is too small for IPv6; expected 1280 or more (RFC 8200)");
    }

    private static Settings read(Map<Setting, String> texts) throws UsageException {
        return SettingsReader.read(raw(texts));
    }

    private static RawSettings raw(Map<Setting, String> texts) {
        RawSettings raw = new RawSettings();
        raw.put(Setting.DEVICE, "--device", List.of("tun0"));
        raw.put(Setting.PROXY, "--proxy", List.of("127.0.0.1:1080"));
        texts.forEach((setting, text) -> raw.put(setting, "--" + setting.flag(), List.of(text)));
        return raw;
    }
}
