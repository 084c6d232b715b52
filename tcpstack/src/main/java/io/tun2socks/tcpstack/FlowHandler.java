package io.tun2socks.tcpstack;

import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;

/** What the stack tells of new flows. Called on the stack's thread. */
public interface FlowHandler {
    /**
     * A client asks for a connection; usually no answer has been sent yet. Under a flood of SYNs the client has been
     * answered by a SYN cookie: then the connection is established already, and what would refuse it resets it.
     *
     * <p>The implementation sets the connection's handler before it returns, and sooner or later calls one of
     * {@link TcpConnection#accept}, {@link TcpConnection#refuse}, {@link TcpConnection#unreachable} and
     * {@link TcpConnection#discard}.
     *
     * @param connection the connection
     */
    void onTcp(TcpConnection connection);

    /**
     * The first datagram of a source address and port has come; the datagram itself follows by
     * {@link io.tun2socks.tcpstack.udp.UdpHandler#onDatagram}.
     *
     * <p>The implementation sets the endpoint's handler before it returns, or calls {@link UdpEndpoint#close} to
     * let the datagram go.
     *
     * @param endpoint the new endpoint
     */
    void onUdp(UdpEndpoint endpoint);
}
