package io.tun2socks.tcpstack.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.Arrays;

/**
 * An IP packet on a virtual link.
 *
 * @param ip the packet from the IP header on, checksums complete; owned by the record and not changed
 * @param gsoType one of the GSO constants of {@link VirtioNetHeader}
 * @param gsoSize payload of each segment, or 0
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record SimPacket(byte[] ip, int gsoType, int gsoSize) {
    /** Wraps a plain packet. */
    public static SimPacket plain(byte[] ip) {
        return new SimPacket(ip, VirtioNetHeader.GSO_NONE, 0);
    }

    /** Returns the packet with one byte changed. */
    public SimPacket corrupted(int index, int mask) {
        byte[] copy = Arrays.copyOf(ip, ip.length);
        copy[index] ^= (byte) mask;
        return plain(copy);
    }

    /** Returns the packet as a device would hand it over, with a virtio-net header; the caller releases it. */
    public ByteBuf toBuffer(ByteBufAllocator allocator) {
        ByteBuf b = allocator.directBuffer(VirtioNetHeader.LENGTH + ip.length);
        if (gsoType == VirtioNetHeader.GSO_NONE) {
            VirtioNetHeader.writePlain(b);
        } else {
            boolean ipv4 = (ip[0] & 0xf0) == 0x40;
            int transport = ipv4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
            boolean udp = (ipv4 ? ip[9] : ip[6]) == IpProtocol.UDP;
            int header = udp ? UdpHeader.LENGTH : (ip[transport + 12] >>> 4 & 0xf) * 4;
            VirtioNetHeader.write(
                    b,
                    VirtioNetHeader.F_NEEDS_CSUM,
                    gsoType,
                    transport + header,
                    gsoSize,
                    transport,
                    udp ? UdpHeader.CHECKSUM_OFFSET : TcpHeader.CHECKSUM_OFFSET);
        }
        return b.writeBytes(ip);
    }
}
