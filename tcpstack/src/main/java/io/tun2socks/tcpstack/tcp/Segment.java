package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.TcpOptions;

/** One received segment, parsed into a reusable object; valid during the call that hands it over. */
final class Segment {
    final TcpOptions options = new TcpOptions();

    ByteBuf packet;
    int seq;
    int ack;
    int flags;
    /** SEG.WND as it stands in the header, not scaled. */
    int window;

    int payloadOffset;
    int payloadLength;

    /**
     * Parses a segment whose header has been checked to lie within the packet.
     *
     * @param b the packet, borrowed
     * @param offset where the TCP header begins
     * @param end where the segment ends
     */
    void parse(ByteBuf b, int offset, int end) {
        packet = b;
        seq = TcpHeader.seq(b, offset);
        ack = TcpHeader.ack(b, offset);
        flags = TcpHeader.flags(b, offset);
        window = TcpHeader.window(b, offset);
        payloadOffset = offset + TcpHeader.headerLength(b, offset);
        payloadLength = end - payloadOffset;
        options.parse(b, offset + TcpHeader.LENGTH, payloadOffset);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** SEG.LEN: payload, SYN and FIN. */
    int length() {
        return payloadLength + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }
}
