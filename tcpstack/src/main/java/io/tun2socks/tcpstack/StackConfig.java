package io.tun2socks.tcpstack;

import io.tun2socks.tcpstack.tcp.TcpConfig;

/**
 * Limits and choices of a stack.
 *
 * @param mtu the device's MTU in bytes, 576 to 65535
 * @param offloads what the device does for us
 * @param tcp limits and choices for TCP
 * @param maxUdpEndpoints the most UDP endpoints; a new source over it is dropped
 * @param memoryLimit the most payload bytes that all flows of the stack together may hold, in and out; over it new
 *     flows are refused, and those that are open get no larger windows
 */
public record StackConfig(int mtu, Offloads offloads, TcpConfig tcp, int maxUdpEndpoints, long memoryLimit) {
    /** The smallest MTU that IPv4 hosts must take (RFC 1122 3.3.3). */
    public static final int MIN_MTU = 576;

    /** Checks the ranges. */
    public StackConfig {
        if (mtu < MIN_MTU || mtu > 65535) {
            throw new IllegalArgumentException("MTU " + mtu + " is not within 576 to 65535");
        }
        if (maxUdpEndpoints < 1 || memoryLimit < 1) {
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
        return new StackConfig(mtu, offloads, TcpConfig.DEFAULT, 1 << 14, 1L << 29);
    }

    /** Returns the same with another configuration of TCP. */
    public StackConfig withTcp(TcpConfig newTcp) {
        return new StackConfig(mtu, offloads, newTcp, maxUdpEndpoints, memoryLimit);
    }

    /** Returns the same with another limit of UDP endpoints. */
    public StackConfig withMaxUdpEndpoints(int newLimit) {
        return new StackConfig(mtu, offloads, tcp, newLimit, memoryLimit);
    }

    /** Returns the same with another ceiling of memory. */
    public StackConfig withMemoryLimit(long newLimit) {
        return new StackConfig(mtu, offloads, tcp, maxUdpEndpoints, newLimit);
    }
}
