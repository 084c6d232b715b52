package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.Handoff;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.icmp.IcmpInput;
import io.tun2socks.tcpstack.icmp.IcmpLayer;
import io.tun2socks.tcpstack.tcp.TcpLayer;
import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.timer.TimerWheel;
import io.tun2socks.tcpstack.udp.UdpLayer;
import io.tun2socks.tcpstack.wire.IcmpHeader;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv4Options;
import io.tun2socks.tcpstack.wire.Ipv6Extensions;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;

/**
 * Validates packets and passes them to their protocol (RFC 1122 3.2, RFC 8200).
 *
 * <p>The stack is the host that a packet is for, whatever the destination: TTL and hop limit do not matter (RFC 1122
 * 3.2.1.7), nor do DSCP, ECN, the flow label and reserved bits. Multicast and broadcast, and so IGMP, MLD, neighbour
 * discovery and the like, are ignored. Confined to the stack's thread.
 */
public final class IpInput {
    private static final int INVALID = -1;

    private final StackStats stats;
    private final TcpLayer tcp;
    private final UdpLayer udp;
    private final IcmpInput messages;
    private final IcmpLayer icmp;
    private final Handoff handoff;
    private final FragmentReassembler reassembler;
    private final TimerWheel timers;
    private final Timer reassemblyTimer = new Timer(this::onReassemblyTimer);
    private long nowNanos;

    private long srcHi;
    private long srcLo;
    private long dstHi;
    private long dstLo;
    private int trafficClass;

    /**
     * Makes an input.
     *
     * @param stats counts what is dropped
     * @param tcp gets segments
     * @param udp gets datagrams
     * @param messages gets ICMP messages
     * @param icmp tells clients what was wrong with a packet
     * @param handoff gets what belongs to other stacks
     * @param reassembler puts fragments together; closed by the caller
     * @param timers the stack's wheel
     */
    public IpInput(
            StackStats stats,
            TcpLayer tcp,
            UdpLayer udp,
            IcmpInput messages,
            IcmpLayer icmp,
            Handoff handoff,
            FragmentReassembler reassembler,
            TimerWheel timers) {
        this.stats = stats;
        this.tcp = tcp;
        this.udp = udp;
        this.messages = messages;
        this.icmp = icmp;
        this.handoff = handoff;
        this.reassembler = reassembler;
        this.timers = timers;
        reassembler.onTimeout(this::onReassemblyTimeout);
    }

    /** Sets the time of the event that is being handled. */
    public void now(long now) {
        nowNanos = now;
    }

    /** Returns the differentiated services code point (RFC 2474) of the packet that was passed on last, 0 to 63. */
    public int dscp() {
        return trafficClass >>> 2;
    }

    /**
     * Takes a packet.
     *
     * @param packet a virtio-net header and the IP packet behind it; borrowed
     * @param handedOff whether another stack has passed it on: then it is not passed on for its source again
     */
    public void receive(ByteBuf packet, boolean handedOff) {
        stats.packetsIn++;
        int vnet = packet.readerIndex();
        int ip = vnet + VirtioNetHeader.LENGTH;
        int available = packet.writerIndex() - ip;
        if (available < Ipv4Header.LENGTH) {
            stats.malformed++;
            return;
        }
        int version = packet.getByte(ip) >>> 4 & 0xf;
        if (version == 4) {
            receiveIpv4(packet, vnet, ip, available, handedOff);
        } else if (version == 6 && available >= Ipv6Header.LENGTH) {
            receiveIpv6(packet, vnet, ip, available, handedOff);
        } else {
            stats.malformed++;
        }
    }

    private void receiveIpv4(ByteBuf packet, int vnet, int ip, int available, boolean handedOff) {
        int headerLength = Ipv4Header.headerLength(packet, ip);
        int total = Ipv4Header.totalLength(packet, ip);
        if (headerLength < Ipv4Header.LENGTH
                || total < headerLength
                || total > available
                || !Ipv4Header.checksumValid(packet, ip)) {
            stats.malformed++;
            return;
        }
        int source = Ipv4Header.source(packet, ip);
        int destination = Ipv4Header.destination(packet, ip);
        if (Martians.isMulticastOrBroadcast(destination)) {
            stats.ignored++;
            return;
        }
        if (Martians.isMartian(source, destination)) {
            stats.martian++;
            return;
        }
        if (headerLength > Ipv4Header.LENGTH && !optionsPassable(packet, ip, headerLength, ip + total)) {
            return;
        }
        if (Ipv4Header.isFragment(packet, ip)) {
            reassemble(packet, ip, ip + total, handedOff);
            return;
        }
        srcHi = 0;
        srcLo = IpAddress.lowHalfOfIpv4(source);
        dstHi = 0;
        dstLo = IpAddress.lowHalfOfIpv4(destination);
        trafficClass = Ipv4Header.trafficClass(packet, ip);
        int protocol = Ipv4Header.protocol(packet, ip);
        if (!dispatch(packet, vnet, ip + headerLength, ip + total, protocol, handedOff)
                && protocol != IpProtocol.IGMP) {
            // RFC 1122 3.2.2.1.
            icmp.error(packet, ip, ip + total, IcmpHeader.V4_UNREACHABLE, IcmpHeader.V4_CODE_PROTOCOL, 0);
        }
    }

    /** A source route is not followed and not ignored either: the packet is dropped (RFC 7126 4.3, 4.4). */
    private boolean optionsPassable(ByteBuf packet, int ip, int headerLength, int end) {
        int checked = Ipv4Options.check(packet, ip, headerLength);
        if (checked == Ipv4Options.PASSABLE) {
            return true;
        }
        if (checked == Ipv4Options.SOURCE_ROUTED) {
            stats.martian++;
        } else {
            stats.malformed++;
            // RFC 1122 3.2.2.5: the first of the four bytes points at what is wrong.
            icmp.error(packet, ip, end, IcmpHeader.V4_PARAMETER_PROBLEM, 0, checked << 24);
        }
        return false;
    }

    private void receiveIpv6(ByteBuf packet, int vnet, int ip, int available, boolean handedOff) {
        int payload = Ipv6Header.payloadLength(packet, ip);
        int end = ip + Ipv6Header.LENGTH + payload;
        if (payload > available - Ipv6Header.LENGTH) {
            stats.malformed++;
            return;
        }
        srcHi = Ipv6Header.sourceHi(packet, ip);
        srcLo = Ipv6Header.sourceLo(packet, ip);
        dstHi = Ipv6Header.destinationHi(packet, ip);
        dstLo = Ipv6Header.destinationLo(packet, ip);
        trafficClass = Ipv6Header.trafficClass(packet, ip);
        if (Martians.isMulticast(dstHi)) {
            stats.ignored++;
            return;
        }
        if (Martians.isMartian(srcHi, srcLo, dstHi, dstLo)) {
            stats.martian++;
            return;
        }
        long walked = Ipv6Extensions.skip(packet, ip + Ipv6Header.LENGTH, end, Ipv6Header.nextHeader(packet, ip));
        if (walked < 0) {
            stats.malformed++;
            report(packet, ip, end, walked);
            return;
        }
        int protocol = Ipv6Extensions.protocol(walked);
        int offset = Ipv6Extensions.offset(walked);
        if (protocol == IpProtocol.FRAGMENT) {
            reassemble(packet, ip, end, handedOff);
            return;
        }
        if (!dispatch(packet, vnet, offset, end, protocol, handedOff) && protocol != IpProtocol.NO_NEXT_HEADER) {
            int field = Ipv6Extensions.nextHeaderField(packet, ip, offset);
            report(packet, ip, end, Ipv6Extensions.problem(IcmpHeader.V6_CODE_NEXT_HEADER, field));
        }
    }

    /** Tells the sender of an IPv6 packet what is wrong with it, if that is to be told (RFC 4443 3.4). */
    private void report(ByteBuf packet, int ip, int end, long problem) {
        if (Ipv6Extensions.isProblem(problem)) {
            int pointer = Ipv6Extensions.offset(problem) - ip;
            int code = Ipv6Extensions.problemCode(problem);
            icmp.error(packet, ip, end, IcmpHeader.V6_PARAMETER_PROBLEM, code, pointer);
        }
    }

    private void reassemble(ByteBuf packet, int ip, int end, boolean handedOff) {
        ByteBuf whole = reassembler.accept(packet, nowNanos);
        if (reassembler.takeRefused()) {
            stats.malformed++;
            report(packet, ip, end, reassembler.problem());
        }
        stats.reassemblyFailed = reassembler.failed();
        if (whole != null) {
            try {
                receive(whole, handedOff);
            } finally {
                whole.release();
            }
        }
        if (!reassemblyTimer.isScheduled()) {
            scheduleReassemblyTimer();
        }
    }

    /** The first fragment of a datagram that never became whole: its sender is told (RFC 792, RFC 4443 3.3). */
    private void onReassemblyTimeout(ByteBuf packet) {
        int type = packet.getByte(packet.readerIndex()) >>> 4 == 4
                ? IcmpHeader.V4_TIME_EXCEEDED
                : IcmpHeader.V6_TIME_EXCEEDED;
        icmp.error(packet, packet.readerIndex(), packet.writerIndex(), type, IcmpHeader.CODE_REASSEMBLY, 0);
    }

    private void onReassemblyTimer(long now) {
        reassembler.expire(now);
        stats.reassemblyFailed = reassembler.failed();
        scheduleReassemblyTimer();
    }

    private void scheduleReassemblyTimer() {
        long deadline = reassembler.nextDeadlineNanos();
        if (deadline != FragmentReassembler.NO_DEADLINE) {
            timers.schedule(reassemblyTimer, deadline);
        }
    }

    /** Passes a packet on; returns false if its protocol is not spoken. */
    private boolean dispatch(ByteBuf packet, int vnet, int offset, int end, int protocol, boolean handedOff) {
        if (protocol == IpProtocol.TCP) {
            tcp(packet, vnet, offset, end);
        } else if (protocol == IpProtocol.UDP) {
            udp(packet, vnet, offset, end, handedOff);
        } else if (protocol == (IpAddress.isIpv4(srcHi, srcLo) ? IpProtocol.ICMP : IpProtocol.ICMPV6)) {
            icmp(packet, offset, end, protocol, handedOff);
        } else {
            stats.ignored++;
            return false;
        }
        return true;
    }

    private void tcp(ByteBuf packet, int vnet, int offset, int end) {
        if (end - offset < TcpHeader.LENGTH) {
            stats.malformed++;
            return;
        }
        int headerLength = TcpHeader.headerLength(packet, offset);
        if (headerLength < TcpHeader.LENGTH
                || headerLength > end - offset
                || !checksumValid(packet, vnet, offset, end, IpProtocol.TCP)) {
            stats.malformed++;
            return;
        }
        if (!tcp.input(packet, offset, end, srcHi, srcLo, dstHi, dstLo) && !handoff.unknownTcp(packet)) {
            tcp.refuseUnknown(packet, offset, end, srcHi, srcLo, dstHi, dstLo);
        }
    }

    private void udp(ByteBuf packet, int vnet, int offset, int end, boolean handedOff) {
        if (end - offset < UdpHeader.LENGTH) {
            stats.malformed++;
            return;
        }
        boolean gso = VirtioNetHeader.gsoType(packet, vnet) == VirtioNetHeader.GSO_UDP_L4;
        int udpEnd = gso ? end : udpEnd(packet, offset, end);
        if (udpEnd == INVALID || !udpChecksumValid(packet, vnet, offset, udpEnd)) {
            stats.malformed++;
            return;
        }
        int hash = UdpLayer.hash(srcHi, srcLo, UdpHeader.sourcePort(packet, offset), 0);
        if (!handedOff && handoff.udp(packet, hash)) {
            return;
        }
        int segmentSize = gso ? Math.max(VirtioNetHeader.gsoSize(packet, vnet), 1) : 0;
        udp.input(packet, offset, udpEnd, segmentSize, srcHi, srcLo, dstHi, dstLo);
    }

    private static int udpEnd(ByteBuf packet, int offset, int end) {
        int length = UdpHeader.length(packet, offset);
        return length < UdpHeader.LENGTH || length > end - offset ? INVALID : offset + length;
    }

    private boolean udpChecksumValid(ByteBuf packet, int vnet, int offset, int end) {
        if (UdpHeader.checksum(packet, offset) == 0 && !VirtioNetHeader.checksumTrusted(packet, vnet)) {
            // RFC 768 lets IPv4 go without; RFC 8200 8.1 does not.
            return IpAddress.isIpv4(srcHi, srcLo);
        }
        return checksumValid(packet, vnet, offset, end, IpProtocol.UDP);
    }

    private void icmp(ByteBuf packet, int offset, int end, int protocol, boolean handedOff) {
        long pseudo = protocol == IpProtocol.ICMP
                ? 0
                : InternetChecksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, protocol, end - offset);
        if (end - offset < IcmpHeader.LENGTH
                || InternetChecksum.fold(pseudo + InternetChecksum.sum(packet, offset, end - offset)) != 0xffff) {
            stats.malformed++;
            return;
        }
        messages.input(packet, offset, end, srcHi, srcLo, dstHi, dstLo, handedOff);
    }

    private boolean checksumValid(ByteBuf packet, int vnet, int offset, int end, int protocol) {
        if (VirtioNetHeader.checksumTrusted(packet, vnet)) {
            return true;
        }
        long pseudo = InternetChecksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, protocol, end - offset);
        return InternetChecksum.fold(pseudo + InternetChecksum.sum(packet, offset, end - offset)) == 0xffff;
    }
}
