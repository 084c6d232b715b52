package io.tun2socks.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Two namespaces joined by a pair of virtual Ethernet devices. In the client's, the program's TUN device has the default
 * routes, and only the far end of the Ethernet link is reached without it. In the server's is the internet: every
 * address of 198.18.0.0/15 and fd18::/64 is local there, with web, echo, DNS and iperf3 servers, and the upstream
 * proxies.
 *
 * <p>Used as a static {@code @RegisterExtension}: made once per test class; what a test starts through it ends with that
 * test; a failed test's commands, outputs and logs are printed.
 */
final class Lab implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    /** The link's addresses: client and server. */
    static final String CLIENT4 = "10.99.0.1";

    static final String SERVER4 = "10.99.0.2";
    static final String CLIENT6 = "fd99::1";
    static final String SERVER6 = "fd99::2";

    /** Where the far side's services are. */
    static final String HOST4 = "198.18.0.10";

    static final String HOST6 = "fd18::10";

    /** Another address there. */
    static final String OTHER4 = "198.18.0.11";

    static final String OTHER6 = "fd18::11";

    /** The addresses that proxies connect from. */
    static final String EXIT4 = "198.18.0.1";

    static final String EXIT6 = "fd18::1";

    /** The client's end of the link. */
    static final String LINK = "uplink0";

    static final int ECHO = 7;
    static final int DNS = 53;
    static final int NGINX = 80;
    static final int SITE = 8080;
    static final int IPERF = 5201;

    /** A port where nothing listens. */
    static final int CLOSED = 4;

    private static final Duration START = Duration.ofSeconds(10);
    private static final int NGINX_FILE = 256 * 1024;

    private final Transcript transcript = new Transcript();
    private final Deque<AutoCloseable> ofClass = new ArrayDeque<>();
    private final Deque<AutoCloseable> ofTest = new ArrayDeque<>();
    private final List<Daemon> logged = new ArrayList<>();
    private final Map<Upstream.Kind, Upstream> upstreams = new EnumMap<>(Upstream.Kind.class);
    private Path directory;
    private NetNs client;
    private NetNs server;
    private int nextPort = 2000;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        directory = Directories.create();
        client = NetNs.create("client", transcript);
        server = NetNs.create("server", transcript);
        client.ip("link", "add", LINK, "type", "veth", "peer", "name", "eth0", "netns", server.name());
        join(client, LINK, CLIENT4, CLIENT6);
        join(server, "eth0", SERVER4, SERVER6);
        server.ip("addr", "add", EXIT4 + "/32", "dev", "lo");
        // IPv6 lets nobody bind to an address that only a route makes local.
        for (String address : List.of(EXIT6, HOST6, OTHER6)) {
            server.ip("addr", "add", address + "/128", "dev", "lo");
        }
        server.ip("route", "add", "local", "198.18.0.0/15", "dev", "lo");
        server.ip("-6", "route", "add", "local", "fd18::/64", "dev", "lo");
        ofClass.push(TcpServer.start(server, SITE, HttpSite::serve));
        ofClass.push(
                TcpServer.start(server, ECHO, socket -> socket.getInputStream().transferTo(socket.getOutputStream())));
        ofClass.push(TcpServer.start(server, DNS, Dns::overTcp));
        for (String host : List.of(HOST4, HOST6)) {
            ofClass.push(UdpServer.start(server, host, ECHO, datagram -> datagram));
            ofClass.push(UdpServer.start(server, host, DNS, Dns::overUdp));
        }
    }

    private static void join(NetNs namespace, String device, String address4, String address6) {
        namespace.ip("addr", "add", address4 + "/24", "dev", device);
        namespace.ip("addr", "add", address6 + "/64", "dev", device, "nodad");
        namespace.ip("link", "set", device, "up");
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        transcript.clear();
        logged.clear();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            if (context.getExecutionException().isPresent()) {
                report(context.getDisplayName(), context.getExecutionException().get());
            }
        } finally {
            closeAll(ofTest);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        try {
            closeAll(ofClass);
        } finally {
            upstreams.clear();
            for (NetNs namespace : new NetNs[] {client, server}) {
                if (namespace != null) {
                    namespace.close();
                }
            }
            if (directory != null) {
                Directories.delete(directory);
            }
        }
    }

    private void report(String test, Throwable failure) {
        StringBuilder text = new StringBuilder("==== ").append(test).append(" failed: ");
        text.append(failure.getMessage()).append("\nwhat happened:\n");
        text.append(transcript).append('\n');
        logged.forEach(daemon -> text.append(daemon).append('\n'));
        upstreams.values().forEach(upstream -> text.append(upstream.daemon()).append('\n'));
        text.append("==== end of ").append(test);
        System.err.println(text);
    }

    private static void closeAll(Deque<AutoCloseable> resources) throws Exception {
        Throwable failure = null;
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception | AssertionError e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (Exception) failure;
        }
    }

    NetNs client() {
        return client;
    }

    NetNs server() {
        return server;
    }

    Transcript transcript() {
        return transcript;
    }

    /** A path in the lab's own directory, which goes with the lab. */
    Path file(String name) {
        return directory.resolve(name);
    }

    /** A port that no test of this class was given before. */
    int port() {
        return nextPort++;
    }

    /** Has a resource closed when the test ends. */
    <T extends AutoCloseable> T untilTestEnd(T resource) {
        ofTest.push(resource);
        return resource;
    }

    /** Has a process's log printed if the test fails, and the process ended with the test. */
    Daemon watched(Daemon daemon) {
        logged.add(daemon);
        return untilTestEnd(daemon);
    }

    /** Starts a TCP server on the far side for this test. */
    TcpServer serve(TcpServer.Handler handler) throws Exception {
        return untilTestEnd(TcpServer.start(server, port(), handler));
    }

    /** The upstream of this kind, which runs as long as the lab does. */
    Upstream upstream(Upstream.Kind kind) throws Exception {
        Upstream upstream = upstreams.get(kind);
        if (upstream == null) {
            upstream = Upstream.start(this, kind, port());
            upstreams.put(kind, upstream);
            ofClass.push(upstream);
        }
        return upstream;
    }

    /** The URL of a server of this test that speaks SOCKS5, such as a {@link ScriptedSocks}. */
    String socks(TcpServer scripted) {
        return "socks5://" + SERVER4 + ":" + scripted.port();
    }

    /** Starts nginx on the far side with a file {@code /file} of which the pattern is returned. */
    Pattern nginx() throws Exception {
        Pattern pattern = new Pattern(42, NGINX_FILE);
        Path root = Files.createDirectories(file("www"));
        try (java.io.OutputStream out = Files.newOutputStream(root.resolve("file"))) {
            pattern.writeTo(out);
        }
        Path config = file("nginx.conf");
        Files.writeString(config, """
                daemon off;
                user root;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log stderr warn;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/nginx-body;
                  proxy_temp_path %1$s/nginx-proxy;
                  fastcgi_temp_path %1$s/nginx-fastcgi;
                  uwsgi_temp_path %1$s/nginx-uwsgi;
                  scgi_temp_path %1$s/nginx-scgi;
                  keepalive_timeout 0;
                  server { listen 80; listen [::]:80; root %2$s; }
                }
                """.formatted(directory, root));
        Daemon nginx =
                server.start("nginx", file("nginx.log"), List.of("nginx", "-e", "stderr", "-c", config.toString()));
        logged.add(nginx);
        untilTestEnd(nginx);
        nginx.await("nginx listens", START, () -> listens(HOST4, NGINX));
        return pattern;
    }

    /** Starts an iperf3 server on the far side. */
    void iperfServer() {
        // Without --forceflush what it writes to a file comes when it ends.
        Daemon iperf = server.start(
                "iperf3", file("iperf3-" + port() + ".log"), List.of("iperf3", "-s", "--forceflush", "-p", "" + IPERF));
        watched(iperf);
        iperf.await("iperf3 listens", START, () -> iperf.log().contains("Server listening"));
    }

    /** Whether something accepts connections at this address of the server's namespace. */
    boolean listens(String address, int port) throws Exception {
        return server.call(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), 1000);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Connects from the client's namespace; reads time out after 20 seconds. */
    Socket connect(String host, int port, Duration limit) throws Exception {
        long start = System.nanoTime();
        try {
            return client.call(() -> {
                Socket socket = new Socket();
                try {
                    socket.setSoTimeout(20_000);
                    socket.connect(new InetSocketAddress(host, port), (int) limit.toMillis());
                    return socket;
                } catch (IOException e) {
                    socket.close();
                    throw e;
                }
            });
        } finally {
            transcript.add("connect to " + host + " port " + port + " took " + (System.nanoTime() - start) / 1_000_000
                    + " ms");
        }
    }

    /** Connects with a limit of ten seconds. */
    Socket connect(String host, int port) throws Exception {
        return connect(host, port, Duration.ofSeconds(10));
    }

    /** Runs curl in the client's namespace; {@code limit} bounds the whole transfer. */
    Ran curl(Duration limit, String... arguments) {
        return curl(client, limit, arguments);
    }

    /** Runs curl in a namespace; {@code limit} bounds the whole transfer. */
    static Ran curl(NetNs namespace, Duration limit, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("curl", "-q", "-sS", "--noproxy", "*", "--max-time", Long.toString(limit.toSeconds())));
        command.addAll(List.of(arguments));
        return namespace.run(limit.plusSeconds(5), command.toArray(String[]::new));
    }
}
