package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.tun2socks.tcpstack.OutboundPacket;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Writes what goes through another device to a file for tcpdump or Wireshark.
 *
 * <p>Super-segments are written as they are, and checksums that an offload would complete are written incomplete. When
 * the file cannot be written, the capture ends with one warning and the packets go on.
 */
public final class PcapDevice extends DeviceDecorator<PcapDevice.PcapQueue> {
    private final PcapWriter writer;

    /**
     * Begins a capture.
     *
     * @param inner the device; closed with this one
     * @param file the file, which is overwritten
     * @throws DeviceException if the file cannot be written; the inner device stays open
     */
    public PcapDevice(Device inner, Path file) throws DeviceException {
        this(inner, PcapWriter.open(file));
    }

    private PcapDevice(Device inner, PcapWriter writer) {
        super(
                inner,
                IntStream.range(0, inner.queues())
                        .mapToObj(i -> new PcapQueue(inner.queue(i), writer))
                        .toList());
        this.writer = writer;
    }

    @Override
    public void close() {
        super.close();
        writer.close();
    }

    static final class PcapQueue implements PacketQueue {
        private final PacketQueue inner;
        private final PcapWriter writer;
        private boolean inBatch;

        PcapQueue(PacketQueue inner, PcapWriter writer) {
            this.inner = inner;
            this.writer = writer;
        }

        @Override
        public void start(IoEventLoop loop, PacketReceiver receiver) {
            inner.start(loop, new PacketReceiver() {
                @Override
                public void onPacket(ByteBuf packet) {
                    inBatch = true;
                    writer.write(packet);
                    receiver.onPacket(packet);
                }

                @Override
                public void onBatchComplete() {
                    receiver.onBatchComplete();
                    inBatch = false;
                    writer.flush();
                }

                @Override
                public void onFailure(Throwable cause) {
                    writer.flush();
                    receiver.onFailure(cause);
                }
            });
        }

        @Override
        public void send(OutboundPacket packet) {
            writer.write(packet);
            if (!inBatch) {
                writer.flush();
            }
            inner.send(packet);
        }

        @Override
        public QueueStatistics statistics() {
            return inner.statistics();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
