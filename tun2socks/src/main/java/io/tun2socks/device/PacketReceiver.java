package io.tun2socks.device;

import io.netty.buffer.ByteBuf;

/** Gets the packets of one queue, on the queue's event loop. */
public interface PacketReceiver {
    /**
     * One packet, or a super-segment of up to 64 KiB.
     *
     * @param packet a virtio-net header of 10 bytes (zeros where the device has none) and the IP packet behind it;
     *     borrowed: who wants bytes beyond the call retains a slice
     */
    void onPacket(ByteBuf packet);

    /** The queue is drained for now, or it is the turn of others: acknowledgements and data go out here. */
    void onBatchComplete();

    /**
     * The device has gone away under us; the last call.
     *
     * @param cause the error of the last read
     */
    void onFailure(Throwable cause);
}
