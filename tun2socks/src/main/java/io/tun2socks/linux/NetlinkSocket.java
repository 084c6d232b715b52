package io.tun2socks.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A socket to the kernel's routing tables (NETLINK_ROUTE) or its table of sockets (NETLINK_SOCK_DIAG), bound to the
 * network namespace of the thread that opened it.
 *
 * <p>Any thread; one exchange at a time.
 */
final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | Libc.O_CLOEXEC;
    private static final int NETLINK_ROUTE = 0;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int NLA_TYPE_MASK = 0x3fff;

    /** The kernel never makes a dump part longer than 32 KiB. */
    private static final int RECEIVE_BUFFER = 64 * 1024;
    /** Seconds after which an answer of the kernel counts as lost. */
    private static final int TIMEOUT = 5;

    private final int fd;
    private final byte[] received = new byte[RECEIVE_BUFFER];
    private int sequence;
    private boolean closed;

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /** Opens a socket to the routing tables. */
    static NetlinkSocket open() throws ErrnoException {
        return open(NETLINK_ROUTE);
    }

    /** Opens a socket to the table of sockets. */
    static NetlinkSocket openSocketDiag() throws ErrnoException {
        return open(NETLINK_SOCK_DIAG);
    }

    private static NetlinkSocket open(int protocol) throws ErrnoException {
        int fd = Libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol);
        try {
            byte[] timeout = ByteBuffer.allocate(16)
                    .order(ByteOrder.nativeOrder())
                    .putLong(TIMEOUT)
                    .array();
            Libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout);
            enable(fd, NETLINK_CAP_ACK);
            enable(fd, NETLINK_EXT_ACK);
        } catch (ErrnoException e) {
            Libc.close(fd);
            throw e;
        }
        return new NetlinkSocket(fd);
    }

    private static void enable(int fd, int option) throws ErrnoException {
        try {
            byte[] one = ByteBuffer.allocate(4)
                    .order(ByteOrder.nativeOrder())
                    .putInt(1)
                    .array();
            Libc.setsockopt(fd, SOL_NETLINK, option, one);
        } catch (ErrnoException e) {
            // Older kernels say less about errors; nothing depends on it.
            if (e.errno() != 92) {
                throw e;
            }
        }
    }

    /**
     * Sends a request and hands on the answers up to its end.
     *
     * @param what what is asked for, for the message of an error
     * @param request the request
     * @param answers gets the body of each answer, valid during the call
     * @throws ErrnoException if the kernel refuses
     */
    synchronized void exchange(String what, NetlinkRequest request, Consumer<ByteBuffer> answers)
            throws ErrnoException {
        if (closed) {
            throw new ErrnoException(what, Errno.EBADF);
        }
        int current = ++sequence;
        Libc.send(fd, request.finish(current), request.length());
        while (true) {
            int length = Libc.recv(fd, received);
            ByteBuffer part = ByteBuffer.wrap(received, 0, length).order(ByteOrder.nativeOrder());
            while (part.remaining() >= NetlinkRequest.HEADER_LENGTH) {
                int start = part.position();
                int messageLength = part.getInt(start);
                if (messageLength < NetlinkRequest.HEADER_LENGTH || messageLength > part.remaining()) {
                    throw new ErrnoException(what + ": malformed answer", Errno.EIO);
                }
                int type = part.getShort(start + 4);
                int flags = part.getShort(start + 6);
                ByteBuffer body = part.slice(
                                start + NetlinkRequest.HEADER_LENGTH, messageLength - NetlinkRequest.HEADER_LENGTH)
                        .order(ByteOrder.nativeOrder());
                // An answer to an exchange that timed out may still come in.
                if (part.getInt(start + 8) == current && take(what, type, flags, body, answers)) {
                    return;
                }
                part.position(Math.min(part.limit(), start + (messageLength + 3 & ~3)));
            }
        }
    }

    private static boolean take(String what, int type, int flags, ByteBuffer body, Consumer<ByteBuffer> answers)
            throws ErrnoException {
        switch (type) {
            case NLMSG_DONE -> {
                return true;
            }
            case NLMSG_ERROR -> {
                int error = -body.getInt(0);
                if (error == 0) {
                    return true;
                }
                throw new ErrnoException(what, error, detail(flags, body));
            }
            default -> {
                answers.accept(body);
                return false;
            }
        }
    }

    private static String detail(int flags, ByteBuffer body) {
        int header = 4 + NetlinkRequest.HEADER_LENGTH;
        if ((flags & NLM_F_ACK_TLVS) == 0 || body.limit() <= header) {
            return "";
        }
        ByteBuffer message = attributes(body, header).get(NLMSGERR_ATTR_MSG);
        return message == null ? "" : string(message);
    }

    /**
     * Takes attributes apart.
     *
     * @param body a message body or the value of a nested attribute
     * @param offset where the first attribute begins
     * @return the value of each, by type
     */
    static Map<Integer, ByteBuffer> attributes(ByteBuffer body, int offset) {
        Map<Integer, ByteBuffer> attributes = new HashMap<>();
        int at = offset;
        while (at + 4 <= body.limit()) {
            int length = body.getShort(at) & 0xffff;
            if (length < 4 || at + length > body.limit()) {
                break;
            }
            ByteBuffer value = body.slice(at + 4, length - 4).order(ByteOrder.nativeOrder());
            attributes.put(body.getShort(at + 2) & NLA_TYPE_MASK, value);
            at += length + 3 & ~3;
        }
        return attributes;
    }

    /** Returns the text of an attribute, without the NUL at its end. */
    static String string(ByteBuffer value) {
        byte[] bytes = bytes(value);
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == 0) {
            length--;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    static byte[] bytes(ByteBuffer value) {
        byte[] bytes = new byte[value.limit()];
        value.get(0, bytes);
        return bytes;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
        }
    }
}
