package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.OutboundPacket;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the kernel does with a packet that is written to a TUN device: it completes the checksum, cuts super-segments
 * up, and holds the stack to what it may ask for.
 */
final class Device {
    private final Offloads offloads;
    private final int mtu;

    Device(Offloads offloads, int mtu) {
        this.offloads = offloads;
        this.mtu = mtu;
    }

    /** Returns the packets that the client's side gets; each has been verified. */
    List<byte[]> write(OutboundPacket packet) {
        ByteBuf b = Unpooled.buffer(packet.length());
        packet.copyTo(b);
        int flags = VirtioNetHeader.flags(b, 0);
        int gsoType = VirtioNetHeader.gsoType(b, 0);
        byte[] ip = Arrays.copyOfRange(b.array(), VirtioNetHeader.LENGTH, b.writerIndex());
        boolean ipv4 = Packets.isIpv4(ip);
        int start = Packets.ipHeader(ipv4);
        if (isFragment(ip)) {
            assertThat(ip.length).as("length of a fragment").isLessThanOrEqualTo(mtu);
            assertThat(flags | gsoType).as("offloads of a fragment").isZero();
            return List.of(ip);
        }
        if ((flags & VirtioNetHeader.F_NEEDS_CSUM) != 0) {
            assertThat(offloads.checksum()).as("checksum offload is there").isTrue();
            assertThat(VirtioNetHeader.csumStart(b, 0)).isEqualTo(start);
            int offset = Packets.protocol(ip) == IpProtocol.TCP ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
            assertThat(VirtioNetHeader.csumOffset(b, 0)).isEqualTo(offset);
            complete(ip, start, offset);
        }
        assertThat(Packets.isValid(ip))
                .as("lengths and checksums of what the stack sent")
                .isTrue();
        List<byte[]> out = new ArrayList<>();
        if (gsoType == VirtioNetHeader.GSO_NONE) {
            if (Packets.protocol(ip) == IpProtocol.TCP) {
                assertThat(ip.length).as("length of a TCP packet").isLessThanOrEqualTo(mtu);
            }
            out.add(ip);
        } else {
            assertThat(gsoType).isEqualTo(ipv4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6);
            assertThat(ipv4 ? offloads.tso4() : offloads.tso6())
                    .as("TSO is there")
                    .isTrue();
            cut(ip, VirtioNetHeader.gsoSize(b, 0), out);
        }
        return out;
    }

    private static boolean isFragment(byte[] ip) {
        return Packets.isIpv4(ip)
                ? Ipv4Header.isFragment(Unpooled.wrappedBuffer(ip), 0)
                : Packets.protocol(ip) == IpProtocol.FRAGMENT;
    }

    private static void complete(byte[] ip, int start, int offset) {
        ByteBuf b = Unpooled.wrappedBuffer(ip);
        b.setShort(start + offset, InternetChecksum.finish(InternetChecksum.sum(b, start, ip.length - start)));
    }

    private void cut(byte[] ip, int size, List<byte[]> out) {
        Seg whole = Packets.tcp(ip);
        ByteBuf b = Unpooled.wrappedBuffer(ip);
        int start = Packets.ipHeader(Packets.isIpv4(ip));
        FlowKey from = new FlowKey(
                Packets.source(ip),
                TcpHeader.sourcePort(b, start),
                Packets.destination(ip),
                TcpHeader.destinationPort(b, start));
        assertThat(whole.payload.length).as("payload of a super-segment").isGreaterThan(size);
        for (int at = 0; at < whole.payload.length; at += size) {
            int end = Math.min(at + size, whole.payload.length);
            boolean last = end == whole.payload.length;
            Seg s = Seg.of(last ? whole.flags : whole.flags & ~(Seg.FIN | Seg.PSH))
                    .seq(whole.seq + at)
                    .ack(whole.ack)
                    .window(whole.window)
                    .data(Arrays.copyOfRange(whole.payload, at, end));
            if (whole.timestamps) {
                s.timestamps(whole.tsVal, whole.tsEcr);
            }
            byte[] packet = Packets.tcp(from, s);
            if (Packets.isIpv4(ip)) {
                packet = Raw.with(packet, 6, ip[6]);
            }
            assertThat(packet.length)
                    .as("length of a segment cut from a super-segment")
                    .isLessThanOrEqualTo(mtu);
            out.add(packet);
        }
    }
}
