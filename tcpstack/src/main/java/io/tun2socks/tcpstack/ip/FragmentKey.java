package io.tun2socks.tcpstack.ip;

/**
 * What the fragments of one datagram have in common (RFC 791 3.2, RFC 8200 4.5).
 *
 * @param srcHi source address, upper half
 * @param srcLo source address, lower half
 * @param dstHi destination address, upper half
 * @param dstLo destination address, lower half
 * @param identification 16 bits (IPv4) or 32 bits (IPv6)
 * @param protocol the protocol (IPv4), or -1: in IPv6 it may differ from fragment to fragment, and the first's counts
 */
record FragmentKey(long srcHi, long srcLo, long dstHi, long dstLo, int identification, int protocol) {}
