package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.ip.IpAddress;

/** Gets what comes back by a {@link UdpTransport}, on its event loop. */
public interface UdpReceiver {
    /**
     * A datagram from a destination.
     *
     * @param source who sent it
     * @param port its port
     * @param payload the payload, possibly empty; the callee owns the reference
     */
    void onDatagram(IpAddress source, int port, ByteBuf payload);

    /** All datagrams of one socket read have been delivered. */
    void onReadComplete();

    /**
     * A destination's port is closed (ICMP port unreachable).
     *
     * @param destination the destination, if the system tells, else null
     */
    void onUnreachable(Destination destination);

    /**
     * The way is gone: the upstream closed the association or the socket failed. The last call.
     *
     * @param cause why, or null if the upstream just closed it
     */
    void onClosed(Throwable cause);
}
