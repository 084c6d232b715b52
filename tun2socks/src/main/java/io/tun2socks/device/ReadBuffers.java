package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The big buffers that one queue reads into, used again and again.
 *
 * <p>A buffer that the receiver kept slices of is parked until those are released. At most {@link #MAX_PARKED} buffers
 * wait so; beyond that a buffer is given up to its slices and a fresh one is allocated. One thread.
 */
final class ReadBuffers implements AutoCloseable {
    /** The longest read: a virtio-net header and the longest IPv6 packet. */
    static final int CAPACITY = TunQueue.VNET_HEADER + 40 + 65535;

    static final int MAX_PARKED = 64;
    /** How many parked buffers are kept when there is less to do. */
    private static final int KEPT = 4;
    /** How many parked buffers are looked at before a new one is allocated. */
    private static final int PROBES = 4;

    private static final int MASK = MAX_PARKED - 1;

    private final ByteBufAllocator allocator;
    private final ByteBuf[] parked = new ByteBuf[MAX_PARKED];
    private int head;
    private int size;
    private ByteBuf spare;
    private boolean closed;

    ReadBuffers(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Returns an empty buffer that nobody else refers to; it comes back by {@link #giveBack}. */
    ByteBuf take() {
        ByteBuf buffer = spare;
        if (buffer != null) {
            spare = null;
            return buffer.clear();
        }
        for (int i = Math.min(PROBES, size); i > 0; i--) {
            buffer = poll();
            if (buffer.refCnt() == 1) {
                return buffer.clear();
            }
            offer(buffer);
        }
        return allocator.directBuffer(CAPACITY, CAPACITY);
    }

    /** Takes a buffer back, whether or not slices of it are still in use. */
    void giveBack(ByteBuf buffer) {
        if (closed) {
            buffer.release();
        } else if (spare == null && buffer.refCnt() == 1) {
            spare = buffer;
        } else if (size < MAX_PARKED) {
            offer(buffer);
        } else {
            buffer.release();
        }
    }

    /** Gives one buffer back to the allocator if more are parked than a quiet queue needs; called once a batch. */
    void trim() {
        if (size > KEPT) {
            ByteBuf oldest = poll();
            if (oldest.refCnt() == 1) {
                oldest.release();
            } else {
                offer(oldest);
            }
        }
    }

    int parked() {
        return size;
    }

    private ByteBuf poll() {
        ByteBuf buffer = parked[head];
        parked[head] = null;
        head = head + 1 & MASK;
        size--;
        return buffer;
    }

    private void offer(ByteBuf buffer) {
        parked[head + size & MASK] = buffer;
        size++;
    }

    /** Lets go of all buffers; those with slices in use live as long as the slices. */
    @Override
    public void close() {
        closed = true;
        if (spare != null) {
            spare.release();
            spare = null;
        }
        while (size > 0) {
            poll().release();
        }
    }
}
