package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;

/** An open way for datagrams; used on its event loop only. */
public interface UdpTransport {
    /**
     * Sends a datagram at the next {@link #flush}; one that cannot be sent is dropped and counted.
     *
     * @param destination where to
     * @param payload the payload; the callee owns the reference
     */
    void send(Destination destination, ByteBuf payload);

    /** Puts what was sent on the wire. */
    void flush();

    /** Returns how many datagrams were dropped, either way: queue full, not taken by the kernel, not understood. */
    default long dropped() {
        return 0;
    }

    /** Closes the way; idempotent; no call to the receiver follows. */
    void close();
}
