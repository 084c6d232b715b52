package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;

/** How the datagrams of a SOCKS5 association get to the server's relay and back; on its event loop only. */
interface RelayLink {
    /** Tells whether a datagram would be taken now. */
    boolean isWritable();

    /** Sends a datagram at the next {@link #flush}; owns it. */
    void write(ByteBuf datagram);

    /** Puts what was written on the wire. */
    void flush();

    /** Closes the link; idempotent; no call to the listener follows. */
    void close();

    /** Hears of the link; no call comes before its opening has returned. */
    interface Listener {
        /** Datagrams can be written. */
        void onOpen();

        /** A datagram of the relay; the callee owns it. */
        void onDatagram(ByteBuf datagram);

        /** All datagrams of one read have been delivered. */
        void onReadComplete();

        /** A datagram was lost on the way out, or was not the relay's. */
        void onDropped();

        /**
         * The link could not be opened, or is gone.
         *
         * @param message what happened
         * @param cause the error below, or null
         */
        void onFailed(String message, Throwable cause);
    }
}
