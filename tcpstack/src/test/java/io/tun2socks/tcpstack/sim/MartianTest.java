package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.ip.IpAddress;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses are answered, which are dropped, and which are passed over in silence. */
class MartianTest {
    private final IpHost host = new IpHost(1500);

    @AfterEach
    void close() {
        host.close();
    }

    private static FlowKey flow(String source, String target) {
        return new FlowKey(
                IpAddress.parse(source).orElseThrow(),
                5000,
                IpAddress.parse(target).orElseThrow(),
                80);
    }

    /** The IPv6 parser of addresses takes IPv4-mapped ones for IPv4; here they must stay what they are. */
    private static byte[] ipv6Echo(String source, String target) {
        byte[] packet = Packets.echoRequest(
                IpAddress.parse("2001:db8::2").orElseThrow(),
                IpAddress.parse("2001:db8::1").orElseThrow(),
                1,
                new byte[8]);
        System.arraycopy(sixteen(source), 0, packet, 8, 16);
        System.arraycopy(sixteen(target), 0, packet, 24, 16);
        return packet;
    }

    private static byte[] sixteen(String address) {
        byte[] bytes = IpAddress.parse(address).orElseThrow().toBytes();
        if (bytes.length == 16) {
            return bytes;
        }
        byte[] mapped = Arrays.copyOf(new byte[10], 16);
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(bytes, 0, mapped, 12, 4);
        return mapped;
    }

    /** One packet of each kind that a healthy address would get an answer or a flow for. */
    private void receiveAll(FlowKey flow) {
        host.receive(
                Packets.udp(flow, new byte[] {1}),
                Packets.tcp(flow, Seg.of(Seg.SYN)),
                Packets.tcp(flow, Seg.of(Seg.ACK)),
                Packets.echoRequest(flow.client(), flow.target(), 1, new byte[8]),
                Raw.ip(flow, 132, new byte[20]));
        byte[] udp = Packets.udp(flow, new byte[100]);
        Raw.fragments(udp, 1, 56).forEach(host::receive);
    }

    private void nothingHappened() {
        host.silent();
        assertThat(host.syns).isZero();
        assertThat(host.datagrams).isEmpty();
        assertThat(host.stats().malformed).isZero();
        assertThat(host.usedMemory()).as("fragments kept").isLessThan(5000);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 192.0.2.80",
        "0.1.2.3, 192.0.2.80",
        "127.0.0.1, 192.0.2.80",
        "127.255.255.254, 192.0.2.80",
        "224.0.0.1, 192.0.2.80",
        "239.255.255.250, 192.0.2.80",
        "240.0.0.1, 192.0.2.80",
        "255.255.255.255, 192.0.2.80",
        "10.0.0.2, 0.0.0.0",
        "10.0.0.2, 0.1.2.3",
        "10.0.0.2, 127.0.0.1",
        "10.0.0.2, 127.1.2.3",
        "::, 2001:db8::1",
        "::1, 2001:db8::1",
        "::10.0.0.2, 2001:db8::1",
        "ff02::1, 2001:db8::1",
        "ff0e::1, 2001:db8::1",
        "2001:db8::2, ::",
        "2001:db8::2, ::1",
        "2001:db8::2, ::192.0.2.80"
    })
    void rfc1122_3_2_1_3_rfc4291_2_5_martiansAreDroppedAndCounted(String source, String target) {
        receiveAll(flow(source, target));
        nothingHappened();
        assertThat(host.stats().martian).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.2, 2001:db8::1", "2001:db8::2, 192.0.2.80", "127.0.0.1, 127.0.0.1"})
    void rfc4291_2_5_5_2_ipv4MappedAddressesDoNotTravelInIpv6(String source, String target) {
        host.receive(ipv6Echo(source, target));
        nothingHappened();
        assertThat(host.stats().martian).isOne();
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.2", "192.0.2.80", "2001:db8::2", "fe80::2"})
    void rfc9293_3_10_7_2_landAttacksAreDropped(String address) {
        FlowKey land = flow(address, address);
        receiveAll(land);
        host.receive(Packets.tcp(new FlowKey(land.client(), 80, land.target(), 80), Seg.of(Seg.SYN)));
        nothingHappened();
        assertThat(host.stats().martian).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.2, 224.0.0.251",
        "10.0.0.2, 239.255.255.250",
        "10.0.0.2, 255.255.255.255",
        "0.0.0.0, 255.255.255.255",
        "0.0.0.0, 224.0.0.22",
        "2001:db8::2, ff02::fb",
        "fe80::2, ff02::2",
        "::, ff02::1:ff00:2"
    })
    void rfc1122_3_2_2_multicastAndBroadcastAreIgnoredWithoutAnError(String source, String target) {
        receiveAll(flow(source, target));
        nothingHappened();
        assertThat(host.stats().ignored).isEqualTo(7);
        assertThat(host.stats().martian).isZero();
        assertThat(host.stats().icmpErrorsOut).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.2, 192.168.0.1",
        "169.254.1.2, 169.254.169.254",
        "172.16.0.2, 100.64.0.1",
        "192.0.0.9, 198.18.0.1",
        "192.0.2.1, 240.0.0.1",
        "10.0.0.255, 10.0.0.0",
        "fe80::2, fe80::1",
        "fd00::2, 2001:db8::1",
        "fec0::2, fec0::1",
        "64:ff9b::a00:2, 2002:a00:1::1"
    })
    void rfc6890_2_2_allOtherAddressesAreAnswered(String source, String target) {
        FlowKey flow = flow(source, target);
        host.receive(Packets.echoRequest(flow.client(), flow.target(), 1, new byte[8]));
        assertThat(Packets.destination(host.onlyAnswer())).isEqualTo(flow.client());
        host.receive(Packets.tcp(flow, Seg.of(Seg.SYN)), Packets.udp(flow, new byte[] {1}));
        assertThat(host.syns).isOne();
        assertThat(host.datagrams).hasSize(1);
        assertThat(host.stats().martian).isZero();
    }

    @Test
    void rfc9776_4_igmpIsIgnoredToASingleHostToo() {
        host.receive(Raw.ip(FlowKey.v4(0), 2, new byte[] {0x16, 0, 0, 0, 0, 0, 0, 0}));
        host.silent();
        assertThat(host.stats().ignored).isOne();
    }

    /** What a Linux kernel sends on every TUN device that comes up. */
    @ParameterizedTest
    @ValueSource(ints = {133, 134, 135, 136, 143})
    void rfc4861_4_rfc3810_5_2_neighbourDiscoveryAndMldAreIgnored(int type) {
        byte[] message = new byte[16];
        message[0] = (byte) type;
        for (String target : new String[] {"ff02::2", "ff02::16", "fe80::1"}) {
            FlowKey flow = flow("fe80::2", target);
            host.receive(Packets.ip(flow.client(), flow.target(), 58, message.clone(), 2));
        }
        host.silent();
        assertThat(host.stats().ignored).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"131, 7", "131, 3", "137, 11"})
    void rfc7126_4_3_sourceRoutesAreDropped(int option, int length) {
        byte[] route = new byte[length];
        route[0] = (byte) option;
        route[1] = (byte) length;
        route[2] = 4;
        byte[] payload = Packets.transport(Packets.udp(FlowKey.v4(5000), new byte[] {1}));
        host.receive(Raw.ipv4(FlowKey.v4(5000), 17, Raw.concat(new byte[] {1}, route), 0, 0, payload));
        nothingHappened();
        assertThat(host.stats().martian).isOne();
    }
}
