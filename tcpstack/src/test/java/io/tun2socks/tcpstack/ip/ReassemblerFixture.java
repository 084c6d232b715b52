package io.tun2socks.tcpstack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;

/** A reassembler, the time it is driven by, and an allocator that tells of leaks. */
final class ReassemblerFixture implements AutoCloseable {
    // Leaks are found by what the allocator still counts, which is exact and much faster than the leak detector.
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final FragmentReassembler reassembler;
    private long nowNanos;

    ReassemblerFixture(FragmentLimits limits) {
        this(limits, 0);
    }

    ReassemblerFixture(FragmentLimits limits, long startNanos) {
        reassembler = new FragmentReassembler(allocator, limits);
        nowNanos = startNanos;
    }

    FragmentReassembler reassembler() {
        return reassembler;
    }

    long now() {
        return nowNanos;
    }

    void advance(long nanos) {
        nowNanos += nanos;
    }

    /** Feeds an IP packet; returns the whole packet with its virtio-net header, or null. */
    byte[] feed(byte[] packet) {
        return feed(TestDatagram.buffer(packet));
    }

    byte[] feed(ByteBuf packet) {
        int readerIndex = packet.readerIndex();
        int writerIndex = packet.writerIndex();
        byte[] before = ByteBufUtil.getBytes(packet);
        try {
            ByteBuf whole = reassembler.accept(packet, nowNanos);
            assertThat(packet.readerIndex()).isEqualTo(readerIndex);
            assertThat(packet.writerIndex()).isEqualTo(writerIndex);
            assertThat(ByteBufUtil.getBytes(packet)).isEqualTo(before);
            assertThat(packet.refCnt()).isEqualTo(1);
            if (whole == null) {
                return null;
            }
            byte[] bytes = ByteBufUtil.getBytes(whole);
            assertThat(whole.release()).isTrue();
            return bytes;
        } finally {
            packet.release();
        }
    }

    long allocatedBytes() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    void assertEmpty() {
        assertThat(reassembler.heldDatagrams()).isZero();
        assertThat(reassembler.heldBytes()).isZero();
        assertThat(reassembler.nextDeadlineNanos()).isEqualTo(FragmentReassembler.NO_DEADLINE);
        assertThat(allocatedBytes()).isZero();
    }

    /** Closes the reassembler and fails if a buffer is left. */
    @Override
    public void close() {
        reassembler.close();
        assertEmpty();
    }
}
