package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Keeps what a client sends before the user has decided about its connection: with a SYN cookie the handshake is over
 * before anyone is asked. Bounded by the receive window, as nothing kept is consumed.
 */
final class EarlyEvents implements TcpHandler {
    private TcpHandler user;
    private final ArrayDeque<ByteBuf> data = new ArrayDeque<>();
    private boolean inputShutdown;

    void user(TcpHandler newUser) {
        user = newUser;
    }

    /** Tells the user everything, in order; this object hears of nothing any more. */
    void replay(TcpConnection connection) {
        user.onEstablished();
        for (ByteBuf next = data.poll(); next != null; next = data.poll()) {
            if (connection.isOpen()) {
                user.onData(next);
            } else {
                next.release();
            }
        }
        if (inputShutdown && connection.isOpen()) {
            user.onInputShutdown();
        }
    }

    TcpHandler user() {
        return user;
    }

    @Override
    public void onEstablished() {}

    @Override
    public void onData(ByteBuf bytes) {
        data.add(bytes);
    }

    @Override
    public void onInputShutdown() {
        inputShutdown = true;
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(CloseReason reason) {
        data.forEach(ByteBuf::release);
        data.clear();
        if (user != null) {
            user.onClosed(reason);
        }
    }
}
