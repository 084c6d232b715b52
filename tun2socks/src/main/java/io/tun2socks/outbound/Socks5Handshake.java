package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.tun2socks.outbound.OutboundException.Reason;
import java.nio.charset.StandardCharsets;

/** The client's side of RFC 1928 and RFC 1929, in three round trips or pipelined in one. */
final class Socks5Handshake extends Handshake {
    private final OutboundUrl.Credentials credentials;
    private final boolean pipelined;
    private final int command;
    private final Destination destination;
    private State state = State.METHOD;
    private Destination bound;
    private boolean began;
    private boolean answered;

    private enum State {
        METHOD,
        AUTHENTICATION,
        REPLY
    }

    /**
     * Prepares a handshake.
     *
     * @param credentials user and password, or null
     * @param pipelined whether everything is sent at once; with credentials the server gets no choice of method then
     * @param command CONNECT or UDP ASSOCIATE
     * @param destination what the request names
     */
    Socks5Handshake(
            Upstream upstream,
            OutboundUrl.Credentials credentials,
            boolean pipelined,
            int command,
            Destination destination,
            Listener listener) {
        super(upstream, listener);
        this.credentials = credentials;
        this.pipelined = pipelined;
        this.command = command;
        this.destination = destination;
    }

    /** Returns the address of the reply (BND.ADDR, BND.PORT), or null before it has come. */
    Destination bound() {
        return bound;
    }

    /** Tells whether the request itself was answered, positively or not. */
    boolean answered() {
        return answered;
    }

    boolean isPipelined() {
        return pipelined;
    }

    /** Tells whether anything was sent. */
    boolean began() {
        return began;
    }

    @Override
    void begin(ChannelHandlerContext context) {
        began = true;
        ByteBuf out = context.alloc().directBuffer(64);
        out.writeByte(Socks5Wire.VERSION);
        if (credentials == null) {
            out.writeByte(1).writeByte(Socks5Wire.METHOD_NONE);
        } else if (pipelined) {
            out.writeByte(1).writeByte(Socks5Wire.METHOD_PASSWORD);
            writeCredentials(out);
        } else {
            out.writeByte(2).writeByte(Socks5Wire.METHOD_NONE).writeByte(Socks5Wire.METHOD_PASSWORD);
        }
        if (pipelined) {
            writeRequest(out);
        }
        context.writeAndFlush(out);
    }

    @Override
    boolean advance(ChannelHandlerContext context, ByteBuf in) throws OutboundException {
        if (state == State.METHOD && in.readableBytes() >= 2) {
            readMethod(context, in);
        }
        if (state == State.AUTHENTICATION && in.readableBytes() >= 2) {
            readAuthentication(context, in);
        }
        return state == State.REPLY && readReply(in);
    }

    @Override
    String awaited() {
        return switch (state) {
            case METHOD -> "answer to the SOCKS5 greeting";
            case AUTHENTICATION -> "answer to user name and password";
            case REPLY -> "reply for " + destination;
        };
    }

    private void readMethod(ChannelHandlerContext context, ByteBuf in) throws OutboundException {
        requireVersion(in, Socks5Wire.VERSION);
        int method = in.skipBytes(1).readUnsignedByte();
        if (method == Socks5Wire.METHOD_UNACCEPTABLE) {
            throw failure(
                    Reason.UPSTREAM_FAILED,
                    credentials == null
                            ? "wants authentication (no user name and password were given)"
                            : "accepts neither user name and password nor a connection without them");
        }
        if (method == Socks5Wire.METHOD_PASSWORD && credentials != null) {
            state = State.AUTHENTICATION;
            if (!pipelined) {
                ByteBuf out = context.alloc().directBuffer(64);
                writeCredentials(out);
                context.writeAndFlush(out);
            }
        } else if (method == Socks5Wire.METHOD_NONE && (credentials == null || !pipelined)) {
            requestNow(context);
        } else {
            throw failure(Reason.UPSTREAM_FAILED, "chose the authentication method " + method + ", not one offered");
        }
    }

    private void readAuthentication(ChannelHandlerContext context, ByteBuf in) throws OutboundException {
        requireVersion(in, Socks5Wire.AUTH_VERSION);
        int status = in.skipBytes(1).readUnsignedByte();
        if (status != 0) {
            throw failure(
                    Reason.UPSTREAM_FAILED,
                    "refuses the user name " + credentials.user() + " or its password (status " + status + ")");
        }
        requestNow(context);
    }

    private void requestNow(ChannelHandlerContext context) {
        state = State.REPLY;
        if (!pipelined) {
            ByteBuf out = context.alloc().directBuffer(64);
            writeRequest(out);
            context.writeAndFlush(out);
        }
    }

    private boolean readReply(ByteBuf in) throws OutboundException {
        if (in.readableBytes() < 2) {
            return false;
        }
        requireVersion(in, Socks5Wire.VERSION);
        answered = true;
        int code = in.getUnsignedByte(in.readerIndex() + 1);
        if (code != Socks5Wire.SUCCEEDED) {
            // Some servers close behind these two bytes, so the rest is not waited for.
            throw refusal(code);
        }
        int addressLength = Socks5Wire.addressLength(in, in.readerIndex() + 3);
        if (addressLength < 0) {
            throw failure(
                    Reason.UPSTREAM_FAILED,
                    "replied with the unknown address type " + in.getUnsignedByte(in.readerIndex() + 3));
        }
        if (addressLength == 0 || in.readableBytes() < 3 + addressLength) {
            return false;
        }
        in.skipBytes(3);
        bound = Socks5Wire.readDestination(in);
        return true;
    }

    private OutboundException refusal(int code) {
        return switch (code) {
            case 0x01 -> refusal(Reason.UPSTREAM_FAILED, "general failure", code);
            case 0x02 -> refusal(Reason.PROHIBITED, "not allowed by its rules", code);
            case 0x03 -> refusal(Reason.NETWORK_UNREACHABLE, "network unreachable", code);
            case 0x04 -> refusal(Reason.HOST_UNREACHABLE, "host unreachable", code);
            case 0x05 -> refusal(Reason.REFUSED, "connection refused", code);
            case 0x06 -> refusal(Reason.TIMED_OUT, "TTL expired", code);
            case 0x07 -> refusal(Reason.UPSTREAM_FAILED, "command not supported", code);
            case 0x08 -> refusal(Reason.UPSTREAM_FAILED, "address type not supported", code);
            default -> refusal(Reason.UPSTREAM_FAILED, "unknown failure", code);
        };
    }

    private OutboundException refusal(Reason reason, String text, int code) {
        String what = command == Socks5Wire.CONNECT ? "connect to " + destination : "UDP ASSOCIATE";
        return failure(reason, what + ": " + text + " (SOCKS5 reply " + code + ")");
    }

    private void requireVersion(ByteBuf in, int expected) throws OutboundException {
        if (in.getByte(in.readerIndex()) != expected) {
            int shown = Math.min(16, in.readableBytes());
            throw failure(
                    Reason.UPSTREAM_FAILED,
                    "does not speak SOCKS5: its " + awaited() + " begins with "
                            + ByteBufUtil.hexDump(in, in.readerIndex(), shown));
        }
    }

    private void writeCredentials(ByteBuf out) {
        byte[] user = credentials.user().getBytes(StandardCharsets.UTF_8);
        byte[] password = credentials.password().getBytes(StandardCharsets.UTF_8);
        out.writeByte(Socks5Wire.AUTH_VERSION);
        out.writeByte(user.length).writeBytes(user);
        out.writeByte(password.length).writeBytes(password);
    }

    private void writeRequest(ByteBuf out) {
        out.writeByte(Socks5Wire.VERSION).writeByte(command).writeByte(0);
        Socks5Wire.writeDestination(out, destination);
    }
}
