package io.tun2socks.tcpstack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FragmentReassemblerTest {
    private final ReassemblerFixture fixture = new ReassemblerFixture(FragmentLimits.DEFAULT);

    @AfterEach
    void nothingLeaks() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void joinsFragmentsInAnyOrder(boolean ipv6, boolean extended) {
        int id = 7;
        for (int[] order : new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
            TestDatagram datagram = new TestDatagram(ipv6, 1, id++, extended, 3000);
            int[] cuts = {0, 1448, 2896, datagram.length()};
            assertThat(fixture.feed(datagram.fragment(cuts[order[0]], cuts[order[0] + 1])))
                    .isNull();
            assertThat(fixture.feed(datagram.fragment(cuts[order[1]], cuts[order[1] + 1])))
                    .isNull();
            assertThat(fixture.feed(datagram.fragment(cuts[order[2]], cuts[order[2] + 1])))
                    .isEqualTo(datagram.wholeFramed());
            fixture.assertEmpty();
        }
        assertThat(fixture.reassembler().reassembled()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void joinsTheLargestDatagram(boolean ipv6) {
        TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, ipv6 ? 65527 : 65507);
        byte[] whole = null;
        for (int from = 0; from < datagram.length(); from += 552) {
            assertThat(whole).isNull();
            whole = fixture.feed(datagram.fragment(from, Math.min(from + 552, datagram.length())));
        }
        assertThat(whole).isEqualTo(datagram.wholeFramed());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ignoresExactRepetitions(boolean ipv6) {
        TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 2000);
        for (int i = 0; i < 3; i++) {
            assertThat(fixture.feed(datagram.fragment(0, 800))).isNull();
            assertThat(fixture.feed(datagram.fragment(1600, datagram.length()))).isNull();
        }
        assertThat(fixture.feed(datagram.fragment(800, 1600))).isEqualTo(datagram.wholeFramed());
    }

    @ParameterizedTest
    @CsvSource({
        "false, 0, 808", "false, 792, 1600", "false, 8, 16", "false, 0, 1600", "false, 1592, 2000",
        "true, 0, 808", "true, 792, 1600", "true, 8, 16", "true, 0, 1600", "true, 1592, 2000"
    })
    void dropsTheWholeDatagramOnOverlap(boolean ipv6, int from, int to) {
        TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 2400);
        fixture.feed(datagram.fragment(0, 800));
        fixture.feed(datagram.fragment(1592, datagram.length()));
        assertThat(fixture.feed(datagram.fragment(from, to))).isNull();
        assertThat(fixture.reassembler().discarded()).isEqualTo(1);
        assertThat(fixture.allocatedBytes()).isZero();
        assertThat(fixture.feed(datagram.fragment(800, 1592))).isNull();
    }

    @Test
    void laterFragmentsOfAnOverlappingIpv6DatagramAreDroppedUntilItsTimeIsOver() {
        TestDatagram datagram = TestDatagram.ipv6(1, 1, 1000);
        fixture.feed(datagram.fragment(0, 504));
        fixture.feed(datagram.fragment(496, 600));
        assertThat(fixture.feed(datagram.fragment(0, 504))).isNull();
        assertThat(fixture.feed(datagram.fragment(504, datagram.length()))).isNull();
        fixture.advance(FragmentLimits.DEFAULT.timeoutNanos());
        assertThat(fixture.feed(datagram.fragment(0, 504))).isNull();
        assertThat(fixture.feed(datagram.fragment(504, datagram.length()))).isEqualTo(datagram.wholeFramed());
    }

    @Test
    void anIpv4IdentificationIsFreeAgainAfterAnOverlap() {
        TestDatagram datagram = TestDatagram.ipv4(1, 1, 1000);
        fixture.feed(datagram.fragment(0, 504));
        fixture.feed(datagram.fragment(496, 600));
        assertThat(fixture.feed(datagram.fragment(0, 504))).isNull();
        assertThat(fixture.feed(datagram.fragment(504, datagram.length()))).isEqualTo(datagram.wholeFramed());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRepetitionWithOtherBytesIsAnOverlap(boolean ipv6) {
        TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 1000);
        fixture.feed(datagram.fragment(0, 504));
        byte[] other = datagram.data(0, 504);
        other[100] ^= 1;
        fixture.feed(datagram.fragment(0, other, true, 0));
        assertThat(fixture.reassembler().discarded()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fragmentsMustAgreeWhereTheDatagramEnds(boolean ipv6) {
        TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 1000);
        int end = datagram.length();
        byte[][][] contradictions = {
            {datagram.fragment(504, end), datagram.fragment(end, new byte[8], true, 0)},
            {datagram.fragment(504, end), datagram.fragment(2000, new byte[8], false, 0)},
            {datagram.fragment(504, end), datagram.fragment(496, new byte[8], false, 0)},
            {datagram.fragment(800, new byte[8], true, 0), datagram.fragment(504, new byte[8], false, 0)},
            {datagram.fragment(504, new byte[8], true, 0), datagram.fragment(504, new byte[8], false, 0)},
        };
        for (int i = 0; i < contradictions.length; i++) {
            fixture.feed(contradictions[i][0]);
            fixture.feed(contradictions[i][1]);
            assertThat(fixture.reassembler().discarded())
                    .as("contradiction %d", i)
                    .isEqualTo(i + 1);
            fixture.advance(FragmentLimits.DEFAULT.timeoutNanos());
        }
        fixture.reassembler().expire(fixture.now());
    }

    @Test
    void keepsDatagramsApartByEveryPartOfTheKey() {
        TestDatagram[] datagrams = {
            TestDatagram.ipv4(1, 1, 1000), TestDatagram.ipv4(1, 2, 1000), TestDatagram.ipv4(2, 1, 1000),
            TestDatagram.ipv6(1, 1, 1000), TestDatagram.ipv6(1, 0x10001, 1000), TestDatagram.ipv6(2, 1, 1000),
        };
        for (TestDatagram datagram : datagrams) {
            fixture.feed(datagram.fragment(0, 504));
        }
        byte[] otherProtocol = datagrams[0].fragment(504, datagrams[0].length());
        otherProtocol[9] = 6;
        fixChecksum(otherProtocol);
        assertThat(fixture.feed(otherProtocol)).isNull();
        assertThat(fixture.reassembler().heldDatagrams()).isEqualTo(7);
        for (TestDatagram datagram : datagrams) {
            assertThat(fixture.feed(datagram.fragment(504, datagram.length()))).isEqualTo(datagram.wholeFramed());
        }
    }

    @Test
    void anIpv6AtomicFragmentIsADatagramOfItsOwn() {
        TestDatagram datagram = new TestDatagram(true, 1, 1, true, 1000);
        fixture.feed(datagram.fragment(0, 504));
        assertThat(fixture.feed(datagram.fragment(0, datagram.length()))).isEqualTo(datagram.wholeFramed());
        assertThat(fixture.feed(datagram.fragment(504, datagram.length()))).isEqualTo(datagram.wholeFramed());
    }

    @Test
    void theFirstIpv6FragmentDecidesTheProtocol() {
        TestDatagram datagram = TestDatagram.ipv6(1, 1, 1000);
        byte[] last = datagram.fragment(504, datagram.length());
        last[40] = 99;
        fixture.feed(last);
        assertThat(fixture.feed(datagram.fragment(0, 504))).isEqualTo(datagram.wholeFramed());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesWhatCannotBePartOfADatagram(boolean ipv6) {
        TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 1000);
        byte[] first = datagram.fragment(0, 504);
        byte[][] bad = {
            datagram.whole(),
            datagram.fragment(0, 500, true, 0),
            datagram.fragment(504, 504, true, 0),
            datagram.fragment(504, 504, false, 0),
            datagram.fragment(65528, new byte[8], false, 0),
            datagram.fragment(64000, new byte[1600], true, 0),
            Arrays.copyOf(first, first.length - 1),
            Arrays.copyOf(first, ipv6 ? 47 : 27),
            Arrays.copyOf(first, 12),
            new byte[0],
            {0x45},
            {0x65},
        };
        for (int i = 0; i < bad.length; i++) {
            assertThat(fixture.feed(bad[i])).isNull();
            assertThat(fixture.reassembler().refused()).as("packet %d", i).isEqualTo(i + 1);
            fixture.assertEmpty();
        }
    }

    @Test
    void refusesADamagedIpv4Header() {
        byte[] first = TestDatagram.ipv4(1, 1, 1000).fragment(0, 504);
        first[8]++;
        assertThat(fixture.feed(first)).isNull();
        assertThat(fixture.reassembler().refused()).isEqualTo(1);
    }

    @Test
    void refusesPartialChecksumsAndSuperSegments() {
        byte[] first = TestDatagram.ipv4(1, 1, 1000).fragment(0, 504);
        ByteBuf partial = TestDatagram.buffer(first);
        fixture.feed(partial.setByte(partial.readerIndex(), VirtioNetHeader.F_NEEDS_CSUM));
        ByteBuf gso = TestDatagram.buffer(first);
        fixture.feed(gso.setByte(gso.readerIndex() + 1, VirtioNetHeader.GSO_UDP_L4));
        assertThat(fixture.reassembler().refused()).isEqualTo(2);
    }

    @Test
    void doesNotPassOnThatTheDeviceVouchedForAFragment() {
        TestDatagram datagram = TestDatagram.ipv4(1, 1, 1000);
        for (int from : new int[] {504, 0}) {
            ByteBuf fragment = TestDatagram.buffer(datagram.fragment(from, from == 0 ? 504 : datagram.length()));
            byte[] whole = fixture.feed(fragment.setByte(fragment.readerIndex(), VirtioNetHeader.F_DATA_VALID));
            assertThat(whole).isEqualTo(from == 0 ? datagram.wholeFramed() : null);
        }
    }

    @Test
    void cutsOffWhatFollowsTheIpPacket() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 1000);
            byte[] last = datagram.fragment(504, datagram.length());
            fixture.feed(Arrays.copyOf(last, last.length + 5));
            assertThat(fixture.feed(datagram.fragment(0, 504))).isEqualTo(datagram.wholeFramed());
        }
    }

    @Test
    void theFirstIpv6FragmentHoldsAllHeaders() {
        TestDatagram datagram = TestDatagram.ipv6(1, 1, 1000);
        byte[] tcp = datagram.fragment(0, new byte[16], true, 0);
        tcp[40] = 6;
        byte[] tcpOptionsCut = datagram.fragment(0, new byte[24], true, 0);
        tcpOptionsCut[40] = 6;
        tcpOptionsCut[48 + 12] = (byte) 0x80;
        byte[] extensionCut = datagram.fragment(0, new byte[8], true, 0);
        extensionCut[40] = 60;
        extensionCut[48] = 17;
        extensionCut[49] = 1;
        byte[] extensionOnly = datagram.fragment(0, new byte[8], true, 0);
        extensionOnly[40] = 60;
        extensionOnly[48] = 17;
        byte[] nestedFragment = datagram.fragment(0, new byte[24], true, 0);
        nestedFragment[40] = 44;
        byte[] nestedAtomic = datagram.fragment(0, new byte[24], false, 0);
        nestedAtomic[40] = 44;
        byte[] hopByHop = datagram.fragment(0, new byte[24], true, 0);
        hopByHop[40] = 0;
        hopByHop[48] = 17;
        byte[][] bad = {tcp, tcpOptionsCut, extensionCut, extensionOnly, nestedFragment, nestedAtomic, hopByHop};
        for (int i = 0; i < bad.length; i++) {
            assertThat(fixture.feed(bad[i])).isNull();
            assertThat(fixture.reassembler().refused()).as("packet %d", i).isEqualTo(i + 1);
        }
        byte[] tcpFits = datagram.fragment(0, new byte[24], true, 0);
        tcpFits[40] = 6;
        tcpFits[48 + 12] = 0x60;
        fixture.feed(tcpFits);
        assertThat(fixture.reassembler().heldDatagrams()).isEqualTo(1);
    }

    @Test
    void aDatagramThatOnlyItsFirstHeaderMakesTooLongIsDiscarded() {
        // 65,512 bytes of data fit behind 20 bytes of header, and not behind the 24 of the first fragment.
        TestDatagram plain = TestDatagram.ipv4(1, 1, 65504);
        TestDatagram withOptions = new TestDatagram(false, 1, 1, true, 65504);
        fixture.feed(plain.fragment(32000, 64000));
        fixture.feed(plain.fragment(64000, plain.length()));
        assertThat(fixture.feed(withOptions.fragment(0, 32000))).isNull();
        assertThat(fixture.reassembler().discarded()).isEqualTo(1);
        fixture.assertEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void congestionMarksSurvive(boolean ipv6) {
        TestDatagram datagram = new TestDatagram(ipv6, 1, 1, false, 1000);
        fixture.feed(datagram.fragment(0, 504, true, 0x2 | 0x48));
        byte[] marked = fixture.feed(datagram.fragment(504, datagram.length(), false, 0x3 | 0x48));
        assertThat(marked).isEqualTo(TestDatagram.frame(markedWhole(datagram, ipv6)));
        fixture.feed(datagram.fragment(0, 504, true, 0));
        assertThat(fixture.feed(datagram.fragment(504, datagram.length(), false, 3)))
                .isNull();
        assertThat(fixture.reassembler().discarded()).isEqualTo(1);
    }

    private static byte[] markedWhole(TestDatagram datagram, boolean ipv6) {
        byte[] whole = datagram.whole();
        if (ipv6) {
            whole[0] |= 0x4;
            whole[1] |= (byte) 0xb0;
        } else {
            whole[1] = 0x4b;
            fixChecksum(whole);
        }
        return whole;
    }

    private static void fixChecksum(byte[] ipv4) {
        ByteBuf buffer = Unpooled.wrappedBuffer(ipv4);
        buffer.setShort(10, 0);
        buffer.setShort(10, InternetChecksum.finish(InternetChecksum.sum(buffer, 0, (ipv4[0] & 0xf) * 4)));
    }
}
