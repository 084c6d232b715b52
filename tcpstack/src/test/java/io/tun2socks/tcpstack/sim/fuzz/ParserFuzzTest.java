package io.tun2socks.tcpstack.sim.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv4Options;
import io.tun2socks.tcpstack.wire.Ipv6Extensions;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpOptions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Fuzzing of each parser that walks through what a packet says of its own lengths: none reads outside of the packet, or
 * returns what its description rules out. Buffers end where the packet does, so that a byte too far throws.
 */
class ParserFuzzTest {
    /** A share of the time for {@link FuzzTest}: parsers are quick. */
    private static final long MILLIS = Long.getLong("fuzz.seconds", 5) * 1000 / 10;

    private final List<byte[]> corpus = Corpus.packets();
    private final TcpOptions options = new TcpOptions();

    @Test
    void tcpOptions() {
        List<byte[]> seeds = corpus.stream()
                .filter(p -> p[0] == 0x45 && p[9] == 6)
                .map(p -> Arrays.copyOfRange(p, 40, 20 + (p[32] >>> 4 & 0xf) * 4))
                .filter(o -> o.length > 0)
                .toList();
        fuzz(seeds, bytes -> {
            ByteBuf b = Unpooled.wrappedBuffer(bytes);
            options.parse(b, 0, bytes.length);
            assertThat(options.sackBlocks()).isBetween(0, 4);
            assertThat(options.windowScale()).isBetween(-1, 14);
            assertThat(options.mss()).isBetween(-1, 0xffff);
            for (int end = 0; end < Math.min(bytes.length, 40); end++) {
                options.parse(b.slice(0, end), 0, end);
            }
        });
    }

    @Test
    void ipv4Options() {
        byte[] ipv4 = corpus.stream().filter(p -> p[0] == 0x45).findFirst().orElseThrow();
        byte[] seed = Arrays.copyOf(Arrays.copyOf(ipv4, Ipv4Header.LENGTH), 60);
        byte[] route = {1, (byte) 131, 7, 4, 10, 0, 0, 1, 68, 12, 5, 0, 1, 2, 3, 4, 0};
        System.arraycopy(route, 0, seed, Ipv4Header.LENGTH, route.length);
        fuzz(List.of(seed), bytes -> {
            for (int length = Ipv4Header.LENGTH; length <= Math.min(bytes.length, 60); length += 4) {
                ByteBuf b = Unpooled.wrappedBuffer(bytes, 0, length);
                assertThat(Ipv4Options.check(b, 0, length))
                        .matches(r -> r == Ipv4Options.PASSABLE || r == Ipv4Options.SOURCE_ROUTED || r >= 20);
            }
        });
    }

    @Test
    void ipv6Extensions() {
        List<byte[]> seeds = corpus.stream()
                .filter(p -> p[0] >>> 4 == 6)
                .map(p -> Arrays.copyOf(p, Math.min(p.length, 160)))
                .toList();
        fuzz(seeds, bytes -> {
            if (bytes.length < Ipv6Header.LENGTH) {
                return;
            }
            ByteBuf b = Unpooled.wrappedBuffer(bytes);
            int end = bytes.length;
            long walked = Ipv6Extensions.skip(b, Ipv6Header.LENGTH, end, Ipv6Header.nextHeader(b, 0));
            if (walked >= 0) {
                assertThat(Ipv6Extensions.offset(walked)).isBetween(Ipv6Header.LENGTH, end);
                int field = Ipv6Extensions.nextHeaderField(b, 0, Ipv6Extensions.offset(walked));
                assertThat((int) b.getUnsignedByte(field)).isEqualTo(Ipv6Extensions.protocol(walked));
            } else if (Ipv6Extensions.isProblem(walked)) {
                assertThat(Ipv6Extensions.offset(walked)).isBetween(0, end);
            }
            long found = Ipv6Extensions.findTransport(b, 0, end);
            if (found >= 0) {
                assertThat(Ipv6Extensions.offset(found)).isBetween(Ipv6Header.LENGTH, end);
            }
        });
    }

    private static void fuzz(List<byte[]> seeds, Consumer<byte[]> parser) {
        assertThat(seeds).isNotEmpty();
        long first = ThreadLocalRandom.current().nextLong(1L << 40);
        long end = System.nanoTime() + MILLIS * 1_000_000L;
        for (long seed = first; seed < first + 1000 || System.nanoTime() < end; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new Mutations(random)
                    .raw(seeds.get(random.nextInt(seeds.size())), seeds.get(random.nextInt(seeds.size())));
            try {
                parser.accept(bytes);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(HexFormat.of().formatHex(bytes) + ": " + e, e);
            }
        }
    }
}
