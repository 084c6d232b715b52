package io.tun2socks.demo;

import io.tun2socks.device.TunDevice;
import io.tun2socks.device.TunSpec;
import io.tun2socks.engine.Engine;
import io.tun2socks.engine.EngineOptions;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.Outbounds;
import io.tun2socks.outbound.SocketSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The demo: the proxy with a SOCKS5 server, a web site and a UDP echo in one process, in a network namespace that
 * belongs to it alone. The clients are processes and sockets of the same namespace, whose connections the kernel
 * routes to the TUN device.
 */
final class Demo {
    private static final Duration UDP_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration SHELL_UDP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DRAIN = Duration.ofSeconds(1);
    private static final long FLOWS_END_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PrintStream out;
    private final boolean ipv6 = DemoNetwork.hasIpv6();
    private final FlowTable flows = new FlowTable();
    private final List<Check> checks = new ArrayList<>();

    /**
     * Prepares the demo.
     *
     * @param out where to write what happens
     */
    Demo(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the demo.
     *
     * @param shell whether to start a shell instead of the checks
     * @return whether all that was tried came out as it should
     * @throws IOException if the demo cannot be set up
     */
    boolean run(boolean shell) throws IOException, InterruptedException {
        try (DemoServers servers = new DemoServers(ipv6);
                Outbound outbound =
                        Outbounds.parse("socks5://127.0.0.1:" + DemoNetwork.SOCKS, SocketSettings.DEFAULT)) {
            out.print(DemoTexts.picture(ipv6));
            proxy(outbound, shell);
            out.println();
            out.println(shell ? "The flows of the shell:" : "The flows, as the proxy saw them:");
            out.println();
            out.print(flows.render());
            out.println();
            out.println("The SOCKS5 server made " + servers.socks().connects() + " connections.");
        }
        return shell || passed();
    }

    private void proxy(Outbound outbound, boolean shell) throws IOException, InterruptedException {
        TunSpec spec = new TunSpec(DemoNetwork.DEVICE, -1, 0, DemoNetwork.deviceAddresses(ipv6), 1, true, true);
        EngineOptions defaults = EngineOptions.DEFAULT;
        EngineOptions options = new EngineOptions(
                defaults.tcp(), defaults.memoryLimit(), shell ? SHELL_UDP_TIMEOUT : UDP_TIMEOUT, DRAIN);
        try (TunDevice device = TunDevice.open(spec);
                Engine engine = new Engine(device, FlowRouter.to(outbound), options, flows)) {
            engine.start();
            DemoNetwork.route(ipv6);
            if (shell) {
                shell();
            } else {
                check();
            }
        }
    }

    private void check() throws InterruptedException {
        WebClient client = WebClient.choose();
        String hash = EmbeddedWebServer.sha256(DemoChecks.BULK);
        for (boolean six : ipv6 ? new boolean[] {false, true} : new boolean[] {false}) {
            new DemoChecks(six, client, hash).run(this::add);
        }
        int families = ipv6 ? 2 : 1;
        int udp = families;
        int tcp = checks.size() - families;
        // The table is complete when the UDP sessions, which have no end of their own, have been idle long enough.
        boolean ended = flows.await(tcp, flow -> flow.network().equals("tcp"), FLOWS_END_NANOS)
                && flows.await(udp, flow -> flow.network().equals("udp"), FLOWS_END_NANOS);
        add(Check.of("flows", () -> {
            if (!ended) {
                throw new IOException("expected " + tcp + " TCP and " + udp + " UDP flows that ended");
            }
            return tcp + " by TCP and " + udp + " by UDP have ended";
        }));
    }

    private void add(Check check) {
        checks.add(check);
        out.println(check);
        out.flush();
    }

    private boolean passed() {
        long failed = checks.stream().filter(check -> !check.passed()).count();
        out.println(
                failed == 0
                        ? "All " + checks.size() + " checks passed."
                        : failed + " of " + checks.size() + " checks FAILED.");
        return failed == 0;
    }

    private void shell() throws IOException, InterruptedException {
        out.print(DemoTexts.hints());
        out.flush();
        String program = System.getenv().getOrDefault("SHELL", "/bin/sh");
        Process shell = new ProcessBuilder(program).inheritIO().start();
        shell.waitFor();
    }
}
