package io.tun2socks.tcpstack;

import io.netty.buffer.ByteBuf;

/**
 * One packet on its way out: a header buffer, then payload slices that stay where they are (scatter-gather).
 *
 * <p>One mutable instance serves all packets of a stack; it is valid only during {@link PacketSink#send}. Not
 * thread-safe.
 */
public final class OutboundPacket {
    /** The most payload slices of one packet; a longer gather ends the segment early. */
    public static final int MAX_SLICES = 32;

    private final ByteBuf header;
    private final ByteBuf[] buffers = new ByteBuf[MAX_SLICES];
    private final int[] offsets = new int[MAX_SLICES];
    private final int[] lengths = new int[MAX_SLICES];
    private int slices;
    private int payloadLength;

    /**
     * Makes a packet around a header buffer.
     *
     * @param header a direct buffer, reused for every packet; owned by the caller
     */
    public OutboundPacket(ByteBuf header) {
        this.header = header;
    }

    /** Forgets header and slices. */
    public void clear() {
        header.clear();
        clearSlices();
    }

    /** Forgets the slices and keeps the header. */
    public void clearSlices() {
        for (int i = 0; i < slices; i++) {
            buffers[i] = null;
        }
        slices = 0;
        payloadLength = 0;
    }

    /**
     * Adds a slice of payload; the buffer is borrowed, not retained.
     *
     * @param buffer where the bytes lie
     * @param offset the absolute index of the first byte
     * @param length the number of bytes, at least 1
     * @return false if the packet has no room for another slice; nothing was added then
     */
    public boolean addSlice(ByteBuf buffer, int offset, int length) {
        if (slices == MAX_SLICES) {
            return false;
        }
        buffers[slices] = buffer;
        offsets[slices] = offset;
        lengths[slices] = length;
        slices++;
        payloadLength += length;
        return true;
    }

    /** Returns the header: its readable bytes are the virtio-net header and all protocol headers. */
    public ByteBuf header() {
        return header;
    }

    /** Returns the number of payload slices, 0 to {@link #MAX_SLICES}. */
    public int slices() {
        return slices;
    }

    /** Returns the buffer of a slice. */
    public ByteBuf sliceBuffer(int index) {
        return buffers[index];
    }

    /** Returns the absolute index in {@link #sliceBuffer} at which a slice begins. */
    public int sliceOffset(int index) {
        return offsets[index];
    }

    /** Returns the length of a slice in bytes. */
    public int sliceLength(int index) {
        return lengths[index];
    }

    /** Returns the bytes in all slices. */
    public int payloadLength() {
        return payloadLength;
    }

    /** Returns the bytes of header and payload, the virtio-net header included. */
    public int length() {
        return header.readableBytes() + payloadLength;
    }

    /**
     * Appends the whole packet to a buffer.
     *
     * @param out where the bytes are copied to
     */
    public void copyTo(ByteBuf out) {
        out.writeBytes(header, header.readerIndex(), header.readableBytes());
        for (int i = 0; i < slices; i++) {
            out.writeBytes(buffers[i], offsets[i], lengths[i]);
        }
    }
}
