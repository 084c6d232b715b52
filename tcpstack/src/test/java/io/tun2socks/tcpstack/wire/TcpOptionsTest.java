package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.TcpEndOfOptionList;
import org.pcap4j.packet.TcpMaximumSegmentSizeOption;
import org.pcap4j.packet.TcpNoOperationOption;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.TcpSackOption;
import org.pcap4j.packet.TcpSackPermittedOption;
import org.pcap4j.packet.TcpTimestampsOption;
import org.pcap4j.packet.TcpWindowScaleOption;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.UnknownTcpOption;
import org.pcap4j.packet.namednumber.TcpOptionKind;
import org.pcap4j.packet.namednumber.TcpPort;

final class TcpOptionsTest {
    private final TcpOptions options = new TcpOptions();

    private void parse(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        options.parse(Unpooled.wrappedBuffer(raw), 0, raw.length);
    }

    private void assertNone() {
        assertThat(options.mss()).isEqualTo(-1);
        assertThat(options.windowScale()).isEqualTo(-1);
        assertThat(options.sackPermitted()).isFalse();
        assertThat(options.timestamps()).isFalse();
        assertThat(options.sackBlocks()).isZero();
    }

    /** Lets pcap4j build a segment with options, and reads them. */
    private void parse(List<TcpPacket.TcpOption> list) {
        byte[] raw = new TcpPacket.Builder()
                .srcPort(TcpPort.HTTP)
                .dstPort(TcpPort.HTTP)
                .options(list)
                .paddingAtBuild(true)
                .correctLengthAtBuild(true)
                .payloadBuilder(new UnknownPacket.Builder().rawData(new byte[] {8, 10, 0, 0, 0, 0, 0, 0, 0, 0}))
                .build()
                .getRawData();
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3], raw);
        options.parse(b, 3 + TcpHeader.LENGTH, 3 + TcpHeader.headerLength(b, 3));
    }

    private static TcpPacket.TcpOption mss(int mss) {
        return new TcpMaximumSegmentSizeOption.Builder()
                .maxSegSize((short) mss)
                .correctLengthAtBuild(true)
                .build();
    }

    private static TcpPacket.TcpOption windowScale(int shift) {
        return new TcpWindowScaleOption.Builder()
                .shiftCount((byte) shift)
                .correctLengthAtBuild(true)
                .build();
    }

    private static TcpPacket.TcpOption timestamps(int value, int echo) {
        return new TcpTimestampsOption.Builder()
                .tsValue(value)
                .tsEchoReply(echo)
                .correctLengthAtBuild(true)
                .build();
    }

    private static TcpPacket.TcpOption unknown(int kind, int dataLength) {
        return new UnknownTcpOption.Builder()
                .kind(TcpOptionKind.getInstance((byte) kind))
                .data(new byte[dataLength])
                .correctLengthAtBuild(true)
                .build();
    }

    @Property
    void readsTheOptionsOfASyn(
            @ForAll @IntRange(max = 65535) int mss,
            @ForAll @IntRange(max = 255) int shift,
            @ForAll int value,
            @ForAll int echo,
            @ForAll long seed) {
        List<TcpPacket.TcpOption> list = new ArrayList<>(List.of(
                mss(mss),
                windowScale(shift),
                TcpSackPermittedOption.getInstance(),
                timestamps(value, echo),
                unknown(34, 6),
                unknown(253, 0),
                TcpNoOperationOption.getInstance()));
        Collections.shuffle(list, new Random(seed));
        parse(list);
        assertThat(options.mss()).isEqualTo(mss);
        assertThat(options.windowScale()).isEqualTo(Math.min(shift, 14));
        assertThat(options.sackPermitted()).isTrue();
        assertThat(options.timestamps()).isTrue();
        assertThat(options.tsVal()).isEqualTo(value);
        assertThat(options.tsEcr()).isEqualTo(echo);
        assertThat(options.sackBlocks()).isZero();
    }

    @Property
    void readsSackBlocks(@ForAll @Size(min = 2, max = 8) int[] edges) {
        List<TcpSackOption.Sack> blocks = new ArrayList<>();
        for (int i = 0; i + 1 < edges.length; i += 2) {
            blocks.add(new TcpSackOption.Sack(edges[i], edges[i + 1]));
        }
        parse(List.of(
                TcpNoOperationOption.getInstance(),
                TcpNoOperationOption.getInstance(),
                new TcpSackOption.Builder()
                        .sacks(blocks)
                        .correctLengthAtBuild(true)
                        .build()));
        assertThat(options.sackBlocks()).isEqualTo(blocks.size());
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(options.sackStart(i)).isEqualTo(edges[2 * i]);
            assertThat(options.sackEnd(i)).isEqualTo(edges[2 * i + 1]);
        }
        assertThat(options.timestamps()).isFalse();
    }

    @Test
    void nothingBehindTheEndOfTheListCounts() {
        parse(List.of(mss(1460), TcpEndOfOptionList.getInstance()));
        assertThat(options.mss()).isEqualTo(1460);
        parse(0, 2, 4, 5, 0xb4);
        assertNone();
    }

    @Test
    void eachParseBeginsAnew() {
        parse(2, 4, 5, 0xb4, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2);
        assertThat(options.mss()).isEqualTo(1460);
        assertThat(options.windowScale()).isEqualTo(7);
        assertThat(options.sackBlocks()).isEqualTo(1);
        parse();
        assertNone();
        assertThat(options.tsVal()).isZero();
        assertThat(options.tsEcr()).isZero();
    }

    @Test
    void optionsOfAnotherLengthThanTheirsDoNotCount() {
        parse(2, 3, 5, 3, 4, 7, 7, 4, 3, 9, 8, 9, 0, 0, 0, 1, 0, 0, 0, 5, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1);
        assertNone();
        parse(5, 2);
        assertNone();
    }

    @Test
    void aMalformedOptionEndsTheParseAndWhatStoodBeforeCounts() {
        for (int[] malformed : new int[][] {{8}, {8, 0}, {8, 1}, {8, 10, 1, 2, 3}, {99, 3}, {5, 10, 0}}) {
            int[] bytes = new int[4 + malformed.length];
            System.arraycopy(new int[] {2, 4, 5, 0xb4}, 0, bytes, 0, 4);
            System.arraycopy(malformed, 0, bytes, 4, malformed.length);
            parse(bytes);
            assertThat(options.mss()).isEqualTo(1460);
            assertThat(options.timestamps()).isFalse();
            assertThat(options.sackBlocks()).isZero();
        }
    }

    @Property(tries = 3000)
    void anyBytesAreParsedWithinTheirBounds(@ForAll @Size(max = 40) byte[] bytes, @ForAll long seed) {
        Random random = new Random(seed);
        // Half of the bytes are made kinds and lengths that mean something.
        for (int i = 0; i < bytes.length; i++) {
            if (random.nextBoolean()) {
                bytes[i] = (byte) random.nextInt(12);
            }
        }
        options.parse(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
        assertThat(options.mss()).isBetween(-1, 65535);
        assertThat(options.windowScale()).isBetween(-1, 14);
        assertThat(options.sackBlocks()).isBetween(0, TcpOptions.MAX_SACK_BLOCKS);
    }

    @Property
    void pcap4jReadsWhatItWrites(
            @ForAll @IntRange(max = 65535) int mss,
            @ForAll @IntRange(max = 14) int shift,
            @ForAll int value,
            @ForAll int echo)
            throws IllegalRawDataException {
        ByteBuf out = Unpooled.buffer();
        TcpHeader.write(out, 80, 40000, 1, 2, TcpHeader.SYN | TcpHeader.ACK, 1000);
        TcpOptions.writeMss(out, mss);
        TcpOptions.writeSackPermitted(out);
        TcpOptions.writeTimestamps(out, value, echo);
        TcpOptions.writeWindowScale(out, shift);
        assertThat(out.writerIndex()).isEqualTo(TcpHeader.LENGTH + 4 + 4 + 12 + 4);
        assertThat(optionsRead(out))
                .containsExactly(
                        mss(mss), TcpSackPermittedOption.getInstance(), timestamps(value, echo), windowScale(shift));
    }

    @Property
    void pcap4jReadsTheSackBlocksItWrites(@ForAll @Size(min = 2, max = 6) int[] edges, @ForAll int value)
            throws IllegalRawDataException {
        int count = edges.length / 2;
        ByteBuf out = Unpooled.buffer();
        TcpHeader.write(out, 80, 40000, 1, 2, TcpHeader.ACK, 1000);
        TcpOptions.writeTimestamps(out, value, 0);
        TcpOptions.writeSackHead(out, count);
        List<TcpSackOption.Sack> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.writeInt(edges[2 * i]).writeInt(edges[2 * i + 1]);
            blocks.add(new TcpSackOption.Sack(edges[2 * i], edges[2 * i + 1]));
        }
        assertThat(optionsRead(out))
                .containsExactly(
                        timestamps(value, 0),
                        new TcpSackOption.Builder()
                                .sacks(blocks)
                                .correctLengthAtBuild(true)
                                .build());
    }

    /** Closes the header and lets pcap4j read its options, padding left out. */
    private static List<TcpPacket.TcpOption> optionsRead(ByteBuf segment) throws IllegalRawDataException {
        assertThat(segment.writerIndex() % 4).isZero();
        TcpHeader.headerLength(segment, 0, segment.writerIndex());
        byte[] raw = ByteBufUtil.getBytes(segment);
        List<TcpPacket.TcpOption> read = new ArrayList<>(
                TcpPacket.newPacket(raw, 0, raw.length).getHeader().getOptions());
        read.removeIf(option -> option.equals(TcpNoOperationOption.getInstance()));
        return read;
    }
}
