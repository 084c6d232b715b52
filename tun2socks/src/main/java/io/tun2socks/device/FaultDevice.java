package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.tun2socks.tcpstack.OutboundPacket;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Loses, doubles and reorders the packets of another device, both ways.
 *
 * <p>What happens to the n-th packet of a queue and direction depends on nothing but the seed.
 */
public final class FaultDevice extends DeviceDecorator<FaultDevice.FaultQueue> {
    /**
     * The faults of each direction.
     *
     * @param loss the probability that a packet is lost, 0 to 1
     * @param duplicate the probability that a packet comes twice, 0 to 1
     * @param reorder the probability that a packet comes after the next one, or after 10 ms, 0 to 1
     */
    public record Faults(double loss, double duplicate, double reorder) {
        /** Checks the ranges. */
        public Faults {
            for (double probability : new double[] {loss, duplicate, reorder}) {
                if (!(probability >= 0 && probability <= 1)) {
                    throw new IllegalArgumentException("probability " + probability + ": expected 0 to 1");
                }
            }
        }
    }

    /**
     * Begins to do harm.
     *
     * @param inner the device; closed with this one
     * @param faults what harm
     * @param seed makes the harm repeatable
     */
    public FaultDevice(Device inner, Faults faults, long seed) {
        this(inner, faults, new SplittableRandom(seed));
    }

    private FaultDevice(Device inner, Faults faults, SplittableRandom random) {
        super(
                inner,
                IntStream.range(0, inner.queues())
                        .mapToObj(i -> new FaultQueue(inner.queue(i), faults, random))
                        .toList());
    }

    static final class FaultQueue implements PacketQueue {
        private final PacketQueue inner;
        private final FaultLine inbound;
        private final FaultLine outbound;
        private volatile IoEventLoop loop;
        private PacketReceiver receiver;

        FaultQueue(PacketQueue inner, Faults faults, SplittableRandom random) {
            this.inner = inner;
            this.inbound = new FaultLine(faults, random.split(), this::deliver);
            this.outbound = new FaultLine(faults, random.split(), this::transmit);
        }

        @Override
        public void start(IoEventLoop loop, PacketReceiver receiver) {
            this.receiver = receiver;
            this.loop = loop;
            inner.start(loop, new PacketReceiver() {
                @Override
                public void onPacket(ByteBuf packet) {
                    inbound.pass(() -> receiver.onPacket(packet), packet::copy, loop, receiver::onBatchComplete);
                }

                @Override
                public void onBatchComplete() {
                    receiver.onBatchComplete();
                }

                @Override
                public void onFailure(Throwable cause) {
                    receiver.onFailure(cause);
                }
            });
        }

        private void deliver(ByteBuf packet) {
            receiver.onPacket(packet);
        }

        private void transmit(ByteBuf packet) {
            inner.send(new OutboundPacket(packet));
        }

        @Override
        public void send(OutboundPacket packet) {
            outbound.pass(() -> inner.send(packet), () -> copy(packet), loop, () -> {});
        }

        private static ByteBuf copy(OutboundPacket packet) {
            ByteBuf copy = packet.header().alloc().directBuffer(packet.length());
            packet.copyTo(copy);
            return copy;
        }

        @Override
        public QueueStatistics statistics() {
            return inner.statistics();
        }

        @Override
        public void close() {
            IoEventLoop current = loop;
            if (current == null || current.inEventLoop() || current.isShuttingDown()) {
                closeLines();
            } else {
                current.submit(this::closeLines).awaitUninterruptibly();
            }
            inner.close();
        }

        private void closeLines() {
            inbound.close();
            outbound.close();
        }
    }
}
