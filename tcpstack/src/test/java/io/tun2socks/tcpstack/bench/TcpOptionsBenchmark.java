package io.tun2socks.tcpstack.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tun2socks.tcpstack.wire.TcpOptions;
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

/** What it costs to parse the options of one segment. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TcpOptionsBenchmark {
    /** The options, as Linux sends them. */
    public enum Segment {
        /** NOP, NOP, timestamps. */
        DATA,
        /** NOP, NOP, timestamps, NOP, NOP, three SACK blocks. */
        SACK,
        /** MSS, SACK-permitted, timestamps, NOP, window scale. */
        SYN
    }

    /** The kind of segment. */
    @Param({"DATA", "SACK", "SYN"})
    public Segment segment;

    private final TcpOptions options = new TcpOptions();
    private ByteBuf buffer;

    /** Writes the options. */
    @Setup
    public void write() {
        buffer = PooledByteBufAllocator.DEFAULT.directBuffer(64);
        switch (segment) {
            case DATA -> TcpOptions.writeTimestamps(buffer, 1, 2);
            case SACK -> {
                TcpOptions.writeTimestamps(buffer, 1, 2);
                TcpOptions.writeSackHead(buffer, 3);
                buffer.writeLong(1).writeLong(2).writeLong(3);
            }
            case SYN -> {
                TcpOptions.writeMss(buffer, 1460);
                buffer.writeByte(4).writeByte(2).writeByte(8).writeByte(10).writeLong(1);
                TcpOptions.writeWindowScale(buffer, 7);
            }
        }
    }

    /** Lets the buffer go. */
    @TearDown
    public void release() {
        buffer.release();
    }

    /** Parses the options. */
    @Benchmark
    public TcpOptions parse() {
        options.parse(buffer, 0, buffer.writerIndex());
        return options;
    }
}
