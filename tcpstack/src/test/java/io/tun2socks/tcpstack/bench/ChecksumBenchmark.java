package io.tun2socks.tcpstack.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a checksum costs: of an IPv4 header, of a small and a full segment, and of a super-segment. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChecksumBenchmark {
    private static final int OFFSET = 30;

    /** Bytes summed. */
    @Param({"20", "100", "1460", "65000"})
    public int length;

    private ByteBuf buffer;
    private ByteBuf slice;

    /** Fills a pooled direct buffer, as the device is read into. */
    @Setup
    public void fill() {
        byte[] bytes = new byte[OFFSET + length];
        new Random(1).nextBytes(bytes);
        buffer = PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
        slice = buffer.slice(1, bytes.length - 1);
    }

    /** Lets the buffer go. */
    @TearDown
    public void release() {
        buffer.release();
    }

    /** Sums at an even and aligned offset. */
    @Benchmark
    public int whole() {
        return InternetChecksum.finish(InternetChecksum.sum(buffer, OFFSET, length));
    }

    /** Sums a slice at an odd position. */
    @Benchmark
    public int oddSlice() {
        return InternetChecksum.finish(InternetChecksum.sumAt(slice, OFFSET - 1, length, 1));
    }
}
