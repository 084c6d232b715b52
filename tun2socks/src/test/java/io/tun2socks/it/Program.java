package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * The program under test, started in the client's namespace as its users start it: it makes the device, and addresses
 * and routes are set with {@code ip} afterwards.
 */
final class Program implements AutoCloseable {
    /** The device. */
    static final String TUN = "tun0";

    /** The time in which a start, with a JVM's on a busy machine, must be done. */
    static final Duration START = Duration.ofSeconds(20);

    /** The time in which a stop must be done, open flows or not. */
    static final Duration STOP = Duration.ofSeconds(10);

    private static final String OTHER = System.getenv().getOrDefault("TUN2SOCKS_PROGRAM", "");

    private final Daemon daemon;

    private Program(Daemon daemon) {
        this.daemon = daemon;
    }

    /** Whether another program than ours is tested. */
    static boolean isOther() {
        return !OTHER.isBlank();
    }

    /** The command that starts the program, without arguments. */
    static List<String> command() {
        if (isOther()) {
            return List.of(OTHER.strip().split("\\s+", -1));
        }
        List<String> command = java();
        command.addAll(List.of("-jar", jar()));
        return command;
    }

    /** The command that starts the program with more options for Java; always ours. */
    static List<String> ourCommand(List<String> javaOptions) {
        List<String> command = java();
        command.addAll(javaOptions);
        command.addAll(List.of("-jar", jar()));
        return command;
    }

    /** The command that starts another main class with the program's own classes, and more of them, on its class path. */
    static List<String> ourCommand(String moreClasses, String mainClass) {
        List<String> command = java();
        command.addAll(List.of("-cp", jar() + ":" + moreClasses, mainClass));
        return command;
    }

    private static List<String> java() {
        String java = System.getenv()
                .getOrDefault("TUN2SOCKS_JAVA", Path.of(System.getProperty("java.home"), "bin", "java") + "");
        return new ArrayList<>(List.of(
                java,
                "-Xmx512m",
                "-Dio.netty.leakDetection.level=" + System.getProperty("tun2socks.leakDetection", "paranoid")));
    }

    private static String jar() {
        return Path.of(System.getProperty("tun2socks.jar", "target/tun2socks.jar"))
                .toAbsolutePath()
                .toString();
    }

    /** Starts the program with a proxy and more arguments, and gives the device its addresses and routes. */
    static Program start(Lab lab, String proxy, String... more) {
        return startCommand(lab, command(), proxy, more);
    }

    /** Starts a command in the program's stead, as {@link #start} does. */
    static Program startCommand(Lab lab, List<String> command, String proxy, String... more) {
        List<String> arguments = new ArrayList<>(List.of("-d", TUN, "-p", proxy));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--mtu")) {
            arguments.addAll(List.of("--mtu", "1500"));
        }
        String mtu = arguments.get(arguments.indexOf("--mtu") + 1);
        List<String> whole = new ArrayList<>(command);
        whole.addAll(arguments);
        Program program = launchCommand(lab, whole);
        // The device is there a moment before it is what was asked for.
        program.daemon.await(
                TUN + " is there with MTU " + mtu,
                START,
                () -> lab.client().linkMtu(TUN).equals(mtu));
        route(lab);
        return program;
    }

    /** Starts the program with these arguments only and waits for nothing. */
    static Program launch(Lab lab, String... arguments) {
        List<String> command = new ArrayList<>(command());
        command.addAll(Arrays.asList(arguments));
        return launchCommand(lab, command);
    }

    /** Starts a command that ends up being the program. */
    static Program launchCommand(Lab lab, List<String> command) {
        Daemon daemon = lab.client().start("tun2socks", lab.file("tun2socks-" + lab.port() + ".log"), command);
        lab.watched(daemon);
        lab.transcript().add("start: " + String.join(" ", command));
        return lab.untilTestEnd(new Program(daemon));
    }

    /** Gives the device addresses, sets it up and makes it the default route. */
    static void route(Lab lab) {
        NetNs client = lab.client();
        client.ip("addr", "replace", "10.64.0.1/24", "dev", TUN);
        client.ip("addr", "replace", "fd64::1/64", "dev", TUN);
        client.ip("link", "set", TUN, "up");
        client.ip("route", "replace", "default", "dev", TUN);
        client.ip("-6", "route", "replace", "default", "dev", TUN);
    }

    Daemon daemon() {
        return daemon;
    }

    /** What it has written. */
    String log() {
        return daemon.log();
    }

    /** Asserts that it ends in time, and how. */
    Program exits(int status, Duration limit) {
        OptionalInt exit = daemon.exit(limit);
        assertThat(exit).as("exit status within %s of %s", limit, daemon).hasValue(status);
        return this;
    }

    /** Ends it as an administrator does, and checks that it leaves nothing and reports nothing odd. */
    @Override
    public void close() {
        if (daemon.running()) {
            daemon.signal("TERM");
            exits(0, STOP);
        }
        assertThat(log()).as("log of the program").doesNotContain("LEAK:").doesNotContain("Exception in thread");
    }
}
