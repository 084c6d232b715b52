package io.tun2socks.device;

import io.netty.channel.IoEventLoop;
import io.tun2socks.tcpstack.PacketSink;

/** One queue of a device: read by events of one event loop, written from that loop. */
public interface PacketQueue extends PacketSink, AutoCloseable {
    /**
     * Begins to read; called on any thread, once.
     *
     * @param loop the loop on which everything of this queue happens from now on
     * @param receiver gets the packets, on that loop
     */
    void start(IoEventLoop loop, PacketReceiver receiver);

    /** Returns what has gone through; on any thread, a little late. */
    default QueueStatistics statistics() {
        return QueueStatistics.ZERO;
    }

    /** Stops reading and closes the descriptor; on the loop if started, idempotent. */
    @Override
    void close();
}
