package io.tun2socks.tcpstack;

/**
 * What the device does for us (TUN: {@code TUNSETOFFLOAD}); the stack never hands it more.
 *
 * @param checksum the device completes a TCP or UDP checksum from the pseudo-header sum (NEEDS_CSUM), and packets from
 *     it may carry such an incomplete sum
 * @param tso4 TCP super-segments over IPv4
 * @param tso6 TCP super-segments over IPv6
 * @param uso4 UDP super-datagrams over IPv4
 * @param uso6 UDP super-datagrams over IPv6
 */
public record Offloads(boolean checksum, boolean tso4, boolean tso6, boolean uso4, boolean uso6) {
    /** A device that does nothing for us. */
    public static final Offloads NONE = new Offloads(false, false, false, false, false);

    /** A device that does everything. */
    public static final Offloads ALL = new Offloads(true, true, true, true, true);
}
