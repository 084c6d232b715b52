package io.tun2socks.it;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;

/** A UDP server inside a namespace that answers every datagram with one made of it. */
final class UdpServer implements AutoCloseable {
    /** Makes the answer to a datagram; null for none. */
    @FunctionalInterface
    interface Responder {
        byte[] answer(byte[] datagram) throws IOException;
    }

    private final DatagramSocket socket;
    private final Responder responder;

    private UdpServer(DatagramSocket socket, Responder responder) {
        this.socket = socket;
        this.responder = responder;
    }

    /** Starts a server on one address (not the wildcard: answers must come from the address that was asked). */
    static UdpServer start(NetNs namespace, String address, int port, Responder responder) throws Exception {
        DatagramSocket socket = namespace.call(() -> new DatagramSocket(port, InetAddress.getByName(address)));
        UdpServer server = new UdpServer(socket, responder);
        Threads.daemons("udp-" + address).newThread(server::serve).start();
        return server;
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[65535], 65535);
        while (!socket.isClosed()) {
            try {
                packet.setLength(65535);
                socket.receive(packet);
                byte[] answer = responder.answer(java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
                if (answer != null) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // The client's port may be closed already; only the end of the socket is the end of the server.
                if (socket.isClosed()) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
