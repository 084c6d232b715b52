package io.tun2socks.tcpstack.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FragmentReassemblerLimitsTest {
    private static final int FLOOD = 20_000;
    private static final long SECOND = 1_000_000_000L;

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        assertThat(FragmentLimits.DEFAULT).isEqualTo(new FragmentLimits(4_194_304, 256, 128, 60 * SECOND));
        assertThatThrownBy(() -> new FragmentLimits(1, 0, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxDatagrams 0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFloodOfFirstFragmentsHarmsOnlyItsSource(boolean ipv6) {
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT)) {
            TestDatagram healthy = new TestDatagram(ipv6, 1, 1, false, 60000);
            fixture.feed(healthy.fragment(0, 20000));
            flood(fixture, ipv6, 16);
            fixture.feed(healthy.fragment(40000, healthy.length()));
            flood(fixture, ipv6, 1400);
            assertThat(fixture.feed(healthy.fragment(20000, 40000))).isEqualTo(healthy.wholeFramed());
            assertThat(fixture.reassembler().evicted()).isGreaterThanOrEqualTo(2L * FLOOD - 256);
        }
    }

    private static void flood(ReassemblerFixture fixture, boolean ipv6, int fragmentLength) {
        byte[] first = new TestDatagram(ipv6, 99, 0, false, 3000).fragment(0, fragmentLength);
        ByteBuf packet = TestDatagram.buffer(first);
        int mostDatagrams = 0;
        int mostBytes = 0;
        for (int id = 0; id < FLOOD; id++) {
            setIdentification(packet, ipv6, id);
            assertThat(fixture.reassembler().accept(packet, fixture.now())).isNull();
            mostDatagrams = Math.max(mostDatagrams, fixture.reassembler().heldDatagrams());
            mostBytes = Math.max(mostBytes, fixture.reassembler().heldBytes());
        }
        packet.release();
        assertThat(mostDatagrams).isEqualTo(256);
        assertThat(mostBytes).isLessThanOrEqualTo(4 << 20);
    }

    private static void setIdentification(ByteBuf packet, boolean ipv6, int id) {
        int ip = packet.readerIndex() + 10;
        if (ipv6) {
            packet.setInt(ip + 44, id + 1_000_000);
        } else {
            packet.setShort(ip + 4, id + 5);
            packet.setShort(ip + 10, 0);
            long sum = InternetChecksum.sum(packet, ip, 20);
            packet.setShort(ip + 10, InternetChecksum.finish(sum));
        }
    }

    @Test
    void theSourceOfTheMostBytesLosesWhenBytesRunOut() {
        FragmentLimits limits = new FragmentLimits(300_000, 256, 128, 60 * SECOND);
        try (ReassemblerFixture fixture = new ReassemblerFixture(limits)) {
            TestDatagram healthy = TestDatagram.ipv4(1, 1, 60000);
            fixture.feed(healthy.fragment(0, 40000));
            for (int id = 0; id < 1000; id++) {
                fixture.feed(TestDatagram.ipv4(2, id, 60000).fragment(0, 40000));
                assertThat(fixture.reassembler().heldBytes()).isLessThanOrEqualTo(300_000);
                assertThat(fixture.allocatedBytes()).isLessThanOrEqualTo(300_000);
            }
            assertThat(fixture.feed(healthy.fragment(40000, healthy.length()))).isEqualTo(healthy.wholeFramed());
        }
    }

    @Test
    void manyDatagramsOfOneSourceAreNotPaidForByAnotherWithMoreBytes() {
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT)) {
            TestDatagram[] healthy = new TestDatagram[10];
            for (int i = 0; i < healthy.length; i++) {
                healthy[i] = TestDatagram.ipv4(1, i, 60000);
                fixture.feed(healthy[i].fragment(0, 40000));
            }
            for (int id = 0; id < 2000; id++) {
                fixture.feed(TestDatagram.ipv4(2, id, 1000).fragment(0, 8));
            }
            for (TestDatagram datagram : healthy) {
                assertThat(fixture.feed(datagram.fragment(40000, datagram.length())))
                        .isEqualTo(datagram.wholeFramed());
            }
        }
    }

    @Test
    void aSourceThatWantsMoreThanItsShareMakesRoomItself() {
        FragmentLimits limits = new FragmentLimits(4 << 20, 4, 128, 60 * SECOND);
        try (ReassemblerFixture fixture = new ReassemblerFixture(limits)) {
            TestDatagram[] healthy = {TestDatagram.ipv4(1, 1, 1000), TestDatagram.ipv4(1, 2, 1000)};
            for (TestDatagram datagram : healthy) {
                fixture.feed(datagram.fragment(0, 504));
            }
            for (int id = 0; id < 100; id++) {
                fixture.feed(TestDatagram.ipv4(2, id, 1000).fragment(0, 504));
            }
            for (TestDatagram datagram : healthy) {
                assertThat(fixture.feed(datagram.fragment(504, datagram.length())))
                        .isEqualTo(datagram.wholeFramed());
            }
        }
    }

    @Test
    void amongEqualsTheOldestLoses() {
        FragmentLimits limits = new FragmentLimits(4 << 20, 3, 128, 60 * SECOND);
        try (ReassemblerFixture fixture = new ReassemblerFixture(limits)) {
            TestDatagram[] datagrams = new TestDatagram[4];
            for (int i = 0; i < datagrams.length; i++) {
                datagrams[i] = TestDatagram.ipv4(i + 1, 1, 1000);
                fixture.feed(datagrams[i].fragment(0, 504));
            }
            for (int i = 1; i < datagrams.length; i++) {
                assertThat(fixture.feed(datagrams[i].fragment(504, datagrams[i].length())))
                        .isEqualTo(datagrams[i].wholeFramed());
            }
            assertThat(fixture.feed(datagrams[0].fragment(504, datagrams[0].length())))
                    .isNull();
        }
    }

    @Test
    void aDatagramLargerThanTheMemoryIsDroppedAndOthersStay() {
        FragmentLimits limits = new FragmentLimits(10_000, 256, 128, 60 * SECOND);
        try (ReassemblerFixture fixture = new ReassemblerFixture(limits)) {
            TestDatagram small = TestDatagram.ipv4(1, 1, 1000);
            fixture.feed(small.fragment(0, 504));
            TestDatagram large = TestDatagram.ipv4(2, 1, 30_000);
            assertThat(fixture.feed(large.fragment(0, 20_000))).isNull();
            assertThat(fixture.feed(large.fragment(20_000, 24_000))).isNull();
            assertThat(fixture.feed(large.fragment(24_000, large.length()))).isNull();
            assertThat(fixture.feed(small.fragment(504, small.length()))).isEqualTo(small.wholeFramed());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tooManyFragmentsDropTheDatagram(boolean ipv6) {
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT)) {
            TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 3000);
            for (int i = 0; i < 128; i++) {
                fixture.feed(datagram.fragment(16 * i, 16 * i + 8));
            }
            assertThat(fixture.reassembler().discarded()).isZero();
            fixture.feed(datagram.fragment(2800, 2808));
            assertThat(fixture.reassembler().discarded()).isEqualTo(1);
            assertThat(fixture.allocatedBytes()).isZero();
        }
    }

    @Test
    void aManyFragmentedDatagramWithinTheLimitIsJoined() {
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT)) {
            TestDatagram datagram = TestDatagram.ipv4(1, 1, 8 * 128 - 8);
            byte[] whole = null;
            for (int from = 0; from < datagram.length(); from += 8) {
                whole = fixture.feed(datagram.fragment(from, from + 8));
            }
            assertThat(whole).isEqualTo(datagram.wholeFramed());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - 10 * SECOND, Long.MIN_VALUE})
    void givesUpAfterTheTimeFromTheFirstArrival(long start) {
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT, start)) {
            TestDatagram early = TestDatagram.ipv4(1, 1, 1600);
            TestDatagram late = TestDatagram.ipv6(1, 1, 1000);
            fixture.feed(early.fragment(0, 504));
            assertThat(fixture.reassembler().nextDeadlineNanos()).isEqualTo(start + 60 * SECOND);
            fixture.advance(20 * SECOND);
            fixture.feed(late.fragment(0, 504));
            // A fragment in between gives no more time.
            fixture.feed(early.fragment(504, 1008));
            assertThat(fixture.reassembler().nextDeadlineNanos()).isEqualTo(start + 60 * SECOND);
            fixture.advance(40 * SECOND - 1);
            fixture.reassembler().expire(fixture.now());
            assertThat(fixture.reassembler().timedOut()).isZero();
            fixture.advance(1);
            fixture.reassembler().expire(fixture.now());
            assertThat(fixture.reassembler().timedOut()).isEqualTo(1);
            assertThat(fixture.reassembler().nextDeadlineNanos()).isEqualTo(start + 80 * SECOND);
            assertThat(fixture.feed(late.fragment(504, late.length()))).isEqualTo(late.wholeFramed());
            fixture.assertEmpty();
        }
    }

    @Test
    void aFragmentThatComesAtTheDeadlineBeginsANewDatagram() {
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT)) {
            TestDatagram datagram = TestDatagram.ipv4(1, 1, 1000);
            fixture.feed(datagram.fragment(0, 504));
            fixture.advance(60 * SECOND);
            assertThat(fixture.feed(datagram.fragment(504, datagram.length()))).isNull();
            assertThat(fixture.feed(datagram.fragment(0, 504))).isEqualTo(datagram.wholeFramed());
        }
    }

    @Test
    void smallFragmentsDoNotPinTheBuffersTheyCameIn() {
        try (ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT)) {
            TestDatagram datagram = TestDatagram.ipv4(1, 1, 1000);
            ByteBuf readBuffer = TestDatagram.buffer(datagram.fragment(0, 8));
            readBuffer.retain();
            assertThat(fixture.reassembler().accept(readBuffer, 0)).isNull();
            assertThat(readBuffer.refCnt()).isEqualTo(2);
            readBuffer.release(2);
            assertThat(fixture.allocatedBytes()).isLessThanOrEqualTo(28);
        }
    }
}
