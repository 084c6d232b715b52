package io.tun2socks.tcpstack.udp;

/** One UDP source address and port of a client. */
public final class UdpEndpoint {}
