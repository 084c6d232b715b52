package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.wire.IpProtocol;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IPv6 extension headers: skipped, dropped, reported. */
class ExtensionHeaderTest {
    private static final FlowKey FLOW = FlowKey.v6(5000);
    private static final int HBH = IpProtocol.HOP_BY_HOP;
    private static final int DST = IpProtocol.DESTINATION_OPTIONS;
    private static final int RTG = IpProtocol.ROUTING;
    private static final int PARAMETER_PROBLEM = 4 << 8;

    private final IpHost host = new IpHost(1500);

    @AfterEach
    void close() {
        host.close();
    }

    private static byte[] echo() {
        return Packets.echoRequest(FLOW.client(), FLOW.target(), 7, Raw.bytes(1, 2, 3, 4));
    }

    private static byte[] routing(int type, int segmentsLeft) {
        return Raw.bytes(0, 2, type, segmentsLeft, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private void reported(byte[] packet, int code, int pointer) {
        host.receive(packet);
        byte[] problem = host.onlyAnswer();
        assertThat(Raw.icmpTypeAndCode(problem)).isEqualTo(PARAMETER_PROBLEM | code);
        assertThat(Raw.icmpRest(problem)).isEqualTo(pointer);
        assertThat(Raw.icmpQuote(problem)).isEqualTo(packet);
        assertThat(Packets.source(problem)).isEqualTo(FLOW.target());
        assertThat(Packets.destination(problem)).isEqualTo(FLOW.client());
    }

    private void droppedSilently(byte[] packet) {
        long before = host.stats().malformed;
        host.receive(packet).silent();
        assertThat(host.stats().malformed).isEqualTo(before + 1);
    }

    @Test
    void rfc8200_4_1_knownHeadersAreSkippedInAnyOrder() {
        int[][] chains = {{HBH}, {DST}, {RTG}, {HBH, DST, RTG, DST}, {DST, DST, DST}, {RTG, DST}};
        for (int[] chain : chains) {
            byte[][] headers = new byte[chain.length][];
            for (int i = 0; i < chain.length; i++) {
                headers[i] = chain[i] == RTG ? routing(0, 0) : Raw.options(1, 1, 0, 5, 2, 0, 0);
            }
            host.receive(Raw.withExtensions(echo(), chain, headers));
            assertThat(host.onlyAnswer()).hasSameSizeAs(echo());
            byte[] udp = Packets.udp(FLOW, Raw.bytes('a'));
            host.receive(Raw.withExtensions(udp, chain, headers));
            byte[] syn = Packets.tcp(FLOW, Seg.of(Seg.SYN));
            host.receive(Raw.withExtensions(syn, chain, headers));
        }
        assertThat(host.datagrams).hasSize(chains.length);
        assertThat(host.syns).isEqualTo(chains.length);
    }

    @Test
    void rfc8504_5_3_aChainOfMoreThanEightIsDropped() {
        for (int length = 7; length <= 9; length++) {
            int[] chain = new int[length];
            Arrays.fill(chain, DST);
            byte[][] headers = Collections.nCopies(length, Raw.options()).toArray(byte[][]::new);
            byte[] packet = Raw.withExtensions(echo(), chain, headers);
            if (length > 8) {
                droppedSilently(packet);
            } else {
                host.receive(packet);
                assertThat(host.onlyAnswer()).hasSameSizeAs(echo());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 15})
    void rfc8200_4_aTruncatedChainIsDropped(int length) {
        byte[] packet = Raw.withExtensions(echo(), new int[] {DST}, Raw.options(5, 8, 0, 0, 0, 0, 0, 0, 0, 0));
        byte[] cut = Arrays.copyOf(packet, 40 + length);
        cut[4] = 0;
        cut[5] = (byte) length;
        droppedSilently(cut);
    }

    @ParameterizedTest
    @CsvSource({"0, 0x1e", "0, 0x3e", "60, 0x1e", "60, 0x05"})
    void rfc8200_4_2_anOptionOfAction00IsSkipped(int header, String option) {
        byte[] options = Raw.options(Integer.decode(option), 2, 0, 0);
        host.receive(Raw.withExtensions(echo(), new int[] {header}, options));
        assertThat(host.onlyAnswer()).hasSameSizeAs(echo());
    }

    @ParameterizedTest
    @ValueSource(ints = {HBH, DST})
    void rfc8200_4_2_anOptionOfAction01IsDroppedSilently(int header) {
        droppedSilently(Raw.withExtensions(echo(), new int[] {header}, Raw.options(0x5e, 2, 0, 0)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0x9e", "60, 0x9e", "0, 0xde", "60, 0xde", "0, 0xc2"})
    void rfc8200_4_2_rfc4443_3_4_anOptionOfAction10Or11IsReported(int header, String option) {
        byte[] options = Raw.options(1, 0, Integer.decode(option), 2, 0, 0);
        reported(Raw.withExtensions(echo(), new int[] {header}, options), 2, 44);
    }

    @Test
    void rfc4443_2_4_e_nothingIsSaidToAMulticastGroupOrAboutAnError() {
        byte[] bad = Raw.options(0xde, 2, 0, 0);
        byte[] error = Raw.icmpError(FLOW.client(), FLOW.target(), 1, 0, 0, new byte[48]);
        droppedSilently(Raw.withExtensions(error, new int[] {DST}, bad));
        byte[] echo = echo();
        echo[24] = (byte) 0xff;
        host.receive(Raw.withExtensions(echo, new int[] {DST}, bad)).silent();
        assertThat(host.stats().ignored).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5 7 0 0", "1 1 0 0 0 30", "30 255 0 0"})
    void rfc8200_4_2_optionsThatOverrunTheirHeaderAreDropped(String text) {
        int[] options =
                Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        droppedSilently(Raw.withExtensions(echo(), new int[] {DST}, Raw.options(options)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 4, 253})
    void rfc8200_4_4_rfc5095_3_aRouteThatIsNotAtItsEndIsReported(int type) {
        byte[] packet = Raw.withExtensions(echo(), new int[] {DST, RTG}, Raw.options(), routing(type, 1));
        reported(packet, 0, 40 + 8 + 2);
    }

    @Test
    void rfc8200_4_1_hopByHopOptionsElsewhereAreReported() {
        byte[] packet = Raw.withExtensions(echo(), new int[] {DST, HBH}, Raw.options(), Raw.options());
        reported(packet, 1, 40);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 41, 47, 50, 51, 132, 135, 139, 253, 255})
    void rfc8200_4_anUnknownNextHeaderIsReported(int protocol) {
        reported(Raw.ip(FLOW, protocol, new byte[20]), 1, 6);
        byte[] behind = Raw.withExtensions(
                Raw.ip(FLOW, protocol, new byte[20]), new int[] {HBH, DST}, Raw.options(), Raw.options());
        reported(behind, 1, 48);
        assertThat(host.stats().ignored).isEqualTo(2);
    }

    @Test
    void rfc8200_4_7_noNextHeaderIsNoError() {
        host.receive(Raw.ip(FLOW, IpProtocol.NO_NEXT_HEADER, new byte[8]));
        host.receive(Raw.ip(FLOW, IpProtocol.NO_NEXT_HEADER, new byte[0]));
        host.silent();
        assertThat(host.stats().ignored).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1232, 1233, 1400})
    void rfc4443_2_4_c_asMuchIsQuotedAsFitsIn1280Bytes(int length) {
        byte[] packet = Raw.ip(FLOW, 253, new byte[length - 40]);
        host.receive(packet);
        assertThat(Raw.icmpQuote(host.onlyAnswer())).isEqualTo(Arrays.copyOf(packet, Math.min(length, 1232)));
    }
}
