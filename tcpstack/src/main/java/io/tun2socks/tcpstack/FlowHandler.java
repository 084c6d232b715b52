package io.tun2socks.tcpstack;

import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;

/** What the stack tells of new flows. Called on the stack's thread. */
public interface FlowHandler {
    /**
     * A client asks for a connection; no answer has been sent yet.
     *
     * <p>The implementation sets the connection before it returns, and sooner or later calls one of
     * the connection, {@link TcpConnection#refuse}, {@link TcpConnection#unreachable} or
     * the connection.
     *
     * @param connection the half-open connection
     */
    void onTcp(TcpConnection connection);

    /**
     * The first datagram of a source address and port has come; the datagram itself follows by
     * {@link io.tun2socks.tcpstack.udp.UdpHandler#onDatagram}.
     *
     * <p>The implementation sets the endpoint before it returns, or calls {@link UdpEndpoint#close} to
     * let the datagram go.
     *
     * @param endpoint the new endpoint
     */
    void onUdp(UdpEndpoint endpoint);
}
