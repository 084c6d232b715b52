package io.tun2socks.tcpstack.icmp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.wire.IcmpHeader;

/**
 * The messages that come: echo requests, and errors about what we sent. Errors are soft: TCP goes on and finds out by
 * itself (RFC 1122 4.2.3.9, RFC 5461 4, RFC 6633), and what became of a datagram is of no use to its sender. Confined to
 * the stack's thread.
 */
public final class IcmpInput {
    private final StackStats stats;
    private final IcmpLayer icmp;

    /**
     * Makes an input.
     *
     * @param stats counters
     * @param icmp answers echo requests
     */
    public IcmpInput(StackStats stats, IcmpLayer icmp) {
        this.stats = stats;
        this.icmp = icmp;
    }

    /**
     * Handles an ICMP or ICMPv6 message whose checksum has been checked.
     *
     * @param packet the packet, borrowed
     * @param offset where the message begins
     * @param end where it ends, at least its header behind that
     */
    public void input(ByteBuf packet, int offset, int end, long srcHi, long srcLo, long dstHi, long dstLo) {
        boolean ipv4 = IpAddress.isIpv4(srcHi, srcLo);
        int type = IcmpHeader.type(packet, offset);
        int code = IcmpHeader.code(packet, offset);
        if (type == (ipv4 ? IcmpHeader.V4_ECHO_REQUEST : IcmpHeader.V6_ECHO_REQUEST) && code == 0) {
            icmp.echoReply(packet, offset, end, srcHi, srcLo, dstHi, dstLo);
            return;
        }
        stats.ignored++;
    }
}
