package io.tun2socks.it;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A SOCKS5 server without authentication that answers and behaves as a test says; it connects to nowhere. */
final class ScriptedSocks {
    /** The reply code of success (RFC 1928 section 6). */
    static final int SUCCEEDED = 0;

    static final int REFUSED = 5;

    private ScriptedSocks() {}

    /**
     * Makes a handler for {@link TcpServer}.
     *
     * @param reply the reply code to every CONNECT
     * @param then what is done with the connection after a reply of success
     */
    static TcpServer.Handler replying(int reply, TcpServer.Handler then) {
        return socket -> {
            readRequest(socket);
            reply(socket, reply);
            if (reply == SUCCEEDED) {
                then.serve(socket);
            }
        };
    }

    /** Takes part in the handshake up to the request to connect; returns the port that is asked for. */
    static int readRequest(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        expect("version", in.readUnsignedByte(), 5);
        in.readNBytes(in.readUnsignedByte());
        socket.getOutputStream().write(new byte[] {5, 0});
        expect("version", in.readUnsignedByte(), 5);
        expect("command", in.readUnsignedByte(), 1);
        in.readUnsignedByte();
        int type = in.readUnsignedByte();
        int length = switch (type) {
            case 1 -> 4;
            case 3 -> in.readUnsignedByte();
            case 4 -> 16;
            default -> throw new IOException("address type " + type);
        };
        byte[] address = in.readNBytes(length);
        if (type != 3) {
            InetAddress.getByAddress(address);
        }
        return in.readUnsignedShort();
    }

    /** Answers a request with a reply code. */
    static void reply(Socket socket, int reply) throws IOException {
        socket.getOutputStream().write(new byte[] {5, (byte) reply, 0, 1, 0, 0, 0, 0, 0, 0});
    }

    private static void expect(String what, int got, int expected) throws IOException {
        if (got != expected) {
            throw new IOException("SOCKS " + what + " " + got + ", expected " + expected);
        }
    }
}
