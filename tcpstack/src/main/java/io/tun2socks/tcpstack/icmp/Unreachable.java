package io.tun2socks.tcpstack.icmp;

/** Why a destination cannot be reached, as ICMP tells the client (RFC 792, RFC 1812 5.2.7.1, RFC 4443 3.1). */
public enum Unreachable {
    /** No route to the network: ENETUNREACH at the client. */
    NETWORK(0, 0),
    /** The host does not answer or has no route: EHOSTUNREACH at the client. */
    HOST(1, 3),
    /** The UDP port is closed: ECONNREFUSED at the client. */
    PORT(3, 4),
    /** A policy forbids it: EHOSTUNREACH (IPv4), EACCES (IPv6) at the client. */
    PROHIBITED(13, 1);

    private final int ipv4Code;
    private final int ipv6Code;

    Unreachable(int ipv4Code, int ipv6Code) {
        this.ipv4Code = ipv4Code;
        this.ipv6Code = ipv6Code;
    }

    /** Returns the code under ICMP type 3. */
    public int ipv4Code() {
        return ipv4Code;
    }

    /** Returns the code under ICMPv6 type 1. */
    public int ipv6Code() {
        return ipv6Code;
    }
}
