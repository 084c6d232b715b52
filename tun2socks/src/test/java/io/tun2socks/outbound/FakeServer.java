package io.tun2socks.outbound;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A TCP server that follows a script per connection; connections without one are closed at once. */
final class FakeServer implements AutoCloseable {
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> conversations = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final Script[] scripts;

    /** What happens on one connection. */
    interface Script {
        void run(Talk talk) throws Exception;
    }

    /** One connection as the script sees it; bytes are written in hexadecimal. */
    static final class Talk {
        private final Socket socket;

        Talk(Socket socket) {
            this.socket = socket;
        }

        Socket socket() {
            return socket;
        }

        /** Goes on in TLS, as its server; the script sees what is inside, and ends that without the socket below. */
        Talk secure(SSLContext context, Consumer<SSLSocket> settings) throws IOException {
            SSLSocket inside =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, null, socket.getPort(), false);
            inside.setUseClientMode(false);
            settings.accept(inside);
            inside.startHandshake();
            return new Talk(inside);
        }

        /** Expects exactly these bytes. */
        Talk expect(String hex) throws IOException {
            String expected = hex.replace(" ", "");
            String got = HexFormat.of().formatHex(read(expected.length() / 2));
            if (!got.equals(expected)) {
                throw new AssertionError("expected " + expected + ", got " + got);
            }
            return this;
        }

        byte[] read(int length) throws IOException {
            byte[] bytes = socket.getInputStream().readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException(
                        "the client closed after " + HexFormat.of().formatHex(bytes));
            }
            return bytes;
        }

        /** Reads up to and with an empty line. */
        String readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            InputStream in = socket.getInputStream();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException("the client closed after " + head);
                }
                head.append((char) next);
            }
            return head.toString();
        }

        Talk send(String hex) throws IOException {
            socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
            return this;
        }

        Talk sendText(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            return this;
        }

        /** Sends each byte by a write of its own, without delay. */
        Talk sendBytewise(byte[] bytes) throws IOException {
            socket.setTcpNoDelay(true);
            for (byte b : bytes) {
                socket.getOutputStream().write(b);
            }
            return this;
        }

        /** Waits until the client closes; what it says is of no interest. */
        void awaitClose() throws IOException {
            socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        }
    }

    FakeServer(Script... scripts) throws IOException {
        this(InetAddress.getLoopbackAddress(), scripts);
    }

    FakeServer(InetAddress address, Script... scripts) throws IOException {
        this(address, 0, scripts);
    }

    FakeServer(InetAddress address, int port, Script... scripts) throws IOException {
        this.scripts = scripts;
        this.listener = new ServerSocket(port, 50, address);
        threads.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            for (int i = 0; ; i++) {
                Socket socket = listener.accept();
                synchronized (this) {
                    sockets.add(socket);
                    if (i < scripts.length) {
                        Script script = scripts[i];
                        conversations.add(threads.submit(() -> {
                            try (socket) {
                                script.run(new Talk(socket));
                            }
                            return null;
                        }));
                    } else {
                        socket.close();
                    }
                }
            }
        } catch (IOException e) {
            // The test has closed the listener.
            return;
        }
    }

    /** Waits for all scripts and throws what went wrong in one of them. */
    @Override
    public void close() throws IOException {
        listener.close();
        List<Future<?>> running;
        synchronized (this) {
            running = List.copyOf(conversations);
        }
        try {
            for (Future<?> conversation : running) {
                conversation.get(10, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("the server's script failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the server's script did not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a script was running", e);
        } finally {
            synchronized (this) {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            threads.shutdownNow();
        }
    }
}
