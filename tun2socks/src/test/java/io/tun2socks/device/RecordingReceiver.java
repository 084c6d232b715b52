package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Keeps copies of what a queue delivers. */
class RecordingReceiver implements PacketReceiver {
    final BlockingQueue<byte[]> packets = new LinkedBlockingQueue<>();
    final AtomicInteger batches = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final CompletableFuture<Throwable> failure = new CompletableFuture<>();

    @Override
    public void onPacket(ByteBuf packet) {
        packets.add(ByteBufUtil.getBytes(packet));
    }

    @Override
    public void onBatchComplete() {
        batches.incrementAndGet();
    }

    @Override
    public void onFailure(Throwable cause) {
        failures.incrementAndGet();
        failure.complete(cause);
    }

    /** Waits for a packet that the filter takes and drops those before it. */
    byte[] await(Predicate<byte[]> filter) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            byte[] packet = packets.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (packet == null) {
                throw new AssertionError("no such packet within 10 s");
            }
            if (filter.test(packet)) {
                return packet;
            }
        }
    }

    byte[] awaitUdp(int destinationPort) throws InterruptedException {
        return await(packet -> TestPackets.isUdpTo(packet, destinationPort));
    }
}
