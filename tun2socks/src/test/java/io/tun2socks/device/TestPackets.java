package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Packets written out by hand, IPv4 from 10.0.0.2 to 10.0.0.1. */
final class TestPackets {
    static final int VNET = 10;
    static final int IPV4 = 20;

    private TestPackets() {}

    static boolean isIpv4(byte[] packet, int protocol) {
        return packet.length > VNET + IPV4 && packet[VNET] == 0x45 && packet[VNET + 9] == protocol;
    }

    static boolean isUdpTo(byte[] packet, int port) {
        if (isIpv4(packet, 17)) {
            return u16(packet, VNET + IPV4 + 2) == port;
        }
        return packet.length > VNET + 48
                && packet[VNET] == 0x60
                && packet[VNET + 6] == 17
                && u16(packet, VNET + 40 + 2) == port;
    }

    static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    static String text(byte[] packet, int length) {
        return new String(packet, packet.length - length, length, StandardCharsets.US_ASCII);
    }

    /** A virtio-net header of zeros, IPv4 and UDP headers; the UDP checksum is 0, which means none. */
    static ByteBuf udpHeader(int sourcePort, int destinationPort, int payloadLength) {
        ByteBuf header = Unpooled.directBuffer(64);
        header.writeZero(VNET);
        writeIpv4(header, 17, IPV4 + 8 + payloadLength);
        return header.writeShort(sourcePort)
                .writeShort(destinationPort)
                .writeShort(8 + payloadLength)
                .writeShort(0);
    }

    static void writeIpv4(ByteBuf out, int protocol, int totalLength) {
        int start = out.writerIndex();
        out.writeByte(0x45).writeByte(0).writeShort(totalLength).writeInt(0x4000);
        out.writeByte(64).writeByte(protocol).writeShort(0).writeInt(0x0a000002).writeInt(0x0a000001);
        int sum = 0;
        for (int i = 0; i < IPV4; i += 2) {
            sum += out.getUnsignedShort(start + i);
        }
        out.setShort(start + 10, ~fold(sum));
    }

    static int fold(int sum) {
        int folded = (sum & 0xffff) + (sum >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }

    /** A SYN-ACK for a SYN, whose checksum the kernel is asked to complete (NEEDS_CSUM). */
    static ByteBuf synAck(byte[] syn, int mss) {
        int tcp = VNET + IPV4;
        int tcpLength = 24;
        ByteBuf out = Unpooled.directBuffer(64);
        out.writeByte(1)
                .writeByte(0)
                .writeShortLE(0)
                .writeShortLE(0)
                .writeShortLE(IPV4)
                .writeShortLE(16);
        writeIpv4(out, 6, IPV4 + tcpLength);
        out.writeShort(u16(syn, tcp + 2)).writeShort(u16(syn, tcp));
        out.writeInt(1000);
        out.writeInt((u16(syn, tcp + 4) << 16 | u16(syn, tcp + 6)) + 1);
        out.writeShort(6 << 12 | 0x12).writeShort(65535);
        int pseudo = 0x0a00 + 0x0002 + 0x0a00 + 0x0001 + 6 + tcpLength;
        out.writeShort(fold(pseudo)).writeShort(0);
        return out.writeByte(2).writeByte(4).writeShort(mss);
    }
}
