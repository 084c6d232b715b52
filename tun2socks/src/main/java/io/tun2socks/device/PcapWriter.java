package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.OutboundPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a classic pcap file of IP packets through one bounded buffer. Any thread. */
final class PcapWriter implements AutoCloseable {
    private static final int MAGIC = 0xa1b2c3d4;
    private static final int SNAPLEN = 262144;
    /** Packets begin with the IP header. */
    private static final int LINKTYPE_RAW = 101;

    private static final int RECORD_HEADER = 16;
    /** Holds at least one packet of any length that a device has. */
    private static final int BUFFER = 256 * 1024;

    private static final Logger log = LoggerFactory.getLogger(PcapWriter.class);

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.nativeOrder());
    private boolean ended;

    private PcapWriter(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        buffer.putInt(MAGIC).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        buffer.putInt(SNAPLEN).putInt(LINKTYPE_RAW);
    }

    static PcapWriter open(Path file) throws DeviceException {
        try {
            PcapWriter writer = new PcapWriter(
                    file,
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING));
            writer.flush();
            return writer;
        } catch (IOException e) {
            throw new DeviceException("cannot write the capture file " + file + ": " + e);
        }
    }

    /** Records a packet from the device. */
    synchronized void write(ByteBuf packet) {
        int length = packet.readableBytes() - TunQueue.VNET_HEADER;
        if (begin(length)) {
            put(packet, packet.readerIndex() + TunQueue.VNET_HEADER, length);
        }
    }

    /** Records a packet to the device. */
    synchronized void write(OutboundPacket packet) {
        if (begin(packet.length() - TunQueue.VNET_HEADER)) {
            ByteBuf header = packet.header();
            put(header, header.readerIndex() + TunQueue.VNET_HEADER, header.readableBytes() - TunQueue.VNET_HEADER);
            for (int i = 0; i < packet.slices(); i++) {
                put(packet.sliceBuffer(i), packet.sliceOffset(i), packet.sliceLength(i));
            }
        }
    }

    private boolean begin(int length) {
        if (ended || length <= 0 || length > BUFFER - RECORD_HEADER) {
            return false;
        }
        if (buffer.remaining() < RECORD_HEADER + length) {
            flush();
        }
        Instant now = Instant.now();
        buffer.putInt((int) now.getEpochSecond()).putInt(now.getNano() / 1000);
        buffer.putInt(length).putInt(length);
        return !ended;
    }

    private void put(ByteBuf source, int offset, int length) {
        int limit = buffer.limit();
        buffer.limit(buffer.position() + length);
        source.getBytes(offset, buffer);
        buffer.limit(limit);
    }

    /** Hands the buffered records to the file. */
    synchronized void flush() {
        buffer.flip();
        try {
            while (!ended && buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            ended = true;
            log.warn("capture ends: cannot write {}: {}", file, e.getMessage());
        }
        buffer.clear();
    }

    @Override
    public synchronized void close() {
        flush();
        ended = true;
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("cannot close the capture file {}: {}", file, e.getMessage());
        }
    }
}
