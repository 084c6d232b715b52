package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.OutboundPacket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A device without a kernel: a test injects packets and takes those that were sent. */
public final class MemoryDevice implements Device {
    private final int mtu;
    private final Offloads offloads;
    private final List<MemoryQueue> queues;

    /**
     * Makes a device.
     *
     * @param mtu its MTU in bytes
     * @param offloads what it claims to do
     * @param queues the number of queues, at least 1
     */
    public MemoryDevice(int mtu, Offloads offloads, int queues) {
        this.mtu = mtu;
        this.offloads = offloads;
        this.queues =
                IntStream.range(0, queues).mapToObj(i -> new MemoryQueue()).toList();
    }

    /**
     * Delivers packets as one batch, on the queue's loop; on any thread.
     *
     * @param queue the queue, which must have been started
     * @param packets packets behind virtio-net headers of 10 bytes; the device's from now on
     */
    public void inject(int queue, ByteBuf... packets) {
        queues.get(queue).inject(packets);
    }

    /**
     * Takes the next packet that was sent through a queue; on any thread.
     *
     * @param queue the queue
     * @param millis how long to wait for one
     * @return the packet behind its virtio-net header, a copy that is the caller's; null if none came
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public ByteBuf take(int queue, long millis) throws InterruptedException {
        return queues.get(queue).sent.poll(millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Makes a queue fail as if the device had been deleted; on any thread.
     *
     * @param queue the queue, which must have been started
     * @param cause what the receiver is told
     */
    public void fail(int queue, Throwable cause) {
        MemoryQueue failing = queues.get(queue);
        failing.loop.execute(() -> failing.receiver.onFailure(cause));
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public Offloads offloads() {
        return offloads;
    }

    @Override
    public int queues() {
        return queues.size();
    }

    @Override
    public PacketQueue queue(int index) {
        return queues.get(index);
    }

    @Override
    public void close() {
        queues.forEach(MemoryQueue::close);
    }

    private static final class MemoryQueue implements PacketQueue {
        private final BlockingQueue<ByteBuf> sent = new LinkedBlockingQueue<>();
        private volatile IoEventLoop loop;
        private volatile PacketReceiver receiver;
        private volatile boolean closed;

        @Override
        public void start(IoEventLoop loop, PacketReceiver receiver) {
            this.receiver = receiver;
            this.loop = loop;
        }

        private void inject(ByteBuf[] packets) {
            loop.execute(() -> {
                for (ByteBuf packet : packets) {
                    try {
                        if (!closed) {
                            receiver.onPacket(packet);
                        }
                    } finally {
                        packet.release();
                    }
                }
                if (!closed) {
                    receiver.onBatchComplete();
                }
            });
        }

        @Override
        public void send(OutboundPacket packet) {
            if (!closed) {
                ByteBuf copy = Unpooled.buffer(packet.length());
                packet.copyTo(copy);
                sent.add(copy);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
