package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.wire.IpProtocol;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Echo, and the errors that we send: which, about what, and how many. */
class IcmpTest {
    private static final int PROTOCOL_UNREACHABLE = 3 << 8 | 2;

    private final IpHost host = new IpHost(1500);

    @AfterEach
    void close() {
        host.close();
    }

    private static FlowKey flow(boolean ipv4) {
        return ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
    }

    /** Puts fragments of the stack's together again. */
    private byte[] answer() {
        byte[] first = host.sent.peek();
        boolean ipv4 = Packets.isIpv4(first);
        int header = ipv4 ? 20 : 48;
        byte[] message = new byte[0];
        for (byte[] fragment : host.sent) {
            assertThat(fragment).hasSizeLessThanOrEqualTo(1500);
            int field = Unpooled.wrappedBuffer(fragment).getUnsignedShort(ipv4 ? 6 : 42);
            int offset = ipv4 ? (field & 0x1fff) * 8 : field & ~7;
            assertThat(offset).as("in order and without a gap").isEqualTo(message.length);
            message = Raw.concat(message, Arrays.copyOfRange(fragment, header, fragment.length));
        }
        host.sent.clear();
        return Raw.ip(new FlowKey(Packets.source(first), 0, Packets.destination(first), 0), ipv4 ? 1 : 58, message);
    }

    @ParameterizedTest
    @CsvSource({"true, 2000", "true, 1473", "true, 65507", "false, 2000", "false, 1453", "false, 65507", "false, 65527"
    })
    void rfc1122_3_2_2_6_rfc4443_4_2_anEchoOfAnySizeIsAnsweredWhole(boolean ipv4, int length) {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        byte[] request = Packets.echoRequest(flow(ipv4).client(), flow(ipv4).target(), 0xcafe0042, data);
        Raw.fragments(request, 99, 1440).forEach(host::receive);
        byte[] reply = answer();
        assertThat(Packets.isValid(reply)).isTrue();
        assertThat(Raw.icmpTypeAndCode(reply)).isEqualTo(ipv4 ? 0 : 129 << 8);
        assertThat(Raw.icmpRest(reply)).isEqualTo(0xcafe0042);
        assertThat(Raw.icmpQuote(reply)).isEqualTo(data);
    }

    /** Nor would anybody listen to errors about this. */
    @Test
    void rfc8200_5_fragmentsOfAnIpv6EchoFitEveryPath() {
        byte[] request = Packets.echoRequest(flow(false).client(), flow(false).target(), 1, new byte[3000]);
        Raw.fragments(request, 99, 1440).forEach(host::receive);
        assertThat(host.sent).hasSize(3).allSatisfy(f -> assertThat(f).hasSizeLessThanOrEqualTo(1280));
    }

    /** A router may fragment it: an error about an echo reply would be nobody's. */
    @Test
    void rfc1191_3_echoRepliesMayBeFragmented() {
        host.receive(Packets.echoRequest(flow(true).client(), flow(true).target(), 1, new byte[1000]));
        assertThat(host.onlyAnswer()[6] & 0x40).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "true, 0, 0",
        "true, 8, 1",
        "true, 13, 0",
        "true, 17, 0",
        "true, 9, 0",
        "true, 10, 0",
        "true, 255, 0",
        "false, 129, 0",
        "false, 128, 1",
        "false, 139, 0",
        "false, 200, 0",
        "false, 255, 0"
    })
    void rfc4443_2_4_b_otherMessagesAreIgnored(boolean ipv4, int type, int code) {
        host.receive(Raw.icmpError(flow(ipv4).client(), flow(ipv4).target(), type, code, 1, new byte[40]));
        host.silent();
        assertThat(host.stats().ignored).isOne();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 41, 47, 50, 51, 58, 89, 132, 253, 255, 0})
    void rfc1122_3_2_2_1_anUnknownProtocolIsReported(int protocol) {
        byte[] packet = Raw.ip(flow(true), protocol, new byte[30]);
        host.receive(packet);
        byte[] error = host.onlyAnswer();
        assertThat(Packets.isValid(error)).isTrue();
        assertThat(Packets.source(error)).isEqualTo(flow(true).target());
        assertThat(Packets.destination(error)).isEqualTo(flow(true).client());
        assertThat(Raw.icmpTypeAndCode(error)).isEqualTo(PROTOCOL_UNREACHABLE);
        assertThat(Raw.icmpRest(error)).isZero();
        assertThat(Raw.icmpQuote(error)).isEqualTo(packet);
        assertThat(host.stats().ignored).isOne();
    }

    @ParameterizedTest
    @ValueSource(ints = {28, 548, 549, 1500})
    void rfc1812_4_3_2_3_asMuchIsQuotedAsFitsIn576Bytes(int length) {
        byte[] packet = Raw.ip(flow(true), 253, new byte[length - 20]);
        host.receive(packet);
        assertThat(Raw.icmpQuote(host.onlyAnswer())).isEqualTo(Arrays.copyOf(packet, Math.min(length, 548)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1122_3_2_2_aFragmentedDatagramIsReportedOnceAndWhole(boolean ipv4) {
        byte[] packet = Raw.ip(flow(ipv4), 253, new byte[2000]);
        for (byte[] fragment : Raw.fragments(packet, 5, 1000)) {
            host.silent();
            host.receive(fragment);
        }
        byte[] error = host.onlyAnswer();
        assertThat(Raw.icmpTypeAndCode(error)).isEqualTo(ipv4 ? PROTOCOL_UNREACHABLE : 4 << 8 | 1);
        int quoted = ipv4 ? 548 : 1232;
        assertThat(Raw.icmpQuote(error)).hasSize(quoted);
    }

    /** Nothing about multicast, broadcast, sources that are not single hosts, errors. */
    @Test
    void rfc1122_3_2_2_someThingsAreNeverReported() {
        FlowKey f = flow(true);
        IpAddress group = IpAddress.parse("224.0.0.1").orElseThrow();
        IpAddress all = IpAddress.parse("255.255.255.255").orElseThrow();
        byte[] icmpError = Raw.icmpError(f.client(), f.target(), 3, 1, 0, new byte[28]);
        byte[] badOption = Raw.bytes(68, 0, 0, 0);
        host.receive(
                Raw.ip(new FlowKey(f.client(), 0, group, 0), 253, new byte[20]),
                Raw.ip(new FlowKey(f.client(), 0, all, 0), 253, new byte[20]),
                Raw.ip(new FlowKey(group, 0, f.target(), 0), 253, new byte[20]),
                Raw.ipv4(f, IpProtocol.ICMP, badOption, 0, 0, Packets.transport(icmpError)),
                Raw.ipv4(f, IpProtocol.UDP, badOption, 0, 100, new byte[16]),
                icmpError);
        host.silent();
        assertThat(host.stats().icmpErrorsOut).isZero();
        assertThat(host.stats().icmpErrorsLimited).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1812_4_3_2_8_rfc4443_2_4_f_errorsAreLimitedForEachClientAndForAll(boolean ipv4) {
        byte[] packet = Raw.ip(flow(ipv4), 253, new byte[20]);
        for (int i = 0; i < 3000; i++) {
            host.receive(packet);
        }
        assertThat(host.sent).as("one client's share").hasSize(250);
        assertThat(host.stats().icmpErrorsOut).isEqualTo(250);
        assertThat(host.stats().icmpErrorsLimited).isEqualTo(2750);
        host.sent.clear();
        FlowKey other = new FlowKey(
                IpAddress.parse(ipv4 ? "10.0.0.77" : "2001:db8::77").orElseThrow(),
                0,
                flow(ipv4).target(),
                0);
        host.receive(Raw.ip(other, 253, new byte[20]));
        assertThat(Packets.destination(host.onlyAnswer())).as("another's").isEqualTo(other.client());
        host.advance(100);
        for (int i = 0; i < 500; i++) {
            host.receive(packet);
        }
        assertThat(host.sent).as("a tenth of a second's").hasSizeBetween(24, 26);
        host.sent.clear();
        // All clients together.
        host.advance(2000);
        for (int i = 0; i < 3000; i++) {
            IpAddress client = IpAddress.parse(ipv4 ? "10.1." + i / 250 + "." + (1 + i % 250) : "2001:db8::1:" + i)
                    .orElseThrow();
            host.receive(Raw.ip(new FlowKey(client, 0, other.target(), 0), 253, new byte[20]));
        }
        assertThat(host.sent).hasSize(500);
    }

    /** Echo is as much work as the request: it needs no limit of its own. */
    @Test
    void rfc792_echoIsNotLimited() {
        byte[] request = Packets.echoRequest(flow(true).client(), flow(true).target(), 1, new byte[56]);
        for (int i = 0; i < 5000; i++) {
            host.receive(request);
        }
        assertThat(host.sent).hasSize(5000);
    }
}
