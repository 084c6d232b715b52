package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.MemoryAccount;
import io.tun2socks.tcpstack.OutboundPacket;
import java.util.ArrayDeque;

/**
 * The bytes between SND.UNA and the last byte written by the user: sent and not acknowledged, or not yet sent. Holds
 * the user's buffers as they are, in a ring, until they are acknowledged. While there are none there is no ring: most
 * connections are idle most of the time.
 */
final class SendBuffer {
    /** A ring of buffers. */
    static final class Ring {
        private final ByteBuf[] buffers;
        private final long[] starts;

        private Ring(int size) {
            buffers = new ByteBuf[size];
            starts = new long[size];
        }
    }

    private static final int INITIAL_SIZE = 16;
    private static final int POOL_LIMIT = 256;

    private final MemoryAccount memory;
    /** Free rings of the initial size, shared by all connections of a stack. */
    private final ArrayDeque<Ring> pool;

    private Ring ring;
    private int head;
    private int count;
    private long startSeq;
    private long endSeq;

    /**
     * Makes an empty buffer.
     *
     * @param startSeq the unwrapped sequence number of the first byte to come
     * @param memory where the bytes count
     * @param pool free rings, shared with others of the same thread
     */
    SendBuffer(long startSeq, MemoryAccount memory, ArrayDeque<Ring> pool) {
        this.memory = memory;
        this.pool = pool;
        this.startSeq = startSeq;
        this.endSeq = startSeq;
    }

    /** Returns the sequence number behind the last byte. */
    long endSeq() {
        return endSeq;
    }

    /** Returns the bytes held. */
    long size() {
        return endSeq - startSeq;
    }

    /**
     * Appends bytes.
     *
     * @param data the bytes, at least one; owned by this object from now on
     */
    void append(ByteBuf data) {
        if (ring == null) {
            Ring free = pool.poll();
            ring = free == null ? new Ring(INITIAL_SIZE) : free;
            head = 0;
        } else if (count == ring.buffers.length) {
            grow();
        }
        int index = index(count);
        ring.buffers[index] = data;
        ring.starts[index] = endSeq;
        count++;
        endSeq += data.readableBytes();
        memory.take(data.capacity());
    }

    /**
     * Releases what was acknowledged.
     *
     * @param ackSeq the first byte still wanted, at most {@link #endSeq}
     */
    void release(long ackSeq) {
        while (count > 0) {
            ByteBuf buffer = ring.buffers[head];
            if (ring.starts[head] + buffer.readableBytes() > ackSeq) {
                break;
            }
            ring.buffers[head] = null;
            head = index(1);
            count--;
            memory.give(buffer.capacity());
            buffer.release();
        }
        startSeq = Math.max(startSeq, ackSeq);
        if (count == 0 && ring != null) {
            if (ring.buffers.length == INITIAL_SIZE && pool.size() < POOL_LIMIT) {
                pool.push(ring);
            }
            ring = null;
        }
    }

    /** Releases everything. */
    void close() {
        release(endSeq);
    }

    /**
     * Adds a range to a packet as slices.
     *
     * @param from the first byte, not below the last {@link #release}
     * @param length the number of bytes, all within the buffer
     * @param packet where the slices are added
     * @return the bytes added: fewer than asked for if the packet has no room for more slices
     */
    int gather(long from, int length, OutboundPacket packet) {
        int gathered = 0;
        for (int i = find(from); gathered < length; i++) {
            int index = index(i);
            ByteBuf buffer = ring.buffers[index];
            int skip = (int) (from + gathered - ring.starts[index]);
            int part = Math.min(length - gathered, buffer.readableBytes() - skip);
            if (!packet.addSlice(buffer, buffer.readerIndex() + skip, part)) {
                break;
            }
            gathered += part;
        }
        return gathered;
    }

    private int find(long seq) {
        int low = 0;
        int high = count - 1;
        // What is sent lies mostly in the first or the last buffers; a ring of a few needs no cleverness.
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (ring.starts[index(middle)] <= seq) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private int index(int position) {
        return (head + position) & (ring.buffers.length - 1);
    }

    private void grow() {
        Ring larger = new Ring(ring.buffers.length * 2);
        for (int i = 0; i < count; i++) {
            larger.buffers[i] = ring.buffers[index(i)];
            larger.starts[i] = ring.starts[index(i)];
        }
        ring = larger;
        head = 0;
    }
}
