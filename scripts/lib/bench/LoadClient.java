import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The HTTP load of scripts/bench: one thread, one selector, so that it costs the two-core machine as little as it can.
 *
 * <pre>
 *   LoadClient short  HOST PORT [--clients N] [--seconds S] [--socks HOST:PORT]   one request per connection
 *   LoadClient keep   HOST PORT [--clients N] [--seconds S] [--socks HOST:PORT]   all requests on N connections
 *   LoadClient transfer HOST PORT [--path /P] …                                   like short, from the request on
 *   LoadClient hold   HOST PORT [--clients N] [--socks HOST:PORT]                 N connections that stay idle
 * </pre>
 *
 * <p>Each prints one line of JSON. {@code hold} makes one request on each connection, prints its line, keeps the
 * connections until its standard input ends, and exits. A request is served when the whole answer is there and, for
 * {@code short}, the server's close as well: a proxy that holds back the FIN is slow, and is shown to be. {@code
 * transfer} is for lossy paths: the time of a request is without that of its connection, which a lost SYN makes a
 * second longer, and more patience is had. Times are in microseconds.
 */
public final class LoadClient {
    /** A request older than this has failed: longer than the first two retransmissions of a lost SYN. */
    private static final long REQUEST_LIMIT_NANOS = 5_000_000_000L;

    /** The same on a lossy path: longer than the first four. */
    private static final long TRANSFER_LIMIT_NANOS = 20_000_000_000L;

    /** Connections that {@code hold} opens at the same time. */
    private static final int HOLD_AT_ONCE = 32;

    private static final byte[] SOCKS_GREETING = {5, 1, 0};
    private static final byte[] HEADER_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum Mode {
        SHORT,
        KEEP,
        TRANSFER,
        HOLD
    }

    private enum State {
        CONNECTING,
        SOCKS_METHOD,
        SOCKS_REPLY,
        ANSWER,
        IDLE
    }

    private final Mode mode;
    private final InetSocketAddress target;
    private final InetSocketAddress socks;
    private final int clients;
    private final long durationNanos;
    private final long limitNanos;
    private final byte[] request;
    private final Selector selector;
    private final List<Client> running = new ArrayList<>();
    private final Map<String, Long> failures = new TreeMap<>();
    private final ByteBuffer inbound = ByteBuffer.allocateDirect(16 * 1024);
    private final ByteBuffer outbound = ByteBuffer.allocateDirect(1024);

    private long[] latencies = new long[1 << 16];
    private int served;
    private int held;

    private LoadClient(
            Mode mode, InetSocketAddress target, InetSocketAddress socks, int clients, double seconds, String path)
            throws IOException {
        this.mode = mode;
        this.target = target;
        this.socks = socks;
        this.clients = clients;
        this.durationNanos = (long) (seconds * 1e9);
        this.limitNanos = mode == Mode.TRANSFER ? TRANSFER_LIMIT_NANOS : REQUEST_LIMIT_NANOS;
        String connection = closes() ? "close" : "keep-alive";
        this.request = ("GET " + path + " HTTP/1.1\r\nHost: bench\r\nConnection: " + connection + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        this.selector = Selector.open();
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 3) {
            System.err.println(
                    "usage: LoadClient short|keep|transfer|hold HOST PORT [--clients N] [--seconds S] [--path /P]"
                            + " [--socks HOST:PORT]");
            System.exit(2);
        }
        Mode mode = Mode.valueOf(args[0].toUpperCase(Locale.ROOT));
        InetSocketAddress target = new InetSocketAddress(args[1], Integer.parseInt(args[2]));
        InetSocketAddress socks = null;
        int clients = 1;
        double seconds = 3;
        String path = "/small";
        for (int i = 3; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--clients" -> clients = Integer.parseInt(args[i + 1]);
                case "--path" -> path = args[i + 1];
                case "--seconds" -> seconds = Double.parseDouble(args[i + 1]);
                case "--socks" -> {
                    int colon = args[i + 1].lastIndexOf(':');
                    socks = new InetSocketAddress(
                            args[i + 1].substring(0, colon), Integer.parseInt(args[i + 1].substring(colon + 1)));
                }
                default -> {
                    System.err.println("LoadClient: unknown option " + args[i]);
                    System.exit(2);
                }
            }
        }
        LoadClient load = new LoadClient(mode, target, socks, clients, seconds, path);
        if (mode == Mode.HOLD) {
            load.hold();
        } else {
            load.run();
        }
    }

    private void run() throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < clients; i++) {
            Client client = new Client();
            running.add(client);
            client.open();
        }
        long lastSweep = start;
        long now = start;
        while (now - start < durationNanos) {
            select(50);
            now = System.nanoTime();
            if (now - lastSweep > 100_000_000L) {
                sweep(now);
                lastSweep = now;
            }
        }
        // Requests that are under way at the end count neither as served nor as failed, unless they already hang.
        long hanging = 0;
        for (Client client : running) {
            if (now - client.startNanos > limitNanos / 5 && client.state != State.IDLE) {
                hanging++;
            }
        }
        if (hanging > 0) {
            failures.merge("not served for over " + limitNanos / 5_000_000_000L + " s at the end", hanging, Long::sum);
        }
        System.out.println(report(now - start));
        for (Client client : running) {
            client.discard();
        }
    }

    private void hold() throws IOException {
        long start = System.nanoTime();
        int opened = 0;
        int lastFailed = 0;
        while (held + failed() < clients) {
            while (opened < clients && opened - held - failed() < HOLD_AT_ONCE) {
                Client client = new Client();
                running.add(client);
                opened++;
                client.open();
            }
            select(50);
            sweep(System.nanoTime());
            if (failed() - lastFailed > 100) {
                break;
            }
        }
        System.out.println(report(System.nanoTime() - start));
        System.out.flush();
        while (System.in.read() >= 0) {
            // Whoever started this closes our standard input when it has seen enough.
        }
    }

    /** Whether each request has a connection of its own, which the server closes. */
    private boolean closes() {
        return mode == Mode.SHORT || mode == Mode.TRANSFER;
    }

    private int failed() {
        long sum = 0;
        for (long count : failures.values()) {
            sum += count;
        }
        return (int) sum;
    }

    private void select(long timeoutMillis) throws IOException {
        selector.select(LoadClient::ready, timeoutMillis);
    }

    private static void ready(SelectionKey key) {
        ((Client) key.attachment()).ready();
    }

    /** Ends requests that hang, and starts failed clients again: here, so that a refused connect does not spin. */
    private void sweep(long now) {
        for (Client client : running) {
            if (client.failed && mode != Mode.HOLD) {
                client.failed = false;
                client.open();
            }
            if (client.state != State.IDLE && now - client.startNanos > limitNanos) {
                client.fail("timeout in state " + client.state.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private void record(long nanos) {
        if (served == latencies.length) {
            latencies = Arrays.copyOf(latencies, served * 2);
        }
        latencies[served++] = nanos;
    }

    private String report(long elapsedNanos) {
        long[] sorted = Arrays.copyOf(latencies, served);
        Arrays.sort(sorted);
        StringBuilder kinds = new StringBuilder();
        failures.forEach((kind, count) -> kinds.append(kinds.length() == 0 ? "" : ", ")
                .append('"')
                .append(kind.replace("\\", "\\\\").replace("\"", "\\\""))
                .append("\": ")
                .append(count));
        return String.format(
                Locale.ROOT,
                "{\"served\": %d, \"failed\": %d, \"seconds\": %.3f, \"per_second\": %.1f, \"p50_us\": %.1f,"
                        + " \"p95_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f,"
                        + " \"failures\": {%s}}",
                served,
                failed(),
                elapsedNanos / 1e9,
                served * 1e9 / elapsedNanos,
                percentile(sorted, 0.50),
                percentile(sorted, 0.95),
                percentile(sorted, 0.99),
                percentile(sorted, 0.999),
                percentile(sorted, 1),
                kinds);
    }

    private static double percentile(long[] sorted, double share) {
        if (sorted.length == 0) {
            return 0;
        }
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, index)] / 1e3;
    }

    /** One client: one connection at a time. */
    private final class Client {
        private SocketChannel channel;
        private SelectionKey key;
        private State state = State.IDLE;
        private boolean failed;
        private long startNanos;
        private long requestNanos;
        private int received;
        private int headerMatch;
        private int expected;
        private final byte[] head = new byte[2048];

        void open() {
            startNanos = System.nanoTime();
            state = State.CONNECTING;
            try {
                channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                if (channel.connect(socks == null ? target : socks)) {
                    key = channel.register(selector, SelectionKey.OP_READ, this);
                    connected();
                } else {
                    key = channel.register(selector, SelectionKey.OP_CONNECT, this);
                }
            } catch (IOException e) {
                fail(reason("connect", e));
            }
        }

        void ready() {
            try {
                if (state == State.CONNECTING) {
                    if (channel.finishConnect()) {
                        key.interestOps(SelectionKey.OP_READ);
                        connected();
                    }
                } else {
                    read();
                }
            } catch (IOException e) {
                fail(reason(state.name().toLowerCase(Locale.ROOT), e));
            }
        }

        private void connected() throws IOException {
            if (socks == null) {
                sendRequest();
            } else {
                state = State.SOCKS_METHOD;
                received = 0;
                send(SOCKS_GREETING);
            }
        }

        private void sendRequest() throws IOException {
            state = State.ANSWER;
            requestNanos = System.nanoTime();
            received = 0;
            headerMatch = 0;
            expected = -1;
            send(request);
        }

        private void send(byte[] bytes) throws IOException {
            outbound.clear();
            outbound.put(bytes).flip();
            channel.write(outbound);
            if (outbound.hasRemaining()) {
                throw new IOException("a send buffer that took part of " + bytes.length + " bytes");
            }
        }

        private void read() throws IOException {
            inbound.clear();
            int count = channel.read(inbound);
            if (count < 0) {
                if (state == State.ANSWER && closes() && received == expected) {
                    finished();
                    return;
                }
                fail("closed early in state " + state.name().toLowerCase(Locale.ROOT) + (received == 0 ? ", empty" : ""));
                return;
            }
            inbound.flip();
            switch (state) {
                case SOCKS_METHOD -> {
                    received += count;
                    if (received >= 2) {
                        state = State.SOCKS_REPLY;
                        received = 0;
                        send(connectRequest());
                    }
                }
                case SOCKS_REPLY -> {
                    if (received == 0 && count > 1 && inbound.get(1) != 0) {
                        fail("SOCKS reply code " + inbound.get(1));
                        return;
                    }
                    received += count;
                    if (received >= 10) {
                        sendRequest();
                    }
                }
                case ANSWER -> answer(count);
                default -> fail("bytes in state " + state.name().toLowerCase(Locale.ROOT));
            }
        }

        private byte[] connectRequest() {
            byte[] address = target.getAddress().getAddress();
            ByteBuffer bytes = ByteBuffer.allocate(6 + address.length);
            bytes.put((byte) 5).put((byte) 1).put((byte) 0).put((byte) (address.length == 4 ? 1 : 4));
            return bytes.put(address).putShort((short) target.getPort()).array();
        }

        private void answer(int count) throws IOException {
            if (expected < 0) {
                for (int i = 0; i < count && expected < 0; i++) {
                    byte b = inbound.get(i);
                    if (received + i < head.length) {
                        head[received + i] = b;
                    }
                    headerMatch = b == HEADER_END[headerMatch] ? headerMatch + 1 : (b == '\r' ? 1 : 0);
                    if (headerMatch == HEADER_END.length) {
                        expected = received + i + 1 + contentLength(received + i + 1);
                    }
                }
            }
            received += count;
            if (expected >= 0 && received > expected) {
                fail("more bytes than the content length says");
            } else if (received == expected && !closes()) {
                finished();
            }
        }

        private int contentLength(int headerBytes) throws IOException {
            String header = new String(head, 0, Math.min(headerBytes, head.length), StandardCharsets.US_ASCII);
            if (!header.startsWith("HTTP/1.1 200 ")) {
                throw new IOException("status line " + header.lines().findFirst().orElse(""));
            }
            int at = header.indexOf("Content-Length: ");
            if (at < 0) {
                throw new IOException("an answer without Content-Length");
            }
            return Integer.parseInt(
                    header.substring(at + 16, header.indexOf('\r', at)).trim());
        }

        private void finished() throws IOException {
            long now = System.nanoTime();
            record(now - (mode == Mode.TRANSFER ? requestNanos : startNanos));
            switch (mode) {
                case SHORT, TRANSFER -> {
                    discard();
                    open();
                }
                case KEEP -> {
                    startNanos = now;
                    sendRequest();
                }
                case HOLD -> {
                    state = State.IDLE;
                    held++;
                }
            }
        }

        void fail(String kind) {
            failures.merge(kind, 1L, Long::sum);
            discard();
            failed = true;
        }

        void discard() {
            state = State.IDLE;
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                failures.merge(reason("close", e), 1L, Long::sum);
            }
        }

        private String reason(String where, IOException e) {
            return where + ": " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }
}
