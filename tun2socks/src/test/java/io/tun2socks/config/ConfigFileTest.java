package io.tun2socks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("config.yaml");
    }

    @Test
    void readsAllKeysOfTheOriginal() throws Exception {
        Settings settings = settings("""
                # the keys of engine/key.go
                mtu: 1400
                fwmark: 0x22b
                proxy: socks5://user:pass@10.0.0.1:1080
                restapi: 127.0.0.1:9090
                device: tun://tun3
                loglevel: warning
                interface: eth0
                tcp-moderate-receive-buffer: yes
                tcp-send-buffer-size: 1048576
                tcp-receive-buffer-size: 512k
                multicast-groups:
                  - 239.255.255.250
                  - ff02::fb
                tun-pre-up: ip tuntap add mode tun dev tun3
                tun-post-up:
                udp-timeout: 1m30s
                """);
        assertThat(settings.device().mtu()).isEqualTo(1400);
        assertThat(settings.sockets().fwmark()).isEqualTo(0x22b);
        assertThat(settings.proxy()).isEqualTo("socks5://user:pass@10.0.0.1:1080");
        assertThat(settings.restApi()).contains(new RestApiAddress("127.0.0.1", 9090, null));
        assertThat(settings.device().name()).isEqualTo("tun3");
        assertThat(settings.logLevel()).isEqualTo(LogLevel.WARN);
        assertThat(settings.sockets().interfaceName()).isEqualTo("eth0");
        assertThat(settings.engine().tcp().maxReceiveBuffer()).isEqualTo(4 << 20);
        assertThat(settings.engine().tcp().sendBufferLimit()).isEqualTo(1 << 20);
        assertThat(settings.engine().tcp().receiveBuffer()).isEqualTo(512 << 10);
        assertThat(settings.multicast()).isTrue();
        assertThat(settings.hooks().preUp()).isEqualTo("ip tuntap add mode tun dev tun3");
        assertThat(settings.hooks().postUp()).isEmpty();
        assertThat(settings.engine().udpTimeout()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void anEmptyFileSetsNothing() throws Exception {
        assertThat(read("").text(Setting.DEVICE)).isEmpty();
        assertThat(read("# nothing\n---\n").text(Setting.DEVICE)).isEmpty();
    }

    @Test
    void aListMayBeOneText() throws Exception {
        assertThat(settings("device: tun0\nproxy: direct://\naddress: 10.0.0.1/8,fd00::1/64\n")
                        .device()
                        .addresses())
                .containsExactly("10.0.0.1/8", "fd00::1/64");
    }

    @Test
    void saysWhereAValueIsWrong() {
        assertRefused(
                "device: tun0\nproxy: direct://\nmtu:  abc\n",
                ":3:7: mtu: 'abc' is not an integer; expected 0" + " (keep the device's own) or 576 to 65535");
        assertRefused(
                "device: tun0\nproxy: x\nudp-timeout: 30\n",
                ":3:14: udp-timeout: '30' lacks a unit; expected a duration such as 300ms, 30s, 5m or 1h2m3.5s (units:"
                        + " ns, us, ms, s, m, h)");
        assertRefused("device: [tun0]\n", ":1:9: device: found a list; expected one value");
        assertRefused(
                "multicast-groups: {a: b}\n",
                ":1:19: multicast-groups: found a mapping; expected a list of" + " values");
        assertRefused(
                "tcp-moderate-receive-buffer: []\n",
                ":1:30: tcp-moderate-receive-buffer: found a list; expected" + " true or false");
    }

    @Test
    void saysWhichKeyWasMeant() {
        assertRefused("device: tun0\nprxoy: x\n", ":2:1: unknown key 'prxoy'; did you mean proxy?");
        assertRefused("banana: 1\n", ":1:1: unknown key 'banana'");
        assertRefused("mtu: 1500\nmtu: 1400\n", ":2:1: the key 'mtu' is there twice; expected it once");
    }

    @Test
    void saysWhereItIsNotYaml() {
        assertRefused("- a\n- b\n", ":1:1: found a list; expected keys and values, such as 'device: tun0'");
        assertRefused(
                "device: tun0\n---\ndevice: tun1\n",
                ":3:1: a second document begins; expected one document with" + " all settings");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> settings("device: tun0\nproxy: \"x\n"))
                .withMessageMatching(".*config.yaml:3:1: not YAML: .*");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> settings("device: *nowhere\n"))
                .withMessageContaining(":1:9: not YAML: ");
    }

    @Test
    void saysThatItIsNotText() throws IOException {
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ConfigFile.read(file))
                .withMessage(file + ": the file is not UTF-8 text; expected YAML");
    }

    @Test
    void aMissingFileIsAnotherMatter() {
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> ConfigFile.read(file));
    }

    private void assertRefused(String text, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> settings(text))
                .withMessage(file + message);
    }

    private Settings settings(String text) throws UsageException, IOException {
        return SettingsReader.read(read(text));
    }

    private RawSettings read(String text) throws UsageException, IOException {
        Files.writeString(file, text);
        return ConfigFile.read(file);
    }
}
