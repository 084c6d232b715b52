package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Receive buffers of datagram sockets: all sockets of an event loop read into the same one.
 *
 * <p>A datagram may have 65,507 bytes and its size is not known before it is read, so the buffer holds {@value #BATCH}
 * slots of that size for one {@code recvmmsg}. What is read is a set of slices of it; when the last of them has been
 * released, which is by the end of the read for a receiver that forwards at once, the next read takes the buffer again.
 * Else it is left to the holders, and a new one is made. An idle session holds no buffer at all.
 */
final class DatagramBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    /** The room for one datagram in bytes; no UDP payload is longer. */
    static final int DATAGRAM_SIZE = 1 << 16;

    private static final int BATCH = 16;

    /** Datagrams that one socket may deliver before the loop turns to others. */
    private static final int MAX_PER_TURN = 4 * BATCH;

    private static final FastThreadLocal<ByteBuf> SHARED = new FastThreadLocal<>() {
        @Override
        protected void onRemoval(ByteBuf buffer) {
            if (buffer != null) {
                buffer.release();
            }
        }
    };

    DatagramBuffers() {
        super(MAX_PER_TURN);
    }

    @Override
    public ExtendedHandle newHandle() {
        return new SharedBufferHandle();
    }

    private final class SharedBufferHandle extends MaxMessageHandle {
        @Override
        public int guess() {
            return BATCH * DATAGRAM_SIZE;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf shared = SHARED.getIfExists();
            if (shared == null || shared.refCnt() != 1) {
                if (shared != null) {
                    shared.release();
                }
                shared = allocator.directBuffer(guess(), guess());
                SHARED.set(shared);
            }
            return shared.retainedDuplicate().clear();
        }

        /** Asks again only after a full batch: the usual single datagram costs one system call, not two. */
        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
            return lastBytesRead() == attemptedBytesRead() && super.continueReading(maybeMoreDataSupplier);
        }
    }
}
