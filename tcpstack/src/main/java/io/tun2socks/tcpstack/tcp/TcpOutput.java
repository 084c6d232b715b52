package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.OutboundPacket;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.ip.IpOutput;
import io.tun2socks.tcpstack.ip.PathMtus;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.TcpOptions;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;

/** Writes segments: header, options, payload slices, and who computes the checksum. */
final class TcpOutput {
    /** What the timestamps option takes (RFC 7323 3.2, with two NOPs). */
    static final int TIMESTAMPS_LENGTH = 12;

    private static final int MAX_IP_LENGTH = 65535;

    private final StackConfig config;
    private final IpOutput ip;
    private final StackStats stats;
    private final PathMtus paths;

    TcpOutput(StackConfig config, IpOutput ip, StackStats stats, PathMtus paths) {
        this.config = config;
        this.ip = ip;
        this.stats = stats;
        this.paths = paths;
    }

    /** Returns the packet to add payload slices to before {@link #segment}; forgets what it held. */
    OutboundPacket payload() {
        ip.packet().clearSlices();
        return ip.packet();
    }

    /**
     * Returns SMSS: the most payload of a segment to the client, options subtracted (RFC 9293 3.7.1, RFC 6691).
     *
     * @param c a connection whose SYN has been read
     * @return bytes
     */
    int mss(TcpConnection c) {
        int room = paths.mtu(c.clientHi, c.clientLo) - IpOutput.headerLength(c.isIpv4()) - TcpHeader.LENGTH;
        return Math.min(c.peer().mss(), room) - (c.peer().timestamps() ? TIMESTAMPS_LENGTH : 0);
    }

    /**
     * Returns the most payload that one write may carry: a multiple of SMSS with segmentation offload, else SMSS.
     *
     * @param ipv4 the family
     * @param mss SMSS, options subtracted
     * @param options bytes of options in every segment
     */
    int maxPayload(boolean ipv4, int mss, int options) {
        if (ipv4 ? !config.offloads().tso4() : !config.offloads().tso6()) {
            return mss;
        }
        int room = MAX_IP_LENGTH - IpOutput.headerLength(ipv4) - TcpHeader.LENGTH - options;
        return Math.max(room / mss * mss, mss);
    }

    /**
     * Sends SYN-ACK.
     *
     * @param t to whom
     * @param peer the options that are agreed to
     * @param iss our ISN
     * @param ack the client's ISN + 1
     * @param window the window, never scaled here
     * @param tsVal our timestamp, if timestamps are agreed to
     * @param tsEcr the client's
     */
    void synAck(FourTuple t, PeerOptions peer, int iss, int ack, int window, int tsVal, int tsEcr) {
        ByteBuf out = ip.begin(t.targetHi, t.targetLo, t.clientHi, t.clientLo);
        int start = out.writerIndex();
        TcpHeader.write(out, t.targetPort(), t.clientPort(), iss, ack, TcpHeader.SYN | TcpHeader.ACK, window);
        TcpOptions.writeMss(out, Math.min(config.mtu() - IpOutput.headerLength(t.isIpv4()) - TcpHeader.LENGTH, 0xffff));
        if (peer.sackPermitted()) {
            TcpOptions.writeSackPermitted(out);
        }
        if (peer.timestamps()) {
            TcpOptions.writeTimestamps(out, tsVal, tsEcr);
        }
        if (peer.windowScaling()) {
            TcpOptions.writeWindowScale(out, TcpConnection.WINDOW_SHIFT);
        }
        TcpHeader.headerLength(out, start, out.writerIndex() - start);
        ip.send(IpProtocol.TCP, TcpHeader.CHECKSUM_OFFSET, VirtioNetHeader.GSO_NONE, 0);
    }

    /**
     * Sends a segment of a synchronised connection with the payload that was gathered into {@link #payload}.
     *
     * @param c the connection
     * @param seq SEG.SEQ
     * @param flags the flags beside ACK
     * @param mss SMSS: more payload than that makes a super-segment
     */
    void segment(TcpConnection c, long seq, int flags, int mss) {
        Receiver receiver = c.receiver();
        int payload = ip.packet().payloadLength();
        ByteBuf out = ip.beginKeepingSlices(c.targetHi, c.targetLo, c.clientHi, c.clientLo);
        int start = out.writerIndex();
        int window = receiver.onAckSent(payload > 0);
        TcpHeader.write(
                out, c.targetPort(), c.clientPort(), (int) seq, (int) receiver.nxt(), TcpHeader.ACK | flags, window);
        if (c.peer().timestamps()) {
            TcpOptions.writeTimestamps(out, c.tsVal(), c.timestamps().recent());
        }
        if (payload == 0 && c.peer().sackPermitted()) {
            receiver.writeSack(out, c.peer().timestamps() ? 3 : 4);
        }
        TcpHeader.headerLength(out, start, out.writerIndex() - start);
        int gso = payload <= mss
                ? VirtioNetHeader.GSO_NONE
                : c.isIpv4() ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
        ip.send(IpProtocol.TCP, TcpHeader.CHECKSUM_OFFSET, gso, mss);
    }

    /** Sends RST of a synchronised connection (RFC 9293 3.10.5). */
    void reset(TcpConnection c, long seq) {
        payload();
        stats.resetsOut++;
        segment(c, seq, TcpHeader.RST, 1);
    }

    /**
     * Answers a segment that belongs to no connection, or that a refused one sent (RFC 9293 3.10.7.1).
     *
     * @param s the segment; no RST
     * @param t where it came from
     */
    void resetFor(Segment s, FourTuple t) {
        boolean acked = s.has(TcpHeader.ACK);
        reset(
                t,
                acked ? s.ack : 0,
                acked ? 0 : s.seq + s.length(),
                acked ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK);
    }

    /** Answers the SYN of a half-open connection with RST (RFC 9293 3.10.7.1). */
    void refuse(FourTuple t, int ack) {
        reset(t, 0, ack, TcpHeader.RST | TcpHeader.ACK);
    }

    private void reset(FourTuple t, int seq, int ack, int flags) {
        stats.resetsOut++;
        ByteBuf out = ip.begin(t.targetHi, t.targetLo, t.clientHi, t.clientLo);
        TcpHeader.write(out, t.targetPort(), t.clientPort(), seq, ack, flags, 0);
        ip.send(IpProtocol.TCP, TcpHeader.CHECKSUM_OFFSET, VirtioNetHeader.GSO_NONE, 0);
    }
}
