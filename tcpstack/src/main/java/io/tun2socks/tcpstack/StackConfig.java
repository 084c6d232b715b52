package io.tun2socks.tcpstack;

/**
 * Limits and choices of a stack.
 *
 * @param mtu the device's MTU in bytes, 576 to 65535
 * @param offloads what the device does for us
 * @param sendBufferLimit bytes queued towards a client at which {@code isWritable} turns false
 * @param receiveBuffer the receive budget that a connection starts with, in bytes
 * @param maxReceiveBuffer the most that auto-tuning makes of it; equal to {@code receiveBuffer} turns tuning off
 * @param maxConnections the most TCP connections, TIME-WAIT included; a SYN over it is refused with RST
 * @param maxHalfOpen the most connections before the end of the handshake; a SYN over it is dropped
 * @param maxUdpEndpoints the most UDP endpoints; a new source over it is dropped
 */
public record StackConfig(
        int mtu,
        Offloads offloads,
        int sendBufferLimit,
        int receiveBuffer,
        int maxReceiveBuffer,
        int maxConnections,
        int maxHalfOpen,
        int maxUdpEndpoints) {
    /** The smallest MTU that IPv4 hosts must take (RFC 1122 3.3.3). */
    public static final int MIN_MTU = 576;

    /** Checks the ranges. */
    public StackConfig {
        if (mtu < MIN_MTU || mtu > 65535) {
            throw new IllegalArgumentException("MTU " + mtu + " is not within 576 to 65535");
        }
        if (sendBufferLimit < 1 || receiveBuffer < 1 || maxReceiveBuffer < receiveBuffer) {
            throw new IllegalArgumentException("buffer sizes must be positive and the maximum not below the start");
        }
        if (maxConnections < 1 || maxHalfOpen < 1 || maxUdpEndpoints < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /**
     * Returns the defaults for a device.
     *
     * @param mtu the device's MTU
     * @param offloads what the device does for us
     * @return a configuration
     */
    public static StackConfig defaults(int mtu, Offloads offloads) {
        return new StackConfig(mtu, offloads, 1 << 20, 1 << 18, 4 << 20, 1 << 16, 1 << 14, 1 << 14);
    }
}
