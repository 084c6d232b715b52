package io.tun2socks.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A TCP server inside a namespace; every connection has a thread and does what the handler says. */
final class TcpServer implements AutoCloseable {
    /** What is done with a connection. It is closed when this returns or throws. */
    @FunctionalInterface
    interface Handler {
        void serve(Socket socket) throws Exception;
    }

    private final ServerSocket listener;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;

    private TcpServer(ServerSocket listener, Handler handler) {
        this.listener = listener;
        this.handler = handler;
        this.threads = Executors.newCachedThreadPool(Threads.daemons("tcp-" + listener.getLocalPort()));
    }

    /**
     * Starts a server on all addresses of both families.
     *
     * @param namespace where it listens
     * @param port the port, or 0 for any
     * @param handler what is done with each connection
     */
    static TcpServer start(NetNs namespace, int port, Handler handler) throws Exception {
        ServerSocket listener = namespace.call(() -> {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName("::"), port), 1024);
            return socket;
        });
        TcpServer server = new TcpServer(listener, handler);
        server.threads.execute(server::accept);
        return server;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Closes a socket so that the peer gets RST. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            handler.serve(socket);
        } catch (Exception e) {
            // A test that ends with open connections gets here; what matters to a test it asserts on the client's side.
            System.Logger logger = System.getLogger(TcpServer.class.getName());
            logger.log(System.Logger.Level.DEBUG, "connection on port " + port() + " ended", e);
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
