package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.OutboundPacket;
import io.tun2socks.tcpstack.PacketSink;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;

/**
 * Puts the IP and virtio-net headers before a transport header, computes or delegates checksums, and sends. One packet
 * is in the making at a time: {@link #begin}, transport header and slices, then {@link #send}. Not thread-safe.
 */
public final class IpOutput {
    /** TTL and hop limit of what we send, as Linux has it. */
    public static final int HOP_LIMIT = 64;

    /** The size of the header buffer: one half for the packet in the making, one for its fragments. */
    public static final int HEADER_CAPACITY = 512;

    private static final int FRAGMENT_AT = HEADER_CAPACITY / 2;

    private final StackConfig config;
    private final PacketSink sink;
    private final StackStats stats;
    private final PathMtus paths;
    private final OutboundPacket packet;
    private final Fragmenter fragmenter;
    private int identification;

    private long srcHi;
    private long srcLo;
    private long dstHi;
    private long dstLo;
    private boolean ipv4;
    private int transportStart;

    /**
     * Makes an output.
     *
     * @param config for the offloads
     * @param sink where packets go
     * @param stats counts them
     * @param paths how long packets may be
     * @param header a direct buffer of {@link #HEADER_CAPACITY} bytes, owned by the caller
     * @param identification where the identifications of fragmented packets begin; not to be guessed (RFC 7739)
     */
    public IpOutput(
            StackConfig config, PacketSink sink, StackStats stats, PathMtus paths, ByteBuf header, int identification) {
        this.config = config;
        this.sink = sink;
        this.stats = stats;
        this.paths = paths;
        this.packet = new OutboundPacket(header);
        this.fragmenter = new Fragmenter(new OutboundPacket(header.slice(FRAGMENT_AT, FRAGMENT_AT)), sink);
        this.identification = identification;
    }

    /**
     * Begins a packet.
     *
     * @param sourceHi source address, upper half
     * @param sourceLo source address, lower half
     * @param targetHi destination address, upper half
     * @param targetLo destination address, lower half
     * @return the header buffer, positioned where the transport header goes
     */
    public ByteBuf begin(long sourceHi, long sourceLo, long targetHi, long targetLo) {
        packet.clearSlices();
        return beginKeepingSlices(sourceHi, sourceLo, targetHi, targetLo);
    }

    /** As {@link #begin}, but the slices that {@link #packet} holds already are the payload. */
    public ByteBuf beginKeepingSlices(long sourceHi, long sourceLo, long targetHi, long targetLo) {
        srcHi = sourceHi;
        srcLo = sourceLo;
        dstHi = targetHi;
        dstLo = targetLo;
        ipv4 = IpAddress.isIpv4(sourceHi, sourceLo);
        transportStart = VirtioNetHeader.LENGTH + headerLength(ipv4);
        return packet.header().setIndex(0, transportStart);
    }

    /** Returns the packet in the making, to add slices to. */
    public OutboundPacket packet() {
        return packet;
    }

    /** Returns the length of an IP header that we send. */
    public static int headerLength(boolean ipv4) {
        return ipv4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
    }

    /**
     * Finishes and sends the packet; a UDP or ICMP packet longer than the path's MTU goes out in fragments.
     *
     * @param protocol the transport protocol
     * @param checksumOffset where in the transport header the checksum lies; the field holds zero
     * @param gsoType one of the GSO constants of {@link VirtioNetHeader}
     * @param gsoSize payload of each segment, with GSO
     */
    public void send(int protocol, int checksumOffset, int gsoType, int gsoSize) {
        ByteBuf header = packet.header();
        int transportEnd = header.writerIndex();
        int length = transportEnd - transportStart + packet.payloadLength();
        long sum = protocol == IpProtocol.ICMP
                ? 0
                : InternetChecksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, protocol, length);
        boolean fragment = gsoType == VirtioNetHeader.GSO_NONE
                && protocol != IpProtocol.TCP
                && headerLength(ipv4) + length > paths.mtu(dstHi, dstLo);
        boolean offload = config.offloads().checksum()
                && !fragment
                && protocol != IpProtocol.ICMP
                && protocol != IpProtocol.ICMPV6;
        int checksum = offload ? InternetChecksum.fold(sum) : fullChecksum(sum, transportEnd);
        if (checksum == 0 && protocol == IpProtocol.UDP) {
            checksum = 0xffff;
        }
        header.setShort(transportStart + checksumOffset, checksum);
        if (fragment) {
            sendFragments(protocol, transportEnd);
            return;
        }
        header.writerIndex(0);
        VirtioNetHeader.write(
                header,
                offload ? VirtioNetHeader.F_NEEDS_CSUM : 0,
                gsoType,
                gsoType == VirtioNetHeader.GSO_NONE ? 0 : transportEnd - VirtioNetHeader.LENGTH,
                gsoType == VirtioNetHeader.GSO_NONE ? 0 : gsoSize,
                offload ? transportStart - VirtioNetHeader.LENGTH : 0,
                offload ? checksumOffset : 0);
        if (ipv4) {
            int total = Ipv4Header.LENGTH + length;
            boolean atomic = protocol != IpProtocol.ICMP && !paths.exceedsLeast(dstHi, dstLo, total);
            // An atomic datagram needs no identification (RFC 6864 4.1). Nobody would listen to errors about ICMP.
            Ipv4Header.write(
                    header,
                    0,
                    total,
                    atomic ? 0 : identification++,
                    atomic ? Ipv4Header.DF : 0,
                    HOP_LIMIT,
                    protocol,
                    (int) srcLo,
                    (int) dstLo);
        } else {
            Ipv6Header.write(header, 0, length, protocol, HOP_LIMIT, srcHi, srcLo, dstHi, dstLo);
        }
        header.writerIndex(transportEnd);
        stats.packetsOut++;
        sink.send(packet);
        packet.clearSlices();
    }

    private void sendFragments(int protocol, int transportEnd) {
        ByteBuf transport = packet.header().slice(transportStart, transportEnd - transportStart);
        ByteBuf payload = packet.sliceBuffer(0).slice(packet.sliceOffset(0), packet.payloadLength());
        int mtu = paths.mtu(dstHi, dstLo);
        if (protocol == IpProtocol.ICMPV6) {
            // Nobody would listen to errors about it; this much gets through everywhere (RFC 8200 5).
            mtu = Math.min(mtu, PathMtus.MIN_IPV6);
        }
        stats.packetsOut += fragmenter
                .between(srcHi, srcLo, dstHi, dstLo)
                .carrying(protocol, 0, HOP_LIMIT)
                .send(mtu, identification++, transport, payload);
        packet.clearSlices();
    }

    private int fullChecksum(long pseudoHeader, int transportEnd) {
        int position = transportEnd - transportStart;
        long sum = pseudoHeader + InternetChecksum.sum(packet.header(), transportStart, position);
        for (int i = 0; i < packet.slices(); i++) {
            sum += InternetChecksum.sumAt(
                    packet.sliceBuffer(i), packet.sliceOffset(i), packet.sliceLength(i), position);
            position += packet.sliceLength(i);
        }
        return InternetChecksum.finish(sum);
    }
}
