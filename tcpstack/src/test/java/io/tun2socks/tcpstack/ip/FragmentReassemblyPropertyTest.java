package io.tun2socks.tcpstack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class FragmentReassemblyPropertyTest {
    private static final FragmentLimits LIMITS = FragmentLimits.DEFAULT;

    /** Cuts a datagram into fragments at random multiples of 8. */
    private static List<byte[]> split(TestDatagram datagram, int cuts, Random random) {
        TreeSet<Integer> positions = new TreeSet<>(List.of(0, datagram.length()));
        for (int i = 0; i < cuts; i++) {
            // The first fragment holds the UDP header at least.
            positions.add(8 * (1 + random.nextInt((datagram.length() - 1) / 8)));
        }
        List<byte[]> fragments = new ArrayList<>();
        int from = -1;
        for (int to : positions) {
            if (from >= 0) {
                fragments.add(datagram.fragment(from, to));
            }
            from = to;
        }
        return fragments;
    }

    @Property(tries = 300)
    void anySplitInAnyOrderWithRepetitionsIsJoinedOnce(
            @ForAll boolean ipv6,
            @ForAll boolean extended,
            @ForAll @IntRange(min = 9, max = 9000) int length,
            @ForAll @IntRange(min = 1, max = 40) int cuts,
            @ForAll long seed) {
        Random random = new Random(seed);
        try (ReassemblerFixture fixture = new ReassemblerFixture(LIMITS, seed)) {
            TestDatagram datagram = new TestDatagram(ipv6, 1, 1, extended, length);
            List<byte[]> once = split(datagram, cuts, random);
            Collections.shuffle(once, random);
            List<byte[]> arrivals = new ArrayList<>();
            for (byte[] fragment : once) {
                if (!arrivals.isEmpty() && random.nextInt(3) == 0) {
                    arrivals.add(arrivals.get(random.nextInt(arrivals.size())));
                }
                arrivals.add(fragment);
            }
            for (int i = 0; i < arrivals.size() - 1; i++) {
                assertThat(fixture.feed(arrivals.get(i))).isNull();
                fixture.advance(1_000_000);
            }
            assertThat(fixture.feed(arrivals.get(arrivals.size() - 1))).isEqualTo(datagram.wholeFramed());
            fixture.assertEmpty();
        }
    }

    @Property(tries = 100)
    void interleavedDatagramsOfManySourcesAreAllJoined(
            @ForAll @IntRange(min = 2, max = 20) int count, @ForAll long seed) {
        Random random = new Random(seed);
        try (ReassemblerFixture fixture = new ReassemblerFixture(LIMITS)) {
            List<byte[]> arrivals = new ArrayList<>();
            List<byte[]> expected = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                TestDatagram datagram = new TestDatagram(
                        random.nextBoolean(), random.nextInt(3), i, random.nextBoolean(), 1000 + random.nextInt(3000));
                arrivals.addAll(split(datagram, 5, random));
                expected.add(datagram.wholeFramed());
            }
            Collections.shuffle(arrivals, random);
            List<byte[]> joined = new ArrayList<>();
            for (byte[] arrival : arrivals) {
                byte[] whole = fixture.feed(arrival);
                if (whole != null) {
                    joined.add(whole);
                }
            }
            assertThat(joined).containsExactlyInAnyOrderElementsOf(expected);
            fixture.assertEmpty();
        }
    }

    @Property(tries = 300)
    void aMissingFragmentKeepsTheDatagramBack(
            @ForAll boolean ipv6, @ForAll @IntRange(min = 1, max = 20) int cuts, @ForAll long seed) {
        Random random = new Random(seed);
        try (ReassemblerFixture fixture = new ReassemblerFixture(LIMITS)) {
            List<byte[]> fragments = split(new TestDatagram(ipv6, 1, 1, false, 4000), cuts, random);
            fragments.remove(random.nextInt(fragments.size()));
            Collections.shuffle(fragments, random);
            for (byte[] fragment : fragments) {
                assertThat(fixture.feed(fragment)).isNull();
            }
            fixture.advance(LIMITS.timeoutNanos());
            fixture.reassembler().expire(fixture.now());
            fixture.assertEmpty();
        }
    }

    @Property(tries = 1000)
    void anyBytesAreTakenWithoutHarm(@ForAll @Size(max = 200) byte[] bytes) {
        try (ReassemblerFixture fixture = new ReassemblerFixture(LIMITS)) {
            fixture.feed(Unpooled.wrappedBuffer(bytes));
        }
    }

    @Property(tries = 300)
    void damagedAndCutFragmentsAreTakenWithoutHarm(@ForAll boolean ipv6, @ForAll long seed) {
        Random random = new Random(seed);
        FragmentLimits tight = new FragmentLimits(5000, 3, 4, 1000);
        try (ReassemblerFixture fixture = new ReassemblerFixture(tight)) {
            for (int i = 0; i < 30; i++) {
                TestDatagram datagram = new TestDatagram(ipv6, random.nextInt(3), random.nextInt(3), true, 600);
                int from = 8 * random.nextInt(40);
                int to = Math.min(datagram.length(), from + 8 * (1 + random.nextInt(40)));
                ByteBuf packet = TestDatagram.buffer(datagram.fragment(from, to));
                for (int flips = random.nextInt(3); flips > 0; flips--) {
                    int at = packet.readerIndex() + random.nextInt(Math.min(packet.readableBytes(), 70));
                    packet.setByte(at, random.nextInt());
                }
                if (random.nextInt(4) == 0) {
                    packet.writerIndex(packet.readerIndex() + random.nextInt(packet.readableBytes()));
                    packet.capacity(packet.writerIndex());
                }
                fixture.feed(packet);
                assertThat(fixture.reassembler().heldBytes()).isLessThanOrEqualTo(5000);
                assertThat(fixture.allocatedBytes()).isLessThanOrEqualTo(5000);
                assertThat(fixture.reassembler().heldDatagrams()).isLessThanOrEqualTo(3);
                fixture.advance(random.nextInt(200));
            }
        }
    }
}
