package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.tun2socks.tcpstack.OutboundPacket;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes packets to a descriptor, each by one system call and without copying its slices. One thread. */
final class PacketWriter implements AutoCloseable {
    private final FileDescriptor descriptor;
    private final int skip;
    private final IovArray vectors = new IovArray(OutboundPacket.MAX_SLICES + 1);
    /** For buffers that the kernel cannot read from where they are; made when first needed. */
    private ByteBuf scratch;

    /**
     * Makes a writer.
     *
     * @param descriptor where to; stays the caller's
     * @param skip how many bytes at the begin of each packet are not written
     */
    PacketWriter(FileDescriptor descriptor, int skip) {
        this.descriptor = descriptor;
        this.skip = skip;
    }

    /** Writes a packet; returns the bytes written, 0 if the device takes none now. */
    long write(OutboundPacket packet) throws IOException {
        ByteBuf header = packet.header();
        if (packet.slices() == 0 && header.isDirect() && header.nioBufferCount() == 1) {
            return write(header, header.readerIndex() + skip, header.readableBytes() - skip);
        }
        if (gather(packet)) {
            return descriptor.writevAddresses(vectors.memoryAddress(0), vectors.count());
        }
        if (scratch == null) {
            scratch = Unpooled.directBuffer(ReadBuffers.CAPACITY, ReadBuffers.CAPACITY);
        }
        scratch.clear();
        if (packet.length() > scratch.maxWritableBytes()) {
            throw new IOException("packet of " + packet.length() + " bytes");
        }
        packet.copyTo(scratch);
        return write(scratch, skip, scratch.readableBytes() - skip);
    }

    private int write(ByteBuf buffer, int offset, int length) throws IOException {
        if (buffer.hasMemoryAddress()) {
            return descriptor.writeAddress(buffer.memoryAddress(), offset, offset + length);
        }
        ByteBuffer source = buffer.internalNioBuffer(offset, length);
        return descriptor.write(source, source.position(), source.limit());
    }

    private boolean gather(OutboundPacket packet) {
        vectors.clear();
        ByteBuf header = packet.header();
        if (!header.isDirect() || !vectors.add(header, header.readerIndex() + skip, header.readableBytes() - skip)) {
            return false;
        }
        for (int i = 0; i < packet.slices(); i++) {
            ByteBuf slice = packet.sliceBuffer(i);
            if (!slice.isDirect() || !vectors.add(slice, packet.sliceOffset(i), packet.sliceLength(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        vectors.release();
        if (scratch != null) {
            scratch.release();
            scratch = null;
        }
    }
}
