package io.tun2socks.tcpstack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Reassembly against a byte array with a mark for each byte. */
class ReassemblyQueueTest {
    private static final int LENGTH = 400;
    private static final long BASE = 1L << 32;

    /** Its count of bytes shows leaks; recording each access would take most of the time. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @Property(tries = 500)
    void randomOverlappingPiecesMakeTheReference(@ForAll long seed) {
        Random random = new Random(seed);
        ReassemblyQueue queue = new ReassemblyQueue();
        // What came first wins: each piece has bytes of its own.
        int[] reference = new int[LENGTH];
        Arrays.fill(reference, -1);
        int pieces = random.nextInt(1, 120);
        for (int i = 0; i < pieces; i++) {
            int start = random.nextInt(LENGTH);
            int end = Math.min(start + 1 + random.nextInt(1 << random.nextInt(1, 8)), LENGTH);
            queue.insert(BASE + start, filled(end - start, i));
            for (int at = start; at < end; at++) {
                reference[at] = reference[at] < 0 ? i : reference[at];
            }
            checkBlocks(queue, reference, start);
        }
        int[] result = new int[LENGTH];
        Arrays.fill(result, -1);
        long last = BASE;
        while (!queue.isEmpty()) {
            long start = queue.firstStart();
            assertThat(start).as("in order, without overlap").isGreaterThanOrEqualTo(last);
            ByteBuf piece = queue.removeFirst();
            last = start + piece.readableBytes();
            for (int at = (int) (start - BASE); piece.isReadable(); at++) {
                result[at] = piece.readByte();
            }
            piece.release();
        }
        assertThat(result).isEqualTo(reference);
        queue.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void checkBlocks(ReassemblyQueue queue, int[] reference, int latest) {
        List<List<Long>> ranges = new ArrayList<>();
        for (int at = 0; at < LENGTH; at++) {
            if (reference[at] >= 0 && (at == 0 || reference[at - 1] < 0)) {
                int end = at;
                while (end < LENGTH && reference[end] >= 0) {
                    end++;
                }
                ranges.add(List.of(BASE + at, BASE + end));
            }
        }
        long[] blocks = new long[8];
        int found = queue.sackBlocks(BASE - 1, blocks, 4);
        assertThat(found).isEqualTo(Math.min(4, ranges.size()));
        List<List<Long>> reported = new ArrayList<>();
        for (int i = 0; i < found; i++) {
            reported.add(List.of(blocks[2 * i], blocks[2 * i + 1]));
        }
        assertThat(ranges).containsAll(reported);
        assertThat(reported).doesNotHaveDuplicates();
        assertThat(BASE + latest)
                .as("the latest first")
                .isGreaterThanOrEqualTo(reported.get(0).get(0))
                .isLessThan(reported.get(0).get(1));
    }

    private ByteBuf filled(int length, int value) {
        ByteBuf b = allocator.directBuffer(length);
        for (int i = 0; i < length; i++) {
            b.writeByte(value);
        }
        return b;
    }

    @Test
    void piecesOverTheLimitAreDroppedAndNotReported() {
        ReassemblyQueue queue = new ReassemblyQueue();
        for (int i = 0; i <= ReassemblyQueue.MAX_PIECES; i++) {
            queue.insert(BASE + 2L * i, filled(1, 0));
        }
        long[] blocks = new long[8];
        assertThat(queue.sackBlocks(BASE, blocks, 4)).isEqualTo(4);
        assertThat(blocks[1]).isEqualTo(BASE + 2L * ReassemblyQueue.MAX_PIECES - 1);
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(ReassemblyQueue.MAX_PIECES);
        queue.close();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void rangesBelowRcvNxtAreNotReported() {
        ReassemblyQueue queue = new ReassemblyQueue();
        queue.insert(BASE + 10, Unpooled.wrappedBuffer(new byte[10]));
        queue.insert(BASE + 30, Unpooled.wrappedBuffer(new byte[10]));
        queue.removeFirst().release();
        long[] blocks = new long[8];
        assertThat(queue.sackBlocks(BASE + 20, blocks, 4)).isOne();
        assertThat(blocks).startsWith(BASE + 30, BASE + 40);
        queue.close();
    }
}
