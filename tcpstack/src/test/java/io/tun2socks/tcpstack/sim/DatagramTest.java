package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.udp.UdpHandler;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** UDP, ICMP, and packets that must not be answered. */
class DatagramTest {
    private static final int UDP_AT = 20;

    private final EventQueue events = new EventQueue(new SimClock(0));
    private final ArrayDeque<byte[]> sent = new ArrayDeque<>();
    private final List<UdpEndpoint> endpoints = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private boolean refuse;
    private SimHost host = host(Offloads.ALL);

    private SimHost host(Offloads offloads) {
        StackConfig config = StackConfig.defaults(1500, offloads)
                .withTcp(TcpConfig.DEFAULT.withBuffers(1000, 1000, 1000).withLimits(10, 10))
                .withMaxUdpEndpoints(3);
        return new SimHost(events, config, 7, true, new Flows(), sent::add);
    }

    @AfterEach
    void close() {
        host.close();
    }

    private final class Flows implements FlowHandler {
        @Override
        public void onTcp(TcpConnection connection) {
            log.add("tcp");
            connection.discard();
        }

        @Override
        public void onUdp(UdpEndpoint endpoint) {
            endpoints.add(endpoint);
            if (refuse) {
                endpoint.close();
                return;
            }
            endpoint.handler(new UdpHandler() {
                @Override
                public void onDatagram(IpAddress destination, int port, ByteBuf payload) {
                    log.add(destination + ":" + port + " " + payload.toString(StandardCharsets.US_ASCII));
                    payload.release();
                }

                @Override
                public void onBatchComplete() {
                    log.add("batch");
                }
            });
        }
    }

    private void receive(byte[] packet) {
        host.receive(SimPacket.plain(packet));
        events.runTo(events.now());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private ByteBuf buffer(byte[] payload) {
        return host.allocator().directBuffer(payload.length + 1).writeBytes(payload);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagramsGoBothWays(boolean ipv4) {
        FlowKey flow = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
        receive(Packets.udp(flow, bytes("ping")));
        assertThat(log).containsExactly(flow.target() + ":80 ping", "batch");
        assertThat(endpoints.get(0).clientAddress()).isEqualTo(flow.client());
        assertThat(endpoints.get(0).clientPort()).isEqualTo(5000);
        endpoints.get(0).send(flow.target(), 80, buffer(bytes("pong")));
        assertThat(sent.poll()).isEqualTo(Packets.udp(flow.reversed(), bytes("pong")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void emptyDatagramsAreDatagrams(boolean ipv4) {
        FlowKey flow = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
        receive(Packets.udp(flow, new byte[0]));
        assertThat(log).containsExactly(flow.target() + ":80 ", "batch");
        endpoints.get(0).send(flow.target(), 80, buffer(new byte[0]));
        assertThat(sent.poll()).isEqualTo(Packets.udp(flow.reversed(), new byte[0]));
    }

    @Test
    void rfc4787_4_1_oneEndpointForAllDestinationsOfASource() {
        FlowKey first = FlowKey.v4(5000);
        FlowKey second = new FlowKey(
                first.client(), 5000, IpAddress.parse("198.51.100.1").orElseThrow(), 53);
        receive(Packets.udp(first, bytes("a")));
        receive(Packets.udp(second, bytes("b")));
        assertThat(endpoints).hasSize(1);
        assertThat(log).contains("192.0.2.80:80 a", "198.51.100.1:53 b");
        endpoints.get(0).send(second.target(), 53, buffer(bytes("c")));
        assertThat(sent.poll()).isEqualTo(Packets.udp(second.reversed(), bytes("c")));
    }

    @Test
    void aBatchIsToldOnceToEachEndpoint() {
        for (int i = 0; i < 3; i++) {
            host.receive(SimPacket.plain(Packets.udp(FlowKey.v4(5000), bytes("x"))));
        }
        events.runTo(events.now());
        assertThat(Collections.frequency(log, "batch")).isOne();
    }

    @ParameterizedTest
    @CsvSource({"true, 3000, 1000", "true, 2500, 1000", "false, 2500, 1200", "true, 900, 1000"})
    void superDatagramsAreSplit(boolean ipv4, int length, int size) {
        char[] text = new char[length];
        Arrays.fill(text, 'u');
        FlowKey flow = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
        host.receive(new SimPacket(Packets.udp(flow, bytes(new String(text))), VirtioNetHeader.GSO_UDP_L4, size));
        events.runTo(events.now());
        int prefix = (flow.target() + ":80 ").length();
        List<Integer> expected = new ArrayList<>(Collections.nCopies(length / size, size));
        if (length % size > 0) {
            expected.add(length % size);
        }
        assertThat(log.subList(0, log.size() - 1))
                .extracting(line -> line.length() - prefix)
                .isEqualTo(expected);
        assertThat(host.stack().stats().datagramsIn).isEqualTo(expected.size());
    }

    @Test
    void rfc768_checksumZeroIsNoneInIpv4() {
        byte[] packet = Packets.udp(FlowKey.v4(5000), bytes("free"));
        packet[UDP_AT + 6] = 0;
        packet[UDP_AT + 7] = 0;
        receive(packet);
        assertThat(log).contains("192.0.2.80:80 free");
    }

    @Test
    void rfc8200_8_1_checksumZeroIsWrongInIpv6() {
        byte[] packet = Packets.udp(FlowKey.v6(5000), bytes("free"));
        packet[46] = 0;
        packet[47] = 0;
        receive(packet);
        assertThat(log).isEmpty();
        assertThat(host.stack().stats().malformed).isOne();
    }

    @Test
    void aPayloadWhoseChecksumIsZeroIsSentWithOnes() {
        close();
        host = host(Offloads.NONE);
        FlowKey flow = FlowKey.v4(5000);
        receive(Packets.udp(flow, new byte[2]));
        // The sum of everything else is made up for by two bytes, so that the checksum would be zero.
        byte[] reply = Packets.udp(flow.reversed(), new byte[2]);
        byte[] payload = {reply[UDP_AT + 6], reply[UDP_AT + 7]};
        endpoints.get(0).send(flow.target(), 80, buffer(payload));
        byte[] out = sent.poll();
        assertThat(out[UDP_AT + 6]).isEqualTo((byte) 0xff);
        assertThat(out[UDP_AT + 7]).isEqualTo((byte) 0xff);
    }

    @Test
    void truncatedAndInflatedLengthsAreDropped() {
        byte[] packet = Packets.udp(FlowKey.v4(5000), bytes("data"));
        byte[] shorter = Arrays.copyOf(packet, packet.length - 1);
        receive(shorter);
        for (int length : new int[] {0, 7, 13, 65535}) {
            byte[] wrong = packet.clone();
            wrong[UDP_AT + 4] = (byte) (length >> 8);
            wrong[UDP_AT + 5] = (byte) length;
            receive(wrong);
        }
        receive(Packets.udp(new FlowKey(FlowKey.v4(0).client(), 0, FlowKey.v4(0).target(), 80), bytes("x")));
        assertThat(log).isEmpty();
        assertThat(host.stack().stats().malformed).isEqualTo(6);
    }

    @Test
    void overTheLimitNewSourcesAreDroppedAndClosedOnesMakeRoom() {
        for (int i = 0; i < 4; i++) {
            receive(Packets.udp(FlowKey.v4(5000 + i), bytes("x")));
        }
        assertThat(endpoints).hasSize(3);
        assertThat(host.stack().stats().udpOverflow).isOne();
        endpoints.get(0).close();
        receive(Packets.udp(FlowKey.v4(5003), bytes("x")));
        assertThat(endpoints).hasSize(4);
        endpoints.get(0).send(FlowKey.v4(0).target(), 80, buffer(bytes("late")));
        assertThat(sent).as("a closed endpoint sends nothing").isEmpty();
    }

    @Test
    void anEndpointClosedAtOnceLetsTheDatagramGo() {
        refuse = true;
        receive(Packets.udp(FlowKey.v4(5000), bytes("x")));
        receive(Packets.udp(FlowKey.v4(5000), bytes("x")));
        assertThat(endpoints).hasSize(2);
        assertThat(log).isEmpty();
    }

    @Test
    void aReplyOfTheOtherFamilyIsDropped() {
        receive(Packets.udp(FlowKey.v4(5000), bytes("x")));
        endpoints.get(0).send(FlowKey.v6(0).target(), 80, buffer(bytes("y")));
        assertThat(sent).isEmpty();
    }

    @Test
    void rfc1122_3_2_2_1_portUnreachableQuotesTheDatagram() {
        receive(Packets.udp(FlowKey.v4(5000), bytes("x")));
        endpoints.get(0).unreachable(FlowKey.v4(0).target(), 80, Unpooled.EMPTY_BUFFER, Unreachable.PORT);
        byte[] icmp = sent.poll();
        assertThat(Packets.protocol(icmp)).isEqualTo(IpProtocol.ICMP);
        ByteBuf b = Unpooled.wrappedBuffer(icmp);
        assertThat(b.getUnsignedShort(20)).isEqualTo(3 << 8 | 3);
        assertThat(b.getByte(28 + 9)).isEqualTo((byte) IpProtocol.UDP);
        assertThat(b.getInt(28 + 12)).isEqualTo(b.getInt(16));
        assertThat(b.getInt(28 + 16)).isEqualTo(b.getInt(12));
        assertThat(b.getUnsignedShort(48)).isEqualTo(5000);
        assertThat(b.getUnsignedShort(50)).isEqualTo(80);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rfc1812_4_3_2_3_rfc4443_3_1_errorsQuoteAsMuchAsFits(boolean ipv4) {
        FlowKey flow = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
        receive(Packets.udp(flow, bytes("x")));
        byte[] content = new byte[1400];
        Arrays.fill(content, (byte) 'q');
        ByteBuf payload = buffer(content);
        endpoints.get(0).unreachable(flow.target(), 80, payload, Unreachable.PORT);
        payload.release();
        byte[] icmp = sent.poll();
        assertThat(icmp).hasSize(ipv4 ? 576 : 1280);
        ByteBuf b = Unpooled.wrappedBuffer(icmp);
        int quoted = Packets.ipHeader(ipv4) + 8;
        assertThat(b.getUnsignedShort(quoted + (ipv4 ? 2 : 4)))
                .as("length of it all")
                .isEqualTo(1408 + (ipv4 ? 20 : 0));
        int udp = quoted + Packets.ipHeader(ipv4);
        assertThat(b.getUnsignedShort(udp + 4)).isEqualTo(1408);
        assertThat(b.getByte(udp + 8)).isEqualTo((byte) 'q');
        assertThat(b.getByte(icmp.length - 1)).isEqualTo((byte) 'q');
    }

    @Test
    void rfc4443_3_1_portUnreachableOverIpv6() {
        receive(Packets.udp(FlowKey.v6(5000), bytes("x")));
        endpoints.get(0).unreachable(FlowKey.v6(0).target(), 80, Unpooled.EMPTY_BUFFER, Unreachable.PORT);
        byte[] icmp = sent.poll();
        assertThat(Packets.protocol(icmp)).isEqualTo(IpProtocol.ICMPV6);
        ByteBuf b = Unpooled.wrappedBuffer(icmp);
        assertThat(b.getUnsignedShort(40)).isEqualTo(1 << 8 | 4);
        assertThat(b.getByte(48 + 6)).isEqualTo((byte) IpProtocol.UDP);
        assertThat(b.getUnsignedShort(88)).isEqualTo(5000);
    }

    @Test
    void rfc1812_4_3_2_8_errorsAreLimited() {
        receive(Packets.udp(FlowKey.v4(5000), bytes("x")));
        for (int i = 0; i < 1500; i++) {
            endpoints.get(0).unreachable(FlowKey.v4(0).target(), 80, Unpooled.EMPTY_BUFFER, Unreachable.PORT);
        }
        assertThat(sent).hasSize(250);
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 56", "true, 1471", "true, 4000", "false, 1", "false, 1400", "false, 4000"})
    void rfc792_rfc4443_4_2_echoIsAnswered(boolean ipv4, int length) {
        FlowKey flow = ipv4 ? FlowKey.v4(0) : FlowKey.v6(0);
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        receive(Packets.echoRequest(flow.client(), flow.target(), 0x12345678, payload));
        byte[] first = sent.poll();
        assertThat(Packets.source(first)).isEqualTo(flow.target());
        assertThat(Packets.destination(first)).isEqualTo(flow.client());
        if (length > 1480) {
            assertThat(sent).as("fragments behind the first").hasSize(ipv4 ? 2 : 3);
            sent.clear();
            return;
        }
        byte[] message = Packets.transport(first);
        assertThat(message[0]).isEqualTo((byte) (ipv4 ? 0 : 129));
        assertThat(Unpooled.wrappedBuffer(message).getInt(4)).isEqualTo(0x12345678);
        assertThat(Arrays.copyOfRange(message, 8, message.length)).isEqualTo(payload);
    }

    @Test
    void brokenEchoIsNotAnswered() {
        FlowKey flow = FlowKey.v4(0);
        byte[] packet = Packets.echoRequest(flow.client(), flow.target(), 1, bytes("abcd"));
        packet[packet.length - 1] ^= 1;
        receive(packet);
        assertThat(sent).isEmpty();
        assertThat(host.stack().stats().malformed).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 192.0.2.80",
        "127.0.0.1, 192.0.2.80",
        "224.0.0.1, 192.0.2.80",
        "255.255.255.255, 192.0.2.80",
        "10.0.0.2, 0.0.0.0",
        "10.0.0.2, 224.0.0.251",
        "10.0.0.2, 255.255.255.255",
        "::, 2001:db8::1",
        "::1, 2001:db8::1",
        "ff02::1, 2001:db8::1",
        "2001:db8::2, ::",
        "2001:db8::2, ff02::fb"
    })
    void rfc1122_3_2_1_3_martiansAndMulticastAreDropped(String source, String target) {
        FlowKey flow = new FlowKey(
                IpAddress.parse(source).orElseThrow(),
                5000,
                IpAddress.parse(target).orElseThrow(),
                80);
        receive(Packets.udp(flow, bytes("x")));
        receive(Packets.tcp(flow, Seg.of(Seg.SYN)));
        receive(Packets.tcp(flow, Seg.of(Seg.ACK)));
        receive(Packets.echoRequest(flow.client(), flow.target(), 1, bytes("x")));
        assertThat(log).isEmpty();
        assertThat(sent).isEmpty();
        assertThat(host.stack().stats().martian + host.stack().stats().ignored).isEqualTo(4);
    }
}
