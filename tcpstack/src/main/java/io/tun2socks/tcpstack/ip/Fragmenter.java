package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.OutboundPacket;
import io.tun2socks.tcpstack.PacketSink;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6FragmentHeader;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;

/**
 * Sends a datagram in as many IP packets as the MTU asks for; the payload is not copied.
 *
 * <pre>{@code
 * fragmenter.between(srcHi, srcLo, dstHi, dstLo)
 *         .carrying(IpProtocol.UDP, trafficClass, hopLimit)
 *         .send(mtu, identification, udpHeader, payload);
 * }</pre>
 *
 * <p>Addresses and header fields stay until they are set again. Not thread-safe.
 */
public final class Fragmenter {
    /** The most bytes of a transport header. */
    public static final int MAX_TRANSPORT_HEADER = 64;
    /** The room that a packet's header buffer must have. */
    public static final int HEADER_ROOM =
            VirtioNetHeader.LENGTH + Ipv6Header.LENGTH + Ipv6FragmentHeader.LENGTH + MAX_TRANSPORT_HEADER;

    private final OutboundPacket packet;
    private final PacketSink sink;
    private long srcHi;
    private long srcLo;
    private long dstHi;
    private long dstLo;
    private boolean ipv4;
    private int protocol;
    private int trafficClass;
    private int hopLimit;
    private int identification;

    /**
     * Makes a fragmenter.
     *
     * @param packet the packet used for everything sent; its header buffer has {@link #HEADER_ROOM} bytes or more
     * @param sink where the packets go
     */
    public Fragmenter(OutboundPacket packet, PacketSink sink) {
        this.packet = packet;
        this.sink = sink;
    }

    /**
     * Sets the addresses, and with them the family.
     *
     * @param srcHi source address, upper half
     * @param srcLo source address, lower half
     * @param dstHi destination address, upper half
     * @param dstLo destination address, lower half
     * @return this
     */
    public Fragmenter between(long srcHi, long srcLo, long dstHi, long dstLo) {
        this.srcHi = srcHi;
        this.srcLo = srcLo;
        this.dstHi = dstHi;
        this.dstLo = dstLo;
        ipv4 = IpAddress.isIpv4(srcHi, srcLo);
        return this;
    }

    /**
     * Sets the other fields of the IP header.
     *
     * @param protocol the transport's protocol number
     * @param trafficClass DSCP and ECN
     * @param hopLimit hop limit or time to live
     * @return this
     */
    public Fragmenter carrying(int protocol, int trafficClass, int hopLimit) {
        this.protocol = protocol;
        this.trafficClass = trafficClass;
        this.hopLimit = hopLimit;
        return this;
    }

    /**
     * Sends a datagram: whole if it fits the MTU, or else as fragments in ascending order.
     *
     * @param mtu the longest IP packet in bytes
     * @param identification what marks the fragments as parts of one datagram; 16 bits of it count in IPv4
     * @param transport the transport header, its checksum over the whole datagram computed, at most
     *     {@link #MAX_TRANSPORT_HEADER} bytes; borrowed, and left as it is
     * @param payload what follows it; borrowed, and left as it is
     * @return the number of packets sent
     * @throws IllegalArgumentException if the datagram is longer than IP can carry, or the MTU too small for the first
     *     fragment to hold the transport header
     */
    public int send(int mtu, int identification, ByteBuf transport, ByteBuf payload) {
        this.identification = identification;
        int head = transport.readableBytes();
        int total = head + payload.readableBytes();
        int headerLength = ipv4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
        if (total > FragmentView.maxDataLength(!ipv4, headerLength)) {
            throw new IllegalArgumentException("a datagram of " + total + " bytes does not fit an IP packet");
        }
        if (headerLength + total <= mtu) {
            begin(false, 0, total, false);
            sendData(transport, payload, 0, total);
            return 1;
        }
        int room = mtu - headerLength - (ipv4 ? 0 : Ipv6FragmentHeader.LENGTH) & ~7;
        if (room < Math.max(head, 8)) {
            throw new IllegalArgumentException(
                    "an MTU of " + mtu + " bytes is too small for a transport header of " + head + " bytes");
        }
        int packets = 0;
        for (int offset = 0; offset < total; offset += room) {
            int length = Math.min(room, total - offset);
            begin(true, offset, length, offset + length < total);
            sendData(transport, payload, offset, length);
            packets++;
        }
        return packets;
    }

    private void begin(boolean fragment, int offset, int length, boolean more) {
        packet.clear();
        ByteBuf out = packet.header();
        VirtioNetHeader.writePlain(out);
        if (ipv4) {
            Ipv4Header.write(
                    out,
                    trafficClass,
                    Ipv4Header.LENGTH + length,
                    identification,
                    offset / 8 | (more ? Ipv4Header.MF : 0),
                    hopLimit,
                    protocol,
                    (int) srcLo,
                    (int) dstLo);
            return;
        }
        Ipv6Header.write(
                out,
                trafficClass,
                length + (fragment ? Ipv6FragmentHeader.LENGTH : 0),
                fragment ? IpProtocol.FRAGMENT : protocol,
                hopLimit,
                srcHi,
                srcLo,
                dstHi,
                dstLo);
        if (fragment) {
            Ipv6FragmentHeader.write(out, protocol, offset, more, identification);
        }
    }

    /** Sends what has been begun, followed by a part of transport header and payload that are numbered through. */
    private void sendData(ByteBuf transport, ByteBuf payload, int offset, int length) {
        int head = offset == 0 ? transport.readableBytes() : 0;
        packet.header().writeBytes(transport, transport.readerIndex(), head);
        if (length > head) {
            int payloadOffset = offset + head - transport.readableBytes();
            packet.addSlice(payload, payload.readerIndex() + payloadOffset, length - head);
        }
        sink.send(packet);
        packet.clearSlices();
    }
}
