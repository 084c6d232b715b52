package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.tcp.congestion.CongestionAlgorithm;

/**
 * Limits and choices for the TCP connections of a stack.
 *
 * @param sendBufferLimit bytes queued towards a client at which {@code isWritable} turns false
 * @param receiveBuffer the receive budget that a connection starts with, in bytes
 * @param maxReceiveBuffer the most that auto-tuning makes of it; equal to {@code receiveBuffer} turns tuning off
 * @param maxConnections the most connections, TIME-WAIT included; a SYN over it is refused with RST
 * @param maxHalfOpen the most connections before the end of the handshake, those that wait for an outbound included;
 *     over it SYNs are answered with SYN cookies (RFC 4987 3.6)
 * @param congestion the congestion control
 * @param keepAliveIdleNanos how long a connection may be silent before it is probed (RFC 9293 3.8.4); 0 for never
 * @param keepAliveIntervalNanos the time between probes
 * @param keepAliveProbes unanswered probes after which the client counts as gone
 */
public record TcpConfig(
        int sendBufferLimit,
        int receiveBuffer,
        int maxReceiveBuffer,
        int maxConnections,
        int maxHalfOpen,
        CongestionAlgorithm congestion,
        long keepAliveIdleNanos,
        long keepAliveIntervalNanos,
        int keepAliveProbes) {
    private static final long SECOND = 1_000_000_000L;

    /** The bytes that a connection may hold in each direction while all memory is in use. */
    static final int CROWDED_BUFFER = 1 << 14;

    /** What a connection gets if nobody says otherwise. */
    public static final TcpConfig DEFAULT = new TcpConfig(
            1 << 20, 1 << 18, 4 << 20, 1 << 16, 1 << 10, CongestionAlgorithm.CUBIC, 7200 * SECOND, 75 * SECOND, 9);

    /** Checks the ranges. */
    public TcpConfig {
        if (sendBufferLimit < 1 || receiveBuffer < 1 || maxReceiveBuffer < receiveBuffer) {
            throw new IllegalArgumentException("buffer sizes must be positive and the maximum not below the start");
        }
        if (maxConnections < 1 || maxHalfOpen < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
        if (keepAliveIdleNanos < 0 || keepAliveIntervalNanos < 1 || keepAliveProbes < 1) {
            throw new IllegalArgumentException("times must not be negative, keep-alive's interval and count positive");
        }
    }

    /** Returns the same with other buffers; see the components of these names. */
    public TcpConfig withBuffers(int newSendLimit, int newReceive, int newMaxReceive) {
        return new TcpConfig(
                newSendLimit,
                newReceive,
                newMaxReceive,
                maxConnections,
                maxHalfOpen,
                congestion,
                keepAliveIdleNanos,
                keepAliveIntervalNanos,
                keepAliveProbes);
    }

    /** Returns the same with other limits; see the components of these names. */
    public TcpConfig withLimits(int newMaxConnections, int newMaxHalfOpen) {
        return new TcpConfig(
                sendBufferLimit,
                receiveBuffer,
                maxReceiveBuffer,
                newMaxConnections,
                newMaxHalfOpen,
                congestion,
                keepAliveIdleNanos,
                keepAliveIntervalNanos,
                keepAliveProbes);
    }

    /** Returns the same with another congestion control. */
    public TcpConfig withCongestion(CongestionAlgorithm newCongestion) {
        return new TcpConfig(
                sendBufferLimit,
                receiveBuffer,
                maxReceiveBuffer,
                maxConnections,
                maxHalfOpen,
                newCongestion,
                keepAliveIdleNanos,
                keepAliveIntervalNanos,
                keepAliveProbes);
    }

    /** Returns the same with another keep-alive; see the components of these names. */
    public TcpConfig withKeepAlive(long idleNanos, long intervalNanos, int probes) {
        return new TcpConfig(
                sendBufferLimit,
                receiveBuffer,
                maxReceiveBuffer,
                maxConnections,
                maxHalfOpen,
                congestion,
                idleNanos,
                intervalNanos,
                probes);
    }
}
