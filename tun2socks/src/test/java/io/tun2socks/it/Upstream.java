package io.tun2socks.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A proxy server that no one here wrote, as a child process in the server's namespace.
 *
 * @param url what {@code --proxy} gets
 * @param daemon the process
 */
record Upstream(String url, Daemon daemon) implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(10);

    /** The upstreams that most tests run against. */
    enum Kind {
        DANTE,
        MICROSOCKS
    }

    /** Starts one on a port of its own. */
    static Upstream start(Lab lab, Kind kind, int port) throws Exception {
        return switch (kind) {
            case DANTE -> dante(lab, port);
            case MICROSOCKS -> microsocks(lab, port);
        };
    }

    private static Upstream dante(Lab lab, int port) throws Exception {
        // A connected IPv6 socket of dante 1.4.2 never gets to a second destination, hence udp.connectdst.
        Path config = lab.file("danted-" + port + ".conf");
        Files.writeString(config, """
                logoutput: stderr
                internal: %s port = %d
                external: %s
                external: %s
                clientmethod: none
                socksmethod: none
                user.privileged: root
                user.unprivileged: root
                udp.connectdst: no
                client pass {
                  from: 0/0 to: 0/0
                  log: error
                }
                socks pass {
                  from: 0/0 to: 0/0
                  protocol: tcp udp
                  log: error
                }
                """.formatted(Lab.SERVER4, port, Lab.EXIT4, Lab.EXIT6));
        return started(lab, "socks5://", "danted", port, List.of("danted", "-f", config.toString()));
    }

    /** Starts microsocks; further arguments such as {@code -u user -P password} as given. */
    static Upstream microsocks(Lab lab, int port, String... more) throws Exception {
        java.util.ArrayList<String> command =
                new java.util.ArrayList<>(List.of("microsocks", "-i", "::", "-p", Integer.toString(port)));
        command.addAll(List.of(more));
        return started(lab, "socks5://", "microsocks", port, command);
    }

    /** Starts tinyproxy, an HTTP proxy that allows CONNECT to every port; further configuration lines as given. */
    static Upstream tinyproxy(Lab lab, int port, String... more) throws Exception {
        Path config = lab.file("tinyproxy-" + port + ".conf");
        Files.writeString(config, """
                Port %d
                Listen %s
                Timeout 600
                MaxClients 500
                LogLevel Warning
                DisableViaHeader Yes
                %s
                """.formatted(port, Lab.SERVER4, String.join("\n", more)));
        return started(lab, "http://", "tinyproxy", port, List.of("tinyproxy", "-d", "-c", config.toString()));
    }

    private static Upstream started(Lab lab, String scheme, String name, int port, List<String> command)
            throws Exception {
        Daemon daemon = lab.server().start(name, lab.file(name + "-" + port + ".log"), command);
        daemon.await(name + " listens on port " + port, START, () -> lab.listens(Lab.SERVER4, port));
        return new Upstream(scheme + Lab.SERVER4 + ":" + port, daemon);
    }

    /** The URL with credentials. */
    String urlAs(String user, String password) {
        return url.replace("://", "://" + user + ":" + password + "@");
    }

    @Override
    public void close() {
        daemon.close();
    }
}
