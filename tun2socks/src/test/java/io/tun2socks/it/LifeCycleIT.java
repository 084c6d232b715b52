package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Start, stop, what is left behind, and what goes wrong. */
@RequiresRoot(tools = {"curl", "microsocks", "perl", "setpriv"})
class LifeCycleIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(15);

    @Test
    void startAndStopSayNothingOdd() throws Exception {
        Program program = started();
        program.daemon().signal("TERM");
        program.exits(0, Program.STOP);

        assertThat(program.log()).doesNotContainIgnoringCase("warning").doesNotContain("Exception");
        assertThat(LAB.client().hasLink(Program.TUN)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aStopDuringTransfersIsBoundedAndClean(String signal) throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        TcpServer endless = LAB.serve(socket -> {
            Pattern pattern = new Pattern(1, 1 << 20);
            while (true) {
                pattern.writeTo(socket.getOutputStream());
                begun.complete(null);
            }
        });
        Program program = started();
        CompletableFuture<Ran> client = CompletableFuture.supplyAsync(() -> LAB.client()
                .bash(Duration.ofSeconds(60), "nc -d " + Lab.HOST4 + " " + endless.port() + " > /dev/null"));
        begun.get(20, TimeUnit.SECONDS);

        program.daemon().signal(signal);

        program.exits(0, Program.STOP);
        assertThat(LAB.client().hasLink(Program.TUN)).isFalse();
        assertThat(client.isCompletedExceptionally()).isFalse();
        endless.close();
    }

    @Test
    void aKilledProgramLeavesNoDeviceAndStartsAgain() throws Exception {
        Program program = started();
        program.daemon().kill();
        Await.until(
                "the device is gone", Duration.ofSeconds(5), () -> !LAB.client().hasLink(Program.TUN));

        started();

        assertPage();
    }

    @Test
    void aRestartAtOnceWorks() throws Exception {
        for (int i = 0; i < 3; i++) {
            Program program = started();
            assertPage();
            program.daemon().signal("TERM");
            program.exits(0, Program.STOP);
        }
    }

    @Test
    void aDeviceDeletedUnderTheProgramEndsItWithAMessage() throws Exception {
        Program program = started();
        assertPage();

        LAB.client().ip("link", "del", Program.TUN);

        program.exits(1, Program.STOP);
        assertThat(program.log()).contains(Program.TUN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "vnet_hdr", "multi_queue", "vnet_hdr multi_queue"})
    void aPersistentDeviceIsUsedAndStays(String flags) throws Exception {
        Ran made = LAB.client().bash(LIMIT, "ip tuntap add mode tun " + flags + " dev " + Program.TUN);
        made.ok();
        LAB.untilTestEnd(() -> LAB.client().ip("link", "del", Program.TUN));
        Program.route(LAB);
        Program program = started();
        assertPage();

        program.daemon().signal("TERM");
        program.exits(0, Program.STOP);

        assertThat(LAB.client().ip("addr", "show", "dev", Program.TUN)).contains("10.64.0.1/24", "fd64::1/64");
    }

    @ParameterizedTest
    @ValueSource(ints = {IFF_TUN | IFF_NO_PI, IFF_TUN | IFF_NO_PI | IFF_VNET_HDR})
    void anInheritedDescriptorIsUsed(int flags) throws Exception {
        String perl = "use Fcntl; $^F = 9; sysopen(my $tun, '/dev/net/tun', O_RDWR) or die $!;"
                + " my $request = pack('a16 S x22', '" + Program.TUN + "', " + flags + ");"
                + " ioctl($tun, 0x400454ca, $request) or die $!;"
                + " exec map { s/^FD$/'fd:\\/\\/'.fileno($tun)/er } @ARGV;";
        List<String> command = new ArrayList<>(List.of("perl", "-e", perl));
        command.addAll(Program.command());
        command.addAll(
                List.of("-d", "FD", "-p", LAB.upstream(Upstream.Kind.MICROSOCKS).url(), "--mtu", "1500"));
        Program program = Program.launchCommand(LAB, command);
        program.daemon().await("the device is there", LIMIT, () -> LAB.client().hasLink(Program.TUN));
        Program.route(LAB);

        assertPage();
    }

    private static final int IFF_TUN = 0x0001;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;

    @Test
    void aSecondProgramOnTheSameDeviceFails() throws Exception {
        Program first = started();
        Program second = Program.launch(LAB, "-d", Program.TUN, "-p", "direct://");

        second.exits(1, Program.START);

        assertThat(second.log()).contains(Program.TUN);
        assertThat(first.daemon().running()).isTrue();
        assertPage();
    }

    @Test
    void aDeviceOfAnotherKindFails() throws Exception {
        Program program = Program.launch(LAB, "-d", Lab.LINK, "-p", "direct://");

        program.exits(1, Program.START);

        assertThat(program.log()).contains(Lab.LINK);
    }

    @Test
    void aTapDeviceAsTunFails() throws Exception {
        LAB.client().ip("tuntap", "add", "mode", "tap", "dev", "tap7");
        LAB.untilTestEnd(() -> LAB.client().ip("link", "del", "tap7"));
        Program program = Program.launch(LAB, "-d", "tun://tap7", "-p", "direct://");

        program.exits(1, Program.START);

        assertThat(program.log()).contains("tap7");
    }

    @Test
    void aNameThatIsTooLongFails() throws Exception {
        Program program = Program.launch(LAB, "-d", "sixteen-letters-", "-p", "direct://");

        assertThat(program.daemon().exit(Program.START).orElse(-1)).isIn(1, 2);
        assertThat(program.log()).contains("sixteen-letters-").contains("15");
    }

    @Test
    void withoutTheRightToItFails() throws Exception {
        List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"));
        command.addAll(Program.command());
        command.addAll(List.of("-d", Program.TUN, "-p", "direct://"));
        Program program = Program.launchCommand(LAB, command);

        program.exits(1, Program.START);

        assertThat(program.log()).containsIgnoringCase("permi");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopher://10.99.0.2:70", "socks5://", "socks5://10.99.0.2:99999", "://"})
    void anUnknownProxyIsSaidSo(String proxy) throws Exception {
        Program program = Program.launch(LAB, "-d", Program.TUN, "-p", proxy);

        assertThat(program.daemon().exit(Program.START).orElse(-1)).isIn(1, 2);
        assertThat(program.log()).isNotBlank().doesNotContain("\tat ");
        assertThat(LAB.client().hasLink(Program.TUN)).isFalse();
    }

    @Test
    void anUnknownOptionIsAUsageError() throws Exception {
        Program program = Program.launch(LAB, "--no-such-option");

        program.exits(2, Program.START);

        assertThat(program.log()).contains("--no-such-option");
    }

    private static Program started() throws Exception {
        return Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url());
    }

    private static void assertPage() {
        Ran page = LAB.curl(LIMIT, Family.V4.url(Lab.SITE, "/"));
        assertThat(page.ok().out()).isEqualTo("hello from the far side\n");
    }
}
