package io.tun2socks.rules.bench;

import io.tun2socks.rules.set.DomainSet;
import io.tun2socks.rules.set.DomainSetBuilder;
import java.util.Collections;
import java.util.List;
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

/** What a question to a set of names costs, in random order so that the set is not in the first caches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DomainSetBenchmark {
    private static final int ASKED = 1 << 16;

    /** Names in the set. */
    @Param({"10000", "1000000"})
    public int size;

    private DomainSet set;
    private final String[] listed = new String[ASKED];
    private final String[] below = new String[ASKED];
    private final String[] others = new String[ASKED];
    private int next;

    /** Half of the entries are names, half are names with all below. */
    @Setup
    public void fill() {
        ListedNames source = new ListedNames(1);
        List<String> names = source.different(size);
        Collections.shuffle(names, new Random(2));
        DomainSetBuilder builder = new DomainSetBuilder();
        for (int i = 0; i < size; i++) {
            if (builder.add((i % 2 == 0 ? "+." : "") + names.get(i)).isPresent()) {
                throw new IllegalStateException(names.get(i));
            }
        }
        set = builder.build();
        Random random = new Random(3);
        for (int i = 0; i < ASKED; i++) {
            listed[i] = names.get(random.nextInt(size));
            below[i] = "r3---sn-aigl6ney." + names.get(random.nextInt(size / 2) * 2);
            others[i] = source.next();
        }
    }

    /** A name that is in the set. */
    @Benchmark
    public boolean listed() {
        return set.matches(listed[next++ & (ASKED - 1)]);
    }

    /** A name below one that is in the set. */
    @Benchmark
    public boolean below() {
        return set.matches(below[next++ & (ASKED - 1)]);
    }

    /** A name like those in the set, mostly not in it. */
    @Benchmark
    public boolean others() {
        return set.matches(others[next++ & (ASKED - 1)]);
    }
}
