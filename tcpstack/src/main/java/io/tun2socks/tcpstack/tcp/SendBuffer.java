package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.MemoryAccount;
import io.tun2socks.tcpstack.OutboundPacket;

/**
 * The bytes between SND.UNA and the last byte written by the user: sent and not acknowledged, or not yet sent. Holds
 * the user's buffers as they are, in a ring, until they are acknowledged.
 */
final class SendBuffer {
    private final MemoryAccount memory;
    private ByteBuf[] buffers = new ByteBuf[16];
    private long[] starts = new long[16];
    private int head;
    private int count;
    private long startSeq;
    private long endSeq;

    /**
     * Makes an empty buffer.
     *
     * @param startSeq the unwrapped sequence number of the first byte to come
     * @param memory where the bytes count
     */
    SendBuffer(long startSeq, MemoryAccount memory) {
        this.memory = memory;
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
        if (count == buffers.length) {
            grow();
        }
        int index = index(count);
        buffers[index] = data;
        starts[index] = endSeq;
        count++;
        endSeq += data.readableBytes();
        memory.take(data.readableBytes());
    }

    /**
     * Releases what was acknowledged.
     *
     * @param ackSeq the first byte still wanted, at most {@link #endSeq}
     */
    void release(long ackSeq) {
        while (count > 0) {
            ByteBuf buffer = buffers[head];
            if (starts[head] + buffer.readableBytes() > ackSeq) {
                break;
            }
            buffers[head] = null;
            head = index(1);
            count--;
            memory.give(buffer.readableBytes());
            buffer.release();
        }
        startSeq = Math.max(startSeq, ackSeq);
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
            ByteBuf buffer = buffers[index];
            int skip = (int) (from + gathered - starts[index]);
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
            if (starts[index(middle)] <= seq) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private int index(int position) {
        return (head + position) & (buffers.length - 1);
    }

    private void grow() {
        ByteBuf[] newBuffers = new ByteBuf[buffers.length * 2];
        long[] newStarts = new long[newBuffers.length];
        for (int i = 0; i < count; i++) {
            newBuffers[i] = buffers[index(i)];
            newStarts[i] = starts[index(i)];
        }
        buffers = newBuffers;
        starts = newStarts;
        head = 0;
    }
}
