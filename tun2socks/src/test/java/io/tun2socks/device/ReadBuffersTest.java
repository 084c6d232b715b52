package io.tun2socks.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class ReadBuffersTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final ReadBuffers buffers = new ReadBuffers(allocator);

    private long used() {
        return allocator.metric().usedDirectMemory();
    }

    @Test
    void givesTheSameBufferAgainWhenNobodyKeptASlice() {
        ByteBuf first = buffers.take();
        first.writeInt(1);
        buffers.giveBack(first);
        ByteBuf second = buffers.take();
        assertThat(second).isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        buffers.giveBack(second);
        buffers.close();
        assertThat(used()).isZero();
    }

    @Test
    void takesAParkedBufferBackWhenItsSlicesAreReleased() {
        ByteBuf first = buffers.take();
        ByteBuf slice = first.retainedSlice(0, 100);
        buffers.giveBack(first);
        ByteBuf second = buffers.take();
        assertThat(second).isNotSameAs(first);
        slice.release();
        assertThat(buffers.take()).isSameAs(first);
        buffers.giveBack(first);
        buffers.giveBack(second);
        buffers.close();
        assertThat(used()).isZero();
    }

    @Test
    void parksABoundedNumberAndGivesTheRestUpToTheirSlices() {
        Deque<ByteBuf> slices = new ArrayDeque<>();
        for (int i = 0; i < ReadBuffers.MAX_PARKED + 10; i++) {
            ByteBuf buffer = buffers.take();
            slices.add(buffer.retainedSlice(0, 1));
            buffers.giveBack(buffer);
        }
        assertThat(buffers.parked()).isEqualTo(ReadBuffers.MAX_PARKED);
        slices.forEach(ByteBuf::release);
        assertThat(used()).isEqualTo((long) ReadBuffers.MAX_PARKED * ReadBuffers.CAPACITY);
        for (int i = 0; i < ReadBuffers.MAX_PARKED; i++) {
            buffers.trim();
        }
        assertThat(buffers.parked()).isLessThan(5);
        buffers.close();
        assertThat(used()).isZero();
    }

    @Test
    void leavesBuffersWithSlicesInUseToTheSlicesWhenClosed() {
        ByteBuf buffer = buffers.take();
        ByteBuf slice = buffer.retainedSlice(0, 4);
        ByteBuf inHand = buffers.take();
        buffers.giveBack(buffer);
        buffers.close();
        assertThat(slice.refCnt()).isPositive();
        slice.release();
        buffers.giveBack(inHand);
        assertThat(used()).isZero();
    }
}
