package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;

/**
 * What a connection tells its user. All calls come on the stack's thread; none comes after {@link #onClosed}.
 */
public interface TcpHandler {
    /** The three-way handshake is complete. */
    void onEstablished();

    /**
     * Bytes from the client, in order and once.
     *
     * @param data the bytes; the callee owns the reference and reports them by {@link TcpConnection#consumed} when they
     *     no longer occupy memory, which opens the receive window
     */
    void onData(ByteBuf data);

    /** The client has sent FIN: no more {@link #onData} comes; the other direction may go on (half-close). */
    void onInputShutdown();

    /** The send queue has drained to half its limit after {@link TcpConnection#isWritable} was false. */
    void onWritable();

    /**
     * The connection is over; the last call.
     *
     * @param reason why
     */
    void onClosed(CloseReason reason);
}
