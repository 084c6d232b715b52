package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;

/**
 * Whatever comes, the parsers of IP, ICMP, extension headers and fragments throw nothing, and the stack sends nothing
 * that is not proper, no more than it was sent, and keeps no more than it may.
 */
class IpFuzzTest {
    /** A longer answer than its cause: an ICMP error has headers of its own; a reply to an echo in fragments as well. */
    private static final int MOST_HEADERS = 68;

    private static final int[] PROTOCOLS = {
        IpProtocol.HOP_BY_HOP,
        IpProtocol.ICMP,
        IpProtocol.IGMP,
        IpProtocol.TCP,
        IpProtocol.UDP,
        IpProtocol.ROUTING,
        IpProtocol.FRAGMENT,
        IpProtocol.ICMPV6,
        IpProtocol.NO_NEXT_HEADER,
        IpProtocol.DESTINATION_OPTIONS,
        253
    };

    private final IpHost host = new IpHost(1500);
    private long bytesIn;
    private long packetsIn;
    private long bytesOut;

    @AfterProperty
    void close() {
        host.close();
    }

    private void receive(byte[] packet) {
        if (packet.length == 0) {
            return;
        }
        packetsIn++;
        bytesIn += packet.length;
        host.receive(packet);
        for (byte[] sent : host.sent) {
            // The device has checked all but fragments.
            assertThat(sent.length).isLessThanOrEqualTo(1500);
            bytesOut += sent.length;
        }
        assertThat(bytesOut).as("no amplification").isLessThanOrEqualTo(bytesIn + packetsIn * MOST_HEADERS);
        host.sent.clear();
        host.datagrams.clear();
        host.endpoints.forEach(endpoint -> endpoint.close());
        host.endpoints.clear();
        assertThat(host.usedMemory()).as("memory").isLessThan(5 << 20);
        assertThat(host.stats().packetsIn).isGreaterThanOrEqualTo(packetsIn);
    }

    @Property
    void anyBytes(@ForAll @Size(min = 1, max = 100) byte[] bytes) {
        receive(bytes);
    }

    @Property
    void anyBytesBehindAnIpv4Header(@ForAll @Size(max = 200) byte[] bytes, @ForAll long seed) {
        Random random = new Random(seed);
        receive(packet(random, true, bytes));
    }

    @Property
    void anyBytesBehindAnIpv6Header(@ForAll @Size(max = 200) byte[] bytes, @ForAll long seed) {
        Random random = new Random(seed);
        receive(packet(random, false, bytes));
    }

    /** Addresses, lengths and checksums are right, so that the bytes get deep. */
    private static byte[] packet(Random random, boolean ipv4, byte[] bytes) {
        FlowKey flow = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
        int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        int checksum = protocol == IpProtocol.TCP ? 16 : protocol == IpProtocol.UDP ? 6 : 2;
        if (bytes.length >= checksum + 2 && random.nextInt(4) > 0) {
            byte[] summed = bytes.clone();
            summed[checksum] = 0;
            summed[checksum + 1] = 0;
            byte[] packet = Packets.ip(flow.client(), flow.target(), protocol, summed, checksum);
            if (protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6 || protocol == IpProtocol.TCP) {
                return packet;
            }
        }
        if (ipv4) {
            byte[] options = Arrays.copyOf(bytes, random.nextInt(Math.min(bytes.length, 40) + 1));
            int flags = random.nextBoolean() ? 0 : random.nextInt(0x10000);
            return Raw.ipv4(flow, protocol, options, random.nextInt(4), flags, bytes);
        }
        return Raw.ip(flow, protocol, bytes);
    }

    @Property
    void icmpErrorsAboutAnything(@ForAll @Size(max = 120) byte[] quoted, @ForAll long seed) {
        Random random = new Random(seed);
        boolean ipv4 = random.nextBoolean();
        FlowKey flow = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
        byte[] quote = random.nextBoolean()
                ? quoted
                : Raw.concat(packet(random, random.nextInt(8) == 0 ? !ipv4 : ipv4, quoted));
        int type = random.nextInt(3) == 0 ? random.nextInt(256) : ipv4 ? 3 : 2;
        int code = ipv4 && random.nextBoolean() ? 4 : random.nextInt(3);
        receive(Raw.icmpError(
                flow.client(),
                flow.target(),
                type,
                code,
                random.nextInt(2000),
                Arrays.copyOf(quote, random.nextInt(quote.length + 1))));
    }

    /** Chains of extension headers that are right for the most part. */
    @Property
    void extensionHeaders(@ForAll @Size(max = 80) byte[] bytes, @ForAll long seed) {
        Random random = new Random(seed);
        int[] types = {IpProtocol.HOP_BY_HOP, IpProtocol.DESTINATION_OPTIONS, IpProtocol.ROUTING, IpProtocol.FRAGMENT};
        int length = random.nextInt(1, 11);
        int[] chain = new int[length];
        byte[][] headers = new byte[length][];
        for (int i = 0; i < length; i++) {
            chain[i] = types[random.nextInt(i == 0 ? 0 : 1, 4)];
            headers[i] = new byte[8 * random.nextInt(1, 4)];
            random.nextBytes(headers[i]);
            headers[i][1] = (byte) (random.nextInt(8) == 0 ? random.nextInt(256) : headers[i].length / 8 - 1);
            if (random.nextInt(4) > 0) {
                Arrays.fill(headers[i], 2, headers[i].length, (byte) 0);
            }
        }
        receive(Raw.withExtensions(Raw.ip(FlowKey.v6(5000), PROTOCOLS[random.nextInt(11)], bytes), chain, headers));
    }

    /** Fragments of a few datagrams, cut, repeated and overlapping at random, and time that passes. */
    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void fragments(@ForAll long seed) {
        Random random = new Random(seed);
        boolean ipv4 = random.nextBoolean();
        FlowKey flow = ipv4 ? FlowKey.v4(5000) : FlowKey.v6(5000);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            byte[] data = new byte[random.nextInt(3000)];
            random.nextBytes(data);
            byte[] whole =
                    i == 0 ? Packets.echoRequest(flow.client(), flow.target(), 1, data) : packet(random, ipv4, data);
            packets.addAll(Raw.fragments(whole, random.nextInt(3), 8 * random.nextInt(8, 100)));
        }
        for (int i = 0; i < 50 && !packets.isEmpty(); i++) {
            byte[] packet = packets.get(random.nextInt(packets.size()));
            if (random.nextInt(4) == 0) {
                int at = random.nextInt(ipv4 ? 20 : 48);
                packet = Raw.with(packet, Math.min(at, packet.length - 1), random.nextInt(256));
            }
            receive(packet);
            if (random.nextInt(20) == 0) {
                host.advance(random.nextInt(40_000));
                // Time exceeded is about packets that were counted before.
                bytesOut += host.sent.stream().mapToInt(sent -> sent.length).sum();
                host.sent.clear();
            }
        }
    }
}
