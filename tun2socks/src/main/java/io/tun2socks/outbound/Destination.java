package io.tun2socks.outbound;

import io.tun2socks.tcpstack.ip.IpAddress;

/**
 * Where a flow wants to go: a name or an address, and a port.
 *
 * @param host the domain name, or null if only the address is known
 * @param address the address, or null if only the name is known; at least one of the two is there
 * @param port 0 to 65535
 */
public record Destination(String host, IpAddress address, int port) {
    /** Checks the parts. */
    public Destination {
        if (host == null && address == null) {
            throw new IllegalArgumentException("a destination needs a name or an address");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 0 to 65535");
        }
    }

    /**
     * Returns the destination of an address.
     *
     * @param address the address
     * @param port the port
     * @return a destination without a name
     */
    public static Destination of(IpAddress address, int port) {
        return new Destination(null, address, port);
    }

    /** Returns {@code host:port}, an IPv6 address in brackets. */
    @Override
    public String toString() {
        if (host != null) {
            return host + ":" + port;
        }
        return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
    }
}
