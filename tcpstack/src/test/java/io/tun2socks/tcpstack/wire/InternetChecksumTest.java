package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class InternetChecksumTest {
    /** RFC 1071 word by word, with the end-around carry at each step. */
    private static int naive(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << ((i & 1) == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    /** The same bytes in every kind of buffer, the readable part beginning at an offset. */
    private static List<ByteBuf> buffers(byte[] bytes, int offset) {
        ByteBuf heap = Unpooled.wrappedBuffer(new byte[offset], bytes).copy();
        ByteBuf direct = Unpooled.directBuffer(offset + bytes.length, offset + bytes.length)
                .writeZero(offset)
                .writeBytes(bytes);
        ByteBuf slice = Unpooled.directBuffer(offset + bytes.length + 3)
                .writeZero(3 + offset)
                .writeBytes(bytes)
                .slice(3, offset + bytes.length);
        ByteBuf composite = Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(new byte[offset]),
                Unpooled.wrappedBuffer(bytes, 0, bytes.length / 2),
                Unpooled.wrappedBuffer(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
        ByteBuf pooled = ByteBufAllocator.DEFAULT
                .directBuffer(offset + bytes.length)
                .writeZero(offset)
                .writeBytes(bytes);
        ByteBuf readOnly = pooled.retainedDuplicate().asReadOnly();
        return List.of(heap, direct, slice, composite, pooled, readOnly);
    }

    @Property
    void sumsAnyRegionAsTheNaiveOneDoes(@ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 9) int offset) {
        for (ByteBuf buffer : buffers(bytes, offset)) {
            assertThat(InternetChecksum.fold(InternetChecksum.sum(buffer, offset, bytes.length)))
                    .isEqualTo(naive(bytes));
            buffer.release();
        }
    }

    @Test
    void sumsEveryLengthAroundTheLoopSizes() {
        byte[] bytes = new byte[600];
        Arrays.fill(bytes, (byte) 0xff);
        for (int i = 0; i < bytes.length; i += 3) {
            bytes[i] = (byte) (i * 7);
        }
        for (int length = 0; length <= bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            for (ByteBuf buffer : buffers(part, length % 8)) {
                assertThat(InternetChecksum.fold(InternetChecksum.sum(buffer, length % 8, length)))
                        .as("length %d", length)
                        .isEqualTo(naive(part));
                buffer.release();
            }
        }
    }

    @Test
    void neverReadsBehindTheRegion() {
        // The buffer ends with the region, so that a wide load over its end would throw.
        for (int length = 0; length < 100; length++) {
            ByteBuf buffer = Unpooled.wrappedBuffer(new byte[length]);
            assertThat(InternetChecksum.sum(buffer, 0, length)).isZero();
        }
    }

    @Test
    void leavesTheBufferAsItWas() {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(200).writeZero(200);
        InternetChecksum.sum(buffer, 10, 150);
        assertThat(buffer.readerIndex()).isZero();
        assertThat(buffer.writerIndex()).isEqualTo(200);
        assertThat(buffer.internalNioBuffer(0, 8).order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        buffer.release();
    }

    @Property
    void sumsOfPartsAddUp(
            @ForAll @Size(min = 1, max = 300) byte[] bytes,
            @ForAll @IntRange(max = 300) int first,
            @ForAll @IntRange(max = 300) int second) {
        int a = Math.min(Math.min(first, second), bytes.length);
        int b = Math.min(Math.max(first, second), bytes.length);
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        long sum = InternetChecksum.sumAt(buffer, 0, a, 0)
                + InternetChecksum.sumAt(buffer, a, b - a, a)
                + InternetChecksum.sumAt(buffer, b, bytes.length - b, b);
        assertThat(InternetChecksum.fold(sum)).isEqualTo(naive(bytes));
    }

    @Test
    void aLongRegionOfOnesDoesNotOverflow() {
        ByteBuf buffer = Unpooled.wrappedBuffer(new byte[1 << 24]);
        for (int i = 0; i < buffer.capacity(); i += 8) {
            buffer.setLong(i, -1);
        }
        assertThat(InternetChecksum.fold(InternetChecksum.sum(buffer, 0, buffer.capacity())))
                .isEqualTo(0xffff);
    }

    @Property
    void foldingIsArithmeticModulo65535(@ForAll long sum) {
        int folded = InternetChecksum.fold(sum);
        assertThat(folded).isBetween(0, 0xffff);
        assertThat(folded % 0xffff).isEqualTo((int) Long.remainderUnsigned(sum, 0xffff));
        // Zero has two forms; only a sum of nothing folds to the positive one.
        assertThat(folded == 0).isEqualTo(sum == 0);
    }

    @Property
    void aFinishedChecksumMakesTheWholeValid(@ForAll @Size(min = 2, max = 100) byte[] bytes) {
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        buffer.setShort(0, 0);
        int checksum = InternetChecksum.finish(InternetChecksum.sum(buffer, 0, bytes.length));
        buffer.setShort(0, checksum);
        assertThat(InternetChecksum.fold(InternetChecksum.sum(buffer, 0, bytes.length)))
                .isEqualTo(0xffff);
    }

    @Property
    void udpNeverHasAZeroChecksum(@ForAll long sum) {
        assertThat(InternetChecksum.finishUdp(sum)).isBetween(1, 0xffff);
        assertThat(InternetChecksum.finishUdp(sum) % 0xffff).isEqualTo(InternetChecksum.finish(sum) % 0xffff);
    }

    @Test
    void zeroBecomesAllOnesInUdpOnly() {
        assertThat(InternetChecksum.finish(0xffff)).isZero();
        assertThat(InternetChecksum.finishUdp(0xffff)).isEqualTo(0xffff);
    }

    @Property
    void theIpv4PseudoHeaderIsSummedAsItsBytes(
            @ForAll int source,
            @ForAll int destination,
            @ForAll @IntRange(min = 1, max = 255) int protocol,
            @ForAll @IntRange(max = 65515) int length) {
        ByteBuf bytes = Unpooled.buffer(12);
        bytes.writeInt(source)
                .writeInt(destination)
                .writeByte(0)
                .writeByte(protocol)
                .writeShort(length);
        long mapped = 0xffff_0000_0000L;
        long sum = InternetChecksum.pseudoHeader(
                0,
                mapped | Integer.toUnsignedLong(source),
                0,
                mapped | Integer.toUnsignedLong(destination),
                protocol,
                length);
        assertThat(InternetChecksum.fold(sum)).isEqualTo(naive(Arrays.copyOf(bytes.array(), 12)));
    }

    @Property
    void theIpv6PseudoHeaderIsSummedAsItsBytes(
            @ForAll long srcHi,
            @ForAll long srcLo,
            @ForAll long dstHi,
            @ForAll long dstLo,
            @ForAll @IntRange(min = 1, max = 255) int protocol,
            @ForAll @IntRange(max = 1 << 20) int length) {
        ByteBuf bytes = Unpooled.buffer(40);
        bytes.writeLong(srcHi)
                .writeLong(srcLo)
                .writeLong(dstHi)
                .writeLong(dstLo)
                .writeInt(length)
                .writeInt(protocol);
        long sum = InternetChecksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, protocol, length);
        assertThat(InternetChecksum.fold(sum)).isEqualTo(naive(Arrays.copyOf(bytes.array(), 40)));
    }
}
