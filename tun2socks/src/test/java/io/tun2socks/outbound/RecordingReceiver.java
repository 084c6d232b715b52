package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps datagrams for a test. */
final class RecordingReceiver implements UdpReceiver {
    private final BlockingQueue<Received> datagrams = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<Throwable>> closed = new LinkedBlockingQueue<>();
    private final AtomicInteger batches = new AtomicInteger();

    /** One datagram, its bytes as ISO 8859-1. */
    record Received(Destination source, String payload) {}

    @Override
    public void onDatagram(IpAddress source, int port, ByteBuf payload) {
        datagrams.add(new Received(Destination.of(source, port), payload.toString(StandardCharsets.ISO_8859_1)));
        payload.release();
    }

    @Override
    public void onReadComplete() {
        batches.incrementAndGet();
    }

    @Override
    public void onUnreachable(Destination destination) {}

    @Override
    public void onClosed(Throwable cause) {
        closed.add(Optional.ofNullable(cause));
    }

    Received take() throws InterruptedException {
        Received received = datagrams.poll(10, TimeUnit.SECONDS);
        if (received == null) {
            throw new AssertionError("no datagram within 10 s");
        }
        return received;
    }

    Optional<Throwable> awaitClosed() throws InterruptedException {
        Optional<Throwable> cause = closed.poll(10, TimeUnit.SECONDS);
        if (cause == null) {
            throw new AssertionError("not closed within 10 s");
        }
        return cause;
    }

    int waiting() {
        return datagrams.size();
    }

    int batches() {
        return batches.get();
    }
}
