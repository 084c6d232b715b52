package io.tun2socks.http;

import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ServerSocketFactory;

/** A web server on loopback that answers each request as the test says. */
final class WebServer implements AutoCloseable {
    private final ServerSocket listener;
    private final Site site;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    /** Answers a request. */
    interface Site {
        /**
         * Writes an answer.
         *
         * @return whether the connection stays open
         */
        boolean answer(String head, OutputStream out) throws IOException;
    }

    WebServer(Site site) throws IOException {
        this(ServerSocketFactory.getDefault(), site);
    }

    WebServer(ServerSocketFactory sockets, Site site) throws IOException {
        this.site = site;
        this.listener = sockets.createServerSocket(
                0, 50, IpAddress.parse("127.0.0.1").orElseThrow().toInetAddress());
        threads.execute(this::accept);
    }

    /** Answers everything with the same text, which may have what HTTP has. */
    static Site says(String text) {
        return (head, out) -> {
            out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return true;
        };
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Returns the heads of the requests so far. */
    List<String> requests() {
        return requests;
    }

    int connectionCount() {
        return connections.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                connections.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test has closed the listener.
            return;
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            boolean open = true;
            while (open) {
                String head = readHead(socket.getInputStream());
                requests.add(head);
                open = site.answer(head, socket.getOutputStream());
                socket.getOutputStream().flush();
            }
        } catch (EOFException | SocketException | javax.net.ssl.SSLException e) {
            // The client has what it wanted, or has given up.
            return;
        } catch (IOException e) {
            throw new AssertionError("the web server of a test failed", e);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : connections) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
