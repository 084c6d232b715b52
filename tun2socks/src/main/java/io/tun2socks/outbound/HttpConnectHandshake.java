package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.tun2socks.outbound.OutboundException.Reason;
import java.nio.charset.StandardCharsets;

/** The client's side of HTTP CONNECT (RFC 9110 9.3.6) with basic authentication (RFC 7617). */
final class HttpConnectHandshake extends Handshake {
    /** The most bytes of a response head. */
    private static final int MAX_HEAD = 8 << 10;

    private static final byte[] START = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);

    /** HTTP/1.1 SP 200. */
    private static final int STATUS_END = 12;

    private final HttpConnectHeaders headers;
    private final String authority;
    private int scanned;

    /**
     * Prepares a handshake.
     *
     * @param headers what the request says beyond its destination
     * @param authority {@code host:port}, free of blanks and control characters
     */
    HttpConnectHandshake(Upstream upstream, HttpConnectHeaders headers, String authority, Listener listener) {
        super(upstream, listener);
        this.headers = headers;
        this.authority = authority;
    }

    @Override
    void begin(ChannelHandlerContext context) {
        String head = headers.head(authority);
        context.writeAndFlush(ByteBufUtil.writeUtf8(context.alloc(), head));
    }

    @Override
    boolean advance(ChannelHandlerContext context, ByteBuf in) throws OutboundException {
        while (true) {
            requireHttp(in);
            int length = headLength(in);
            if (length < 0) {
                if (in.readableBytes() > MAX_HEAD) {
                    throw failure(Reason.UPSTREAM_FAILED, "its answer has a head of more than " + MAX_HEAD + " bytes");
                }
                return false;
            }
            int status = status(in);
            String line = statusLine(in);
            in.skipBytes(length);
            scanned = 0;
            if (status >= 200 && status < 300) {
                // RFC 9110 9.3.6: Content-Length and Transfer-Encoding of such an answer mean nothing.
                return true;
            }
            if (status >= 200 || status == 101) {
                throw refusal(status, line);
            }
            // Another 1xx is an interim answer (RFC 9110 15.2): the final one follows.
        }
    }

    @Override
    String awaited() {
        return "answer to CONNECT " + authority;
    }

    private void requireHttp(ByteBuf in) throws OutboundException {
        int start = in.readerIndex();
        int known = Math.min(in.readableBytes(), START.length);
        for (int i = 0; i < known; i++) {
            if (in.getByte(start + i) != START[i]) {
                throw notHttp(in);
            }
        }
    }

    /** Returns the bytes of the head with its empty line, or -1 if it is not complete; a bare LF ends a line, too. */
    private int headLength(ByteBuf in) {
        int start = in.readerIndex();
        int end = Math.min(in.writerIndex(), start + MAX_HEAD);
        int from = start + scanned;
        while (true) {
            int lineEnd = in.indexOf(from, end, (byte) '\n');
            if (lineEnd < 0) {
                scanned = Math.max(0, from - start);
                return -1;
            }
            int next = lineEnd + 1;
            if (next < end && in.getByte(next) == '\n') {
                return next + 1 - start;
            }
            if (next + 1 < end && in.getByte(next) == '\r' && in.getByte(next + 1) == '\n') {
                return next + 2 - start;
            }
            if (next >= end || (in.getByte(next) == '\r' && next + 1 >= end)) {
                scanned = lineEnd - start;
                return -1;
            }
            from = next;
        }
    }

    private int status(ByteBuf in) throws OutboundException {
        int start = in.readerIndex();
        int status = 0;
        if (in.readableBytes() < STATUS_END + 1 || in.getByte(start + 8) != ' ') {
            throw notHttp(in);
        }
        for (int i = 9; i < STATUS_END; i++) {
            int digit = in.getByte(start + i) - '0';
            if (digit < 0 || digit > 9) {
                throw notHttp(in);
            }
            status = status * 10 + digit;
        }
        byte after = in.getByte(start + STATUS_END);
        if (status < 100 || (after != ' ' && after != '\r' && after != '\n')) {
            throw notHttp(in);
        }
        return status;
    }

    private static String statusLine(ByteBuf in) {
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int length = Math.min(end - in.readerIndex(), 100);
        return in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1)
                .replaceAll("\\p{Cntrl}", "");
    }

    private OutboundException refusal(int status, String line) {
        return switch (status) {
            case 403 -> refusal(Reason.PROHIBITED, line);
            case 407 ->
                refusal(
                        Reason.UPSTREAM_FAILED,
                        !headers.authorized()
                                ? line + " (no user name and password were given)"
                                : line + " (user name or password refused)");
            case 502 -> refusal(Reason.HOST_UNREACHABLE, line);
            case 504 -> refusal(Reason.TIMED_OUT, line);
            default -> refusal(Reason.UPSTREAM_FAILED, line);
        };
    }

    private OutboundException refusal(Reason reason, String line) {
        return failure(reason, "connect to " + authority + ": " + line);
    }

    private OutboundException notHttp(ByteBuf in) {
        int shown = Math.min(16, in.readableBytes());
        return failure(
                Reason.UPSTREAM_FAILED,
                "does not speak HTTP: its " + awaited() + " begins with "
                        + ByteBufUtil.hexDump(in, in.readerIndex(), shown));
    }
}
