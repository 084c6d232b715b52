package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.tun2socks.tcpstack.OutboundPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One descriptor of a TUN device, read and written by one event loop.
 *
 * <p>Level-triggered: what a batch leaves behind makes the loop come again, after others have had their turn.
 */
final class TunQueue implements PacketQueue, EpollIoHandle {
    /** The length of struct virtio_net_hdr. */
    static final int VNET_HEADER = 10;

    private static final int PACKET_BUDGET = 64;
    private static final int BYTE_BUDGET = 1 << 20;
    private static final int CLOSE_TIMEOUT_SECONDS = 5;

    private static final Logger log = LoggerFactory.getLogger(TunQueue.class);

    private final String device;
    private final FileDescriptor descriptor;
    /** How many of the first 10 bytes of a packet the device does not have. */
    private final int missingHeader;

    private final ReadBuffers buffers;
    private final PacketWriter writer;

    private final OwnedCounter packetsRead = new OwnedCounter();
    private final OwnedCounter bytesRead = new OwnedCounter();
    private final OwnedCounter readsDropped = new OwnedCounter();
    private final OwnedCounter packetsWritten = new OwnedCounter();
    private final OwnedCounter bytesWritten = new OwnedCounter();
    private final OwnedCounter writesDropped = new OwnedCounter();
    private final OwnedCounter writesRejected = new OwnedCounter();

    private volatile IoEventLoop loop;
    private volatile boolean closed;
    private PacketReceiver receiver;
    private IoRegistration registration;
    private boolean failing;
    private boolean failed;
    private long receiverErrors;

    /**
     * Makes a queue of an open descriptor, which belongs to the queue from now on.
     *
     * @param device the device's name, for messages
     * @param fd a descriptor that never blocks
     * @param vnetHeader whether packets of the device have a virtio-net header of 10 bytes
     * @param allocator for the buffers that packets are read into
     */
    TunQueue(String device, int fd, boolean vnetHeader, ByteBufAllocator allocator) {
        this.device = device;
        this.descriptor = new FileDescriptor(fd);
        this.missingHeader = vnetHeader ? 0 : VNET_HEADER;
        this.buffers = new ReadBuffers(allocator);
        this.writer = new PacketWriter(descriptor, missingHeader);
    }

    @Override
    public void start(IoEventLoop loop, PacketReceiver receiver) {
        if (this.loop != null) {
            throw new IllegalStateException("queue of " + device + " started twice");
        }
        this.receiver = receiver;
        this.loop = loop;
        loop.register(this).addListener((Future<IoRegistration> future) -> {
            if (!future.isSuccess()) {
                fail(future.cause());
                return;
            }
            registration = future.getNow();
            if (closed) {
                registration.cancel();
                return;
            }
            try {
                registration.submit(EpollIoOps.EPOLLIN);
            } catch (RuntimeException e) {
                fail(e.getCause() == null ? e : e.getCause());
            }
        });
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        if (closed || failed) {
            return;
        }
        int packets = 0;
        int bytes = 0;
        IOException error = null;
        while (packets < PACKET_BUDGET && bytes < BYTE_BUDGET && !closed) {
            ByteBuf packet = buffers.take();
            int length = 0;
            try {
                length = read(packet);
            } catch (IOException e) {
                error = e;
            }
            if (length <= 0) {
                buffers.giveBack(packet);
                break;
            }
            packets++;
            bytes += length;
            deliver(packet, length);
        }
        if (packets > 0) {
            finishBatch();
        } else if (error == null && ((EpollIoEvent) event).ops().contains(EpollIoOps.EPOLLERR)) {
            // The kernel says so while it takes the device away, shortly before reads fail.
            error = new IOException("the device is being removed");
        }
        if (error != null) {
            fail(new IOException(device + ": cannot read: " + error.getMessage(), error));
        }
    }

    private int read(ByteBuf packet) throws IOException {
        if (packet.hasMemoryAddress()) {
            return descriptor.readAddress(packet.memoryAddress(), missingHeader, ReadBuffers.CAPACITY);
        }
        ByteBuffer target = packet.internalNioBuffer(0, ReadBuffers.CAPACITY);
        return descriptor.read(target, target.position() + missingHeader, target.limit());
    }

    private void deliver(ByteBuf packet, int length) {
        try {
            if (missingHeader != 0) {
                packet.setLong(0, 0).setShort(Long.BYTES, 0);
            }
            packet.setIndex(0, missingHeader + length);
            int ipLength = missingHeader + length - VNET_HEADER;
            if (ipLength <= 0) {
                readsDropped.add(1);
                return;
            }
            packetsRead.add(1);
            bytesRead.add(ipLength);
            receiver.onPacket(packet);
        } catch (RuntimeException e) {
            receiverFailed(e);
        } finally {
            buffers.giveBack(packet);
        }
    }

    private void finishBatch() {
        try {
            receiver.onBatchComplete();
        } catch (RuntimeException e) {
            receiverFailed(e);
        }
        if (!closed) {
            buffers.trim();
        }
    }

    /** A bug of the receiver must not stop the loop, nor fill the log: the 1st, 2nd, 4th, 8th … is told. */
    private void receiverFailed(RuntimeException e) {
        receiverErrors++;
        if (Long.bitCount(receiverErrors) == 1) {
            log.error("{}: failure {} while handling a packet", device, receiverErrors, e);
        }
    }

    private void fail(Throwable cause) {
        if (closed || failed) {
            return;
        }
        failed = true;
        cancelRegistration();
        receiver.onFailure(cause);
    }

    @Override
    public void send(OutboundPacket packet) {
        if (closed || failed) {
            writesDropped.add(1);
            return;
        }
        try {
            if (writer.write(packet) > 0) {
                packetsWritten.add(1);
                bytesWritten.add(packet.length() - VNET_HEADER);
            } else {
                writesDropped.add(1);
            }
        } catch (IOException e) {
            writeFailed(e);
        }
    }

    private void writeFailed(IOException e) {
        switch (WriteError.of(e)) {
            case REJECTED -> {
                writesRejected.add(1);
                log.debug("{}: the kernel rejects a packet: {}", device, e.getMessage());
            }
            case LOST -> {
                writesDropped.add(1);
                log.debug("{}: packet lost: {}", device, e.getMessage());
            }
            case GONE -> {
                writesDropped.add(1);
                IoEventLoop current = loop;
                if (!failing && current != null) {
                    failing = true;
                    // Not from within send: the caller is in the middle of its own work.
                    current.execute(() -> fail(new IOException(device + ": cannot write: " + e.getMessage(), e)));
                }
            }
        }
    }

    @Override
    public QueueStatistics statistics() {
        return new QueueStatistics(
                packetsRead.get(),
                bytesRead.get(),
                readsDropped.get(),
                packetsWritten.get(),
                bytesWritten.get(),
                writesDropped.get(),
                writesRejected.get());
    }

    /** Also called by the loop itself when it shuts down. */
    @Override
    public void close() {
        IoEventLoop current = loop;
        if (current == null || current.inEventLoop()) {
            closeNow();
            return;
        }
        try {
            current.submit(this::closeNow).awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("{}: the loop of the queue has ended already", device);
        }
        if (!closed) {
            if (current.isTerminated()) {
                closeNow();
            } else {
                log.warn("{}: the queue's event loop is stuck; its descriptor stays open", device);
            }
        }
    }

    private void cancelRegistration() {
        if (registration == null) {
            return;
        }
        try {
            registration.cancel();
        } catch (RejectedExecutionException e) {
            log.debug("{}: the loop ended before it had let the queue go", device);
        }
    }

    private void closeNow() {
        if (closed) {
            return;
        }
        closed = true;
        cancelRegistration();
        buffers.close();
        writer.close();
        try {
            descriptor.close();
        } catch (IOException e) {
            log.debug("{}: close: {}", device, e.getMessage());
        }
    }
}
