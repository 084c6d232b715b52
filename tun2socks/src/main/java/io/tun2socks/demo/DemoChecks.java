package io.tun2socks.demo;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/** What the demo tries, for one address family, as an ordinary client whose connections the kernel makes. */
final class DemoChecks {
    /** How much is downloaded and uploaded. */
    static final long BULK = 64L << 20;

    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int[] DATAGRAMS = {1, 512, 1400, 8000};

    private final String family;
    private final String site;
    private final String nobody;
    private final WebClient client;
    private final String bulkHash;

    /**
     * Prepares the checks.
     *
     * @param ipv6 of which address family
     * @param client fetches pages
     * @param bulkHash the SHA-256 of the first {@link #BULK} bytes of the site's test bytes
     */
    DemoChecks(boolean ipv6, WebClient client, String bulkHash) {
        this.family = ipv6 ? "IPv6" : "IPv4";
        this.site = ipv6 ? DemoNetwork.SITE6 : DemoNetwork.SITE4;
        this.nobody = ipv6 ? DemoNetwork.NOBODY6 : DemoNetwork.NOBODY4;
        this.client = client;
        this.bulkHash = bulkHash;
    }

    /** Tries everything, and hands on each result as it comes. */
    void run(Consumer<Check> results) {
        results.accept(check("TCP", "page by " + client.name(), this::page));
        results.accept(check("UDP", "echo of " + DATAGRAMS.length + " datagrams", this::echo));
        results.accept(check("TCP", "download", this::download));
        results.accept(check("TCP", "upload", this::upload));
        results.accept(check("TCP", "port where nobody listens", this::refused));
        results.accept(check("TCP", "host that is not there", this::unreachable));
    }

    private Check check(String network, String what, Check.Attempt attempt) {
        return Check.of(network + " " + family + " " + what, attempt);
    }

    private String url(String path) {
        return "http://" + (site.indexOf(':') < 0 ? site : "[" + site + "]") + path;
    }

    private String page() throws IOException, InterruptedException {
        long start = System.nanoTime();
        String url = url("/");
        String text = client.get(url, in -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
        if (!text.contains("This page came through the tunnel.")) {
            throw new IOException(url + " has another text than the site's: " + text);
        }
        return url + ": " + text.length() + " bytes in " + FlowTable.duration(System.nanoTime() - start);
    }

    private String echo() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            // Connected, so that the kernel passes on answers from this address and port only.
            socket.connect(InetAddress.getByName(site), DemoNetwork.ECHO);
            Random random = new Random(1);
            long start = System.nanoTime();
            for (int length : DATAGRAMS) {
                byte[] sent = new byte[length];
                random.nextBytes(sent);
                socket.send(new DatagramPacket(sent, length));
                DatagramPacket answer = new DatagramPacket(new byte[65_535], 65_535);
                try {
                    socket.receive(answer);
                } catch (SocketTimeoutException e) {
                    throw new IOException("no answer to a datagram of " + length + " bytes", e);
                }
                if (!Arrays.equals(sent, Arrays.copyOf(answer.getData(), answer.getLength()))) {
                    throw new IOException("the answer to " + length + " bytes differs");
                }
            }
            return Arrays.toString(DATAGRAMS).replaceAll("[\\[\\]]", "") + " bytes, the last in fragments, in "
                    + FlowTable.duration(System.nanoTime() - start);
        }
    }

    private String download() throws IOException, InterruptedException {
        long start = System.nanoTime();
        String hash = client.get(url("/bytes/" + BULK), DemoChecks::hash);
        return bulkResult(hash, System.nanoTime() - start);
    }

    private String upload() throws IOException, InterruptedException {
        long start = System.nanoTime();
        String answer = client.post(url("/upload"), BULK, DemoChecks::writeBulk).strip();
        long nanos = System.nanoTime() - start;
        String count = BULK + " ";
        if (!answer.startsWith(count)) {
            throw new IOException("the site answers '" + answer + "', expected that it got " + BULK + " bytes");
        }
        return bulkResult(answer.substring(count.length()), nanos);
    }

    private String bulkResult(String hash, long nanos) throws IOException {
        if (!hash.equals(bulkHash)) {
            throw new IOException("other bytes arrived than were sent: SHA-256 " + hash + ", expected " + bulkHash);
        }
        return String.format(
                Locale.ROOT,
                "%s in %s (%.1f Gbit/s), SHA-256 is right",
                FlowTable.bytes(BULK),
                FlowTable.duration(nanos),
                BULK * 8.0 / nanos);
    }

    private String refused() throws IOException {
        try {
            connect(site, DemoNetwork.CLOSED);
        } catch (NoRouteToHostException | SocketTimeoutException e) {
            throw new IOException("expected 'Connection refused', but: " + e.getMessage(), e);
        } catch (ConnectException e) {
            return "the client gets \"" + e.getMessage() + "\"";
        }
        throw new IOException("expected that the client is refused, but it is connected");
    }

    private String unreachable() throws IOException {
        try {
            connect(nobody, DemoNetwork.HTTP);
        } catch (NoRouteToHostException e) {
            return "the client gets \"" + e.getMessage() + "\"";
        }
        throw new IOException("expected that the client is told of no route, but it is connected");
    }

    private static void connect(String host, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
        }
    }

    private static String hash(InputStream in) throws IOException {
        MessageDigest digest = TestBytes.sha256();
        byte[] buffer = new byte[1 << 16];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            digest.update(buffer, 0, length);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void writeBulk(OutputStream out) throws IOException {
        byte[] bytes = new byte[TestBytes.BLOCK];
        ByteBuf block = TestBytes.block(TestBytes.BLOCK);
        block.readBytes(bytes);
        for (long left = BULK; left > 0; left -= bytes.length) {
            out.write(bytes, 0, (int) Math.min(left, bytes.length));
        }
    }
}
