package io.tun2socks.cli;

import static io.tun2socks.testing.NetNamespaceThread.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.device.Device;
import io.tun2socks.device.TunDevice;
import io.tun2socks.device.TunDevices;
import io.tun2socks.device.TunInfo;
import io.tun2socks.device.TunSpec;
import io.tun2socks.testing.Commands;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;

/** The subcommand as a user gives it, compared with what iproute2 shows. */
class DeviceCommandTest {
    /** What one run printed and returned. */
    private record Outcome(int code, String out, String err) {}

    private static Outcome device(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new DeviceCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Outcome(code, out.toString(), err.toString());
    }

    private static List<?> parse(String json) {
        // JSON is YAML.
        return (List<?>) new Load(LoadSettings.builder().build()).loadFromString(json);
    }

    private static void assertFails(Outcome outcome, String... words) {
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("tun2socks: ").contains(words).hasLineCount(1);
    }

    @Test
    void answersWrongUsageWithTwo() {
        assertThat(device().code()).isEqualTo(2);
        assertThat(device("create").code()).isEqualTo(2);
        assertThat(device("create", "t0", "--mtu", "many").code()).isEqualTo(2);
        assertThat(device("rename", "t0").code()).isEqualTo(2);
        assertThat(device("--help").code()).isZero();
        assertThat(device("create", "--help").out()).contains("--multi-queue", "one %d for");
    }

    @Test
    void refusesBadSettingsBeforeAskingTheKernel() {
        assertFails(device("create", "averyveryverylongname"), "averyveryverylongname", "15");
        assertFails(device("create", "a/b"), "a/b", "character");
        assertFails(device("create", "t0", "--mtu", "0"), "MTU 0");
        assertFails(device("create", "t0", "--mtu", "65536"), "MTU 65536", "65535");
        assertFails(device("create", "t0", "--mtu", "1000", "--address", "fd00::1/64"), "1280");
        assertFails(device("create", "t0", "--address", "10.0.0.1/33"), "10.0.0.1/33", "32");
        assertFails(device("create", "t0", "--owner", "no-such-user"), "no-such-user");
        assertFails(device("create", "t0", "--group", "no-such-group"), "no-such-group");
        assertFails(device("delete", "%d"), "%");
    }

    @Test
    @Tag("root")
    void createsListsAndDeletes() throws Exception {
        run(() -> {
            assertThat(device("list")).isEqualTo(new Outcome(0, "", ""));
            assertThat(device("list", "--json").out()).isEqualTo("[]" + System.lineSeparator());
            Outcome created = device(
                    "create",
                    "t%d",
                    "--multi-queue",
                    "--vnet-hdr",
                    "--owner",
                    "nobody",
                    "--group",
                    "nogroup",
                    "--mtu",
                    "1400",
                    "--address",
                    "10.0.0.1/24",
                    "--address",
                    "fd00::1/64",
                    "--up");
            assertThat(created).isEqualTo(new Outcome(0, "t0" + System.lineSeparator(), ""));
            assertThat(Commands.run("ip", "-d", "addr", "show", "t0"))
                    .contains("mtu 1400", "10.0.0.1/24", "fd00::1/64", ",UP", "type tun pi off vnet_hdr on multi_queue")
                    .contains("persist on user nobody group nogroup");
            assertThat(device("list").out())
                    .containsPattern("NAME +TYPE")
                    .containsPattern("t0 +tun +off +on +on +0 +on");
            assertThat(device("create", "tap0", "--tap").code()).isZero();
            assertSameAsIproute();
            assertFails(device("create", "t0"), "t0", "taken");
            assertThat(device("delete", "t0")).isEqualTo(new Outcome(0, "", ""));
            assertThat(device("delete", "tap0").code()).isZero();
            assertFails(device("delete", "t0"), "t0", "no such device");
            assertFails(device("delete", "lo"), "lo", "no TUN or TAP");
            assertThat(TunDevices.list()).isEmpty();
        });
    }

    @Test
    @Tag("root")
    void showsDevicesInUseAndDeletesThemOnlyByForce() throws Exception {
        run(() -> {
            Commands.run("ip", "link", "add", "v0", "type", "veth", "peer", "v1");
            TunSpec spec = new TunSpec("t0", -1, 1500, List.of("10.0.0.1/24"), 2, true, true);
            try (Device open = TunDevice.open(spec)) {
                TunInfo shown = TunDevices.list().get(0);
                assertThat(shown.attached()).isTrue();
                assertThat(shown.queues()).isEqualTo(open.queues()).isEqualTo(2);
                assertThat(shown.persistent()).isFalse();
                assertThat(shown.owner()).isEmpty();
                assertThat(shown.addresses()).contains("10.0.0.1/24");
                assertSameAsIproute();
                assertFails(device("delete", "t0"), "busy", "process");
                assertThat(device("delete", "t0", "--force").code()).isZero();
            }
        });
    }

    /** Compares every device with {@code ip -d -j link}. */
    private static void assertSameAsIproute() throws Exception {
        List<?> expected = parse(Commands.run("ip", "-d", "-j", "link", "show", "type", "tun"));
        List<?> actual = parse(device("list", "--json").out());
        assertThat(actual).hasSameSizeAs(expected).isNotEmpty();
        for (int i = 0; i < expected.size(); i++) {
            Map<?, ?> link = (Map<?, ?>) expected.get(i);
            Map<?, ?> data = (Map<?, ?>) ((Map<?, ?>) link.get("linkinfo")).get("info_data");
            Map<?, ?> device = (Map<?, ?>) actual.get(i);
            assertThat(device.get("name")).isEqualTo(link.get("ifname"));
            assertThat(device.get("mtu")).isEqualTo(link.get("mtu"));
            assertThat(device.get("up")).isEqualTo(((List<?>) link.get("flags")).contains("UP"));
            for (String key : List.of("type", "pi", "vnet_hdr", "multi_queue", "persist")) {
                assertThat(device.get(key)).as(key).isEqualTo(data.get(key));
            }
            assertThat(Optional.ofNullable(device.get("owner"))).isEqualTo(Optional.ofNullable(data.get("user")));
            assertThat(Optional.ofNullable(device.get("group"))).isEqualTo(Optional.ofNullable(data.get("group")));
            assertThat(Optional.ofNullable(device.get("queues"))).isEqualTo(Optional.ofNullable(data.get("numqueues")));
        }
    }
}
