package io.tun2socks.tcpstack.tcp;

/** One TCP connection with a client. */
public final class TcpConnection {}
