package io.tun2socks.linux;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds local sockets in the kernel's table (sock_diag(7)), in the network namespace of the thread that opened the object.
 * Needs no privilege. Any thread; one question at a time.
 */
public final class SocketDiag implements AutoCloseable {
    /** The protocol number of TCP. */
    public static final int TCP = 6;
    /** The protocol number of UDP. */
    public static final int UDP = 17;

    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private static final int TCP_TIME_WAIT = 6;
    private static final int TCP_LISTEN = 10;
    private static final int TCP_NEW_SYN_RECV = 12;
    /** A flow belongs neither to a listener, nor to a connection that no socket stands for any more, or yet. */
    private static final int TCP_STATES = ~((1 << TCP_TIME_WAIT) | (1 << TCP_LISTEN) | (1 << TCP_NEW_SYN_RECV));

    private static final int ALL_STATES = -1;
    private static final int NO_COOKIE = -1;

    // struct inet_diag_msg (linux/inet_diag.h)
    private static final int STATE = 1;
    private static final int SOURCE_PORT = 4;
    private static final int DESTINATION_PORT = 6;
    private static final int SOURCE = 8;
    private static final int DESTINATION = 24;
    private static final int UID = 64;
    private static final int INODE = 68;
    private static final int LENGTH = 72;

    private final NetlinkSocket socket;

    /**
     * A socket.
     *
     * @param uid the number of the user that made it, 0 to 2^32-1
     * @param inode its number in the links of {@code /proc/PID/fd}, greater than 0
     */
    public record Found(long uid, long inode) {}

    /** One end of the flow that is sought. */
    private static final class End {
        private final byte[] address;
        private final int port;

        End(byte[] address, int port) {
            this.address = address;
            this.port = port;
        }
    }

    /** The best of several sockets. */
    private static final class Best {
        private int score;
        private Found found;
    }

    private SocketDiag(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * Opens the table of the calling thread's network namespace.
     *
     * @return the table, to be closed
     * @throws ErrnoException if the kernel gives no netlink socket
     */
    public static SocketDiag open() throws ErrnoException {
        return new SocketDiag(NetlinkSocket.openSocketDiag());
    }

    /**
     * Finds the socket at the local end of a flow: that of exactly this flow, or else one with the same local address and
     * port (bound to a device; connected to a proxy by another address), or else a UDP socket on the port that is bound to
     * no address. IPv4 flows of sockets that carry both families are found too.
     *
     * @param protocol {@link #TCP} or {@link #UDP}
     * @param source the local address, 4 or 16 bytes; IPv4 in its own form
     * @param sourcePort the local port, 1 to 65535
     * @param destination the peer's address, of the same length; all zero if it is not known
     * @param destinationPort the peer's port
     * @return the socket, or empty if there is none
     * @throws ErrnoException if the kernel refuses, as one without inet_diag does
     */
    public Optional<Found> find(int protocol, byte[] source, int sourcePort, byte[] destination, int destinationPort)
            throws ErrnoException {
        End local = new End(source, sourcePort);
        End peer = new End(destination, destinationPort);
        int family = source.length == 4 ? AF_INET : AF_INET6;
        Best best = new Best();
        exact(protocol, family, local, peer, best);
        if (best.found == null) {
            dump(protocol, family, local, peer, best);
        }
        if (best.found == null && family == AF_INET) {
            dump(protocol, AF_INET6, local, peer, best);
        }
        return Optional.ofNullable(best.found);
    }

    private void exact(int protocol, int family, End local, End peer, Best best) throws ErrnoException {
        // The kernel's look-up for UDP takes the ends as a packet to the socket has them, that for TCP as the socket
        // does.
        boolean swapped = protocol == UDP;
        NetlinkRequest request =
                request(0, protocol, family, ALL_STATES, swapped ? peer : local, swapped ? local : peer);
        try {
            socket.exchange("find socket", request, body -> take(protocol, body, local, peer, best));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private void dump(int protocol, int family, End local, End peer, Best best) throws ErrnoException {
        End anyPeer = new End(new byte[16], 0);
        NetlinkRequest request = request(
                NetlinkRequest.FLAG_DUMP, protocol, family, protocol == TCP ? TCP_STATES : ALL_STATES, local, anyPeer);
        socket.exchange("list sockets", request, body -> take(protocol, body, local, peer, best));
    }

    /** A request with a struct inet_diag_req_v2. */
    private static NetlinkRequest request(int flags, int protocol, int family, int states, End first, End second) {
        return new NetlinkRequest(SOCK_DIAG_BY_FAMILY, flags)
                .putByte(family)
                .putByte(protocol)
                .putShort(0)
                .putInt(states)
                .putBytes(networkOrder(first.port))
                .putBytes(networkOrder(second.port))
                .putBytes(Arrays.copyOf(first.address, 16))
                .putBytes(Arrays.copyOf(second.address, 16))
                .putInt(0)
                .putInt(NO_COOKIE)
                .putInt(NO_COOKIE);
    }

    private static void take(int protocol, ByteBuffer body, End local, End peer, Best best) {
        if (body.limit() < LENGTH || body.getInt(INODE) == 0) {
            return;
        }
        if (protocol == TCP && body.get(STATE) == TCP_LISTEN) {
            return;
        }
        int score = score(protocol, body, local, peer);
        if (score > best.score) {
            best.score = score;
            best.found = new Found(body.getInt(UID) & 0xffff_ffffL, body.getInt(INODE) & 0xffff_ffffL);
        }
    }

    /** Says how well a socket fits: 0 if it cannot be the flow's. */
    private static int score(int protocol, ByteBuffer body, End local, End peer) {
        if (port(body, SOURCE_PORT) != local.port) {
            return 0;
        }
        boolean sameLocal = same(body, SOURCE, local);
        if (!sameLocal && (protocol == TCP || !isAny(body, SOURCE))) {
            return 0;
        }
        int peerPort = port(body, DESTINATION_PORT);
        if (peerPort == peer.port && same(body, DESTINATION, peer)) {
            return sameLocal ? 6 : 5;
        }
        boolean unconnected = peerPort == 0 && isAny(body, DESTINATION);
        if (unconnected) {
            return sameLocal ? 4 : 3;
        }
        // Connected to another: a proxy's client, if the address is the flow's own.
        return sameLocal ? 1 : 0;
    }

    private static boolean same(ByteBuffer body, int at, End end) {
        int length = end.address.length;
        boolean mapped = length == 4 && body.get(0) == AF_INET6;
        return (!mapped || isMapped(body, at))
                && body.slice(mapped ? at + 12 : at, length).equals(ByteBuffer.wrap(end.address));
    }

    /** Tells whether an address is IPv4-mapped (RFC 4291 2.5.5.2). */
    private static boolean isMapped(ByteBuffer body, int at) {
        return body.getLong(at) == 0 && body.getShort(at + 8) == 0 && body.getShort(at + 10) == -1;
    }

    private static boolean isAny(ByteBuffer body, int at) {
        if (body.get(0) == AF_INET6) {
            return body.getLong(at) == 0
                    && (body.getLong(at + 8) == 0 || (isMapped(body, at) && body.getInt(at + 12) == 0));
        }
        return body.getInt(at) == 0;
    }

    private static int port(ByteBuffer body, int at) {
        return ((body.get(at) & 0xff) << 8) | (body.get(at + 1) & 0xff);
    }

    private static byte[] networkOrder(int port) {
        return new byte[] {(byte) (port >> 8), (byte) port};
    }

    @Override
    public void close() {
        socket.close();
    }
}
