package io.tun2socks.it;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Configurations of clash in the lab: the proxies {@code one} and {@code two}, which the far side can tell apart by where
 * they connect from, {@code http}, and {@code dead}, where nothing listens.
 */
final class ClashLab {
    static final Duration LIMIT = Duration.ofSeconds(20);

    /** Where {@code one} connects from. */
    static final String ONE = Lab.EXIT4;

    /** Where {@code two} connects from. */
    static final String TWO = Lab.OTHER4;

    private static final String HEAD = """
            mode: %s
            log-level: debug
            find-process-mode: strict
            tun: {enable: true, device: tun0, mtu: 1500, inet4-address: [10.64.0.1/24]}
            proxies:
              - {name: one, type: socks5, server: 10.99.0.2, port: %d}
              - {name: two, type: socks5, server: 10.99.0.2, port: %d}
              - {name: http, type: http, server: 10.99.0.2, port: %d}
              - {name: dead, type: socks5, server: 10.99.0.2, port: 4}
            """;

    private final Lab lab;
    private final int one;
    private final int two;
    private final int http;

    /** Starts the proxies for this test. */
    ClashLab(Lab lab) throws Exception {
        this.lab = lab;
        one = microsocks(ONE);
        two = microsocks(TWO);
        http = lab.port();
        lab.watched(Upstream.tinyproxy(lab, http).daemon());
    }

    private int microsocks(String exit) throws Exception {
        int port = lab.port();
        lab.watched(Upstream.microsocks(lab, port, "-b", exit).daemon());
        return port;
    }

    /** The port of {@code one}. */
    int onePort() {
        return one;
    }

    /** The port of {@code http}. */
    int httpPort() {
        return http;
    }

    /** The lines that every configuration here begins with. */
    static int headLines() {
        return (int) HEAD.lines().count();
    }

    /** Writes the configuration; what is given follows the list of proxies, and may go on with it. */
    Path write(String mode, String rest) throws Exception {
        return Files.writeString(lab.file("clash.yaml"), HEAD.formatted(mode, one, two, http) + rest);
    }

    /** Writes the configuration, starts the program with it and routes everything to its device. */
    Program start(String mode, String rest) throws Exception {
        Program program = Program.launch(lab, "-c", write(mode, rest).toString());
        program.daemon().await("all is up", Program.START, () -> program.log().contains("ready: "));
        Program.route(lab);
        return program;
    }

    /** Serves a file by HTTP to all who ask; returns its URL. */
    String serve(String content) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        TcpServer web = lab.serve(socket -> {
            socket.getInputStream().read(new byte[4096]);
            String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + bytes.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
        });
        return "http://" + Lab.HOST4 + ":" + web.port() + "/file";
    }

    /** Where the far side sees a connection to one of its addresses come from. */
    String exitOf(String host) {
        return lab.curl(LIMIT, "http://" + host + ":" + Lab.SITE + "/whoami")
                .ok()
                .out();
    }
}
