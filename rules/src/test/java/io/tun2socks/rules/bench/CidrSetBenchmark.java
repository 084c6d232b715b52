package io.tun2socks.rules.bench;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.CidrSetBuilder;
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
import org.openjdk.jmh.annotations.Warmup;

/** What a question to a set of addresses costs, for random addresses. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CidrSetBenchmark {
    private static final int ASKED = 1 << 16;

    /** Blocks in the set, of each family. */
    @Param({"1000", "100000"})
    public int size;

    private CidrSet set;
    private final Ip[] v4 = new Ip[ASKED];
    private final Ip[] v6 = new Ip[ASKED];
    private int next;

    /** Makes blocks of 256 IPv4 and 2^80 IPv6 addresses. */
    @Setup
    public void fill() {
        Random random = new Random(1);
        CidrSetBuilder builder = new CidrSetBuilder();
        for (int i = 0; i < size; i++) {
            builder.add(new Cidr(Ip.v4(random.nextInt()), 24));
            builder.add(new Cidr(six(random), 48));
        }
        set = builder.build();
        for (int i = 0; i < ASKED; i++) {
            v4[i] = Ip.v4(random.nextInt());
            v6[i] = six(random);
        }
    }

    /** A random IPv4 address. */
    @Benchmark
    public boolean v4() {
        return set.matches(v4[next++ & (ASKED - 1)]);
    }

    /** A random IPv6 address of 2000::/4. */
    @Benchmark
    public boolean v6() {
        return set.matches(v6[next++ & (ASKED - 1)]);
    }

    private static Ip six(Random random) {
        return Ip.of((0x2L << 60) | (random.nextLong() >>> 4), random.nextLong());
    }
}
