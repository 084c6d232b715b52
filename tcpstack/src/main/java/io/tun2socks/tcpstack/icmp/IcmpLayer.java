package io.tun2socks.tcpstack.icmp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.ip.IpOutput;
import io.tun2socks.tcpstack.wire.IcmpHeader;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Extensions;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;

/** The messages that we send: echo replies and errors (RFC 792, RFC 4443). Confined to the stack's thread. */
public final class IcmpLayer {
    /** Payload quoted in an error: a message of 576 bytes (RFC 1812 4.3.2.3), headers of both packets subtracted. */
    private static final int MAX_QUOTED_IPV4 = 576 - 2 * Ipv4Header.LENGTH - IcmpHeader.LENGTH - UdpHeader.LENGTH;

    /** A message of 1280 bytes (RFC 4443 3.1). */
    private static final int MAX_QUOTED_IPV6 = 1280 - 2 * Ipv6Header.LENGTH - IcmpHeader.LENGTH - UdpHeader.LENGTH;

    /** The longest error (RFC 1812 4.3.2.3; RFC 4443 2.4 (c)): it must get through without being fragmented. */
    private static final int MAX_ERROR_IPV4 = 576;

    private static final int MAX_ERROR_IPV6 = 1280;

    private final IpOutput ip;
    private final StackStats stats;
    private final ErrorLimiter limiter;
    private long nowNanos;

    /**
     * Makes the layer.
     *
     * @param stats counters
     * @param ip where messages go
     * @param nowNanos the time now
     */
    public IcmpLayer(StackStats stats, IpOutput ip, long nowNanos) {
        this.stats = stats;
        this.ip = ip;
        this.limiter = new ErrorLimiter(nowNanos);
    }

    /** Sets the time of the event that is being handled. */
    public void now(long now) {
        nowNanos = now;
    }

    /**
     * Answers an echo request with the same identifier, sequence number and data (RFC 792, RFC 4443 4.2).
     *
     * @param packet the request, borrowed
     * @param offset where the message begins
     * @param end where it ends
     */
    public void echoReply(ByteBuf packet, int offset, int end, long srcHi, long srcLo, long dstHi, long dstLo) {
        boolean ipv4 = IpAddress.isIpv4(srcHi, srcLo);
        ByteBuf out = ip.begin(dstHi, dstLo, srcHi, srcLo);
        int reply = ipv4 ? IcmpHeader.V4_ECHO_REPLY : IcmpHeader.V6_ECHO_REPLY;
        IcmpHeader.write(out, reply, 0, IcmpHeader.rest(packet, offset));
        int payload = end - offset - IcmpHeader.LENGTH;
        if (payload > 0) {
            ip.packet().addSlice(packet, offset + IcmpHeader.LENGTH, payload);
        }
        send(ipv4);
    }

    /**
     * Tells a client what was wrong with a packet, unless errors about it are not allowed (RFC 1122 3.2.2, RFC 4443 2.4)
     * or are too many.
     *
     * @param packet holds the packet, whose addresses have been checked to be those of single hosts; borrowed
     * @param header where its IP header begins
     * @param end where it ends, at least a whole IP header behind that
     * @param type the error's type
     * @param code its code
     * @param rest the last four bytes of its header: a pointer, or zero
     */
    public void error(ByteBuf packet, int header, int end, int type, int code, int rest) {
        boolean ipv4 = packet.getByte(header) >>> 4 == 4;
        boolean allowed = ipv4 ? mayReportIpv4(packet, header, end) : mayReportIpv6(packet, header, end);
        if (!allowed) {
            return;
        }
        long srcHi = ipv4 ? 0 : Ipv6Header.sourceHi(packet, header);
        long srcLo =
                ipv4 ? IpAddress.lowHalfOfIpv4(Ipv4Header.source(packet, header)) : Ipv6Header.sourceLo(packet, header);
        long dstHi = ipv4 ? 0 : Ipv6Header.destinationHi(packet, header);
        long dstLo = ipv4
                ? IpAddress.lowHalfOfIpv4(Ipv4Header.destination(packet, header))
                : Ipv6Header.destinationLo(packet, header);
        if (!acquire(srcHi, srcLo)) {
            return;
        }
        IcmpHeader.write(ip.begin(dstHi, dstLo, srcHi, srcLo), type, code, rest);
        int room = (ipv4 ? MAX_ERROR_IPV4 : MAX_ERROR_IPV6) - IpOutput.headerLength(ipv4) - IcmpHeader.LENGTH;
        ip.packet().addSlice(packet, header, Math.min(end - header, room));
        send(ipv4);
    }

    /** No errors about errors, nor about any fragment but the first. */
    private static boolean mayReportIpv4(ByteBuf packet, int header, int end) {
        if (!Ipv4Header.isFirst(packet, header)) {
            return false;
        }
        int transport = header + Ipv4Header.headerLength(packet, header);
        return Ipv4Header.protocol(packet, header) != IpProtocol.ICMP
                || (transport < end && !IcmpHeader.isError(true, IcmpHeader.type(packet, transport)));
    }

    /** No errors about errors; what is a part of an ICMPv6 message may be a part of one. */
    private static boolean mayReportIpv6(ByteBuf packet, int header, int end) {
        long found = Ipv6Extensions.findTransport(packet, header, end);
        if (found < 0) {
            return true;
        }
        int transport = Ipv6Extensions.offset(found);
        return Ipv6Extensions.protocol(found) != IpProtocol.ICMPV6
                || (transport < end && !IcmpHeader.isError(false, IcmpHeader.type(packet, transport)));
    }

    /**
     * Tells a client that its SYN led nowhere.
     *
     * @param seq the SYN's sequence number, by which the client knows it again
     */
    public void unreachableForTcp(
            long clientHi,
            long clientLo,
            int clientPort,
            long targetHi,
            long targetLo,
            int targetPort,
            int seq,
            Unreachable reason) {
        ByteBuf out = begin(clientHi, clientLo, targetHi, targetLo, IpProtocol.TCP, TcpHeader.LENGTH, reason);
        if (out != null) {
            TcpHeader.write(out, clientPort, targetPort, seq, 0, TcpHeader.SYN, 0);
            send(IpAddress.isIpv4(clientHi, clientLo));
        }
    }

    /**
     * Tells a client that its datagram led nowhere.
     *
     * @param payload the datagram's payload; borrowed
     */
    public void unreachableForUdp(
            long clientHi,
            long clientLo,
            int clientPort,
            long targetHi,
            long targetLo,
            int targetPort,
            ByteBuf payload,
            Unreachable reason) {
        int length = UdpHeader.LENGTH + payload.readableBytes();
        ByteBuf out = begin(clientHi, clientLo, targetHi, targetLo, IpProtocol.UDP, length, reason);
        if (out != null) {
            UdpHeader.write(out, clientPort, targetPort, length, 0);
            boolean ipv4 = IpAddress.isIpv4(clientHi, clientLo);
            int quoted = Math.min(payload.readableBytes(), ipv4 ? MAX_QUOTED_IPV4 : MAX_QUOTED_IPV6);
            if (quoted > 0) {
                ip.packet().addSlice(payload, payload.readerIndex(), quoted);
            }
            send(ipv4);
        }
    }

    private ByteBuf begin(
            long clientHi,
            long clientLo,
            long targetHi,
            long targetLo,
            int protocol,
            int transportLength,
            Unreachable reason) {
        if (!acquire(clientHi, clientLo)) {
            return null;
        }
        boolean ipv4 = IpAddress.isIpv4(clientHi, clientLo);
        ByteBuf out = ip.begin(targetHi, targetLo, clientHi, clientLo);
        if (ipv4) {
            IcmpHeader.write(out, IcmpHeader.V4_UNREACHABLE, reason.ipv4Code(), 0);
            Ipv4Header.write(
                    out,
                    0,
                    Ipv4Header.LENGTH + transportLength,
                    0,
                    Ipv4Header.DF,
                    IpOutput.HOP_LIMIT,
                    protocol,
                    (int) clientLo,
                    (int) targetLo);
        } else {
            IcmpHeader.write(out, IcmpHeader.V6_UNREACHABLE, reason.ipv6Code(), 0);
            Ipv6Header.write(
                    out, 0, transportLength, protocol, IpOutput.HOP_LIMIT, clientHi, clientLo, targetHi, targetLo);
        }
        return out;
    }

    private boolean acquire(long clientHi, long clientLo) {
        if (!limiter.tryAcquire(clientHi, clientLo, nowNanos)) {
            stats.icmpErrorsLimited++;
            return false;
        }
        stats.icmpErrorsOut++;
        return true;
    }

    private void send(boolean ipv4) {
        ip.send(ipv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6, IcmpHeader.CHECKSUM_OFFSET, VirtioNetHeader.GSO_NONE, 0);
    }
}
