package io.tun2socks.tcpstack.udp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.ip.IpAddress;

/** What a UDP endpoint tells its user, on the stack's thread. */
public interface UdpHandler {
    /**
     * A datagram of the endpoint's source.
     *
     * @param destination where the client sent it
     * @param port the destination port, 1 to 65535
     * @param payload the payload, possibly empty; the callee owns the reference
     */
    void onDatagram(IpAddress destination, int port, ByteBuf payload);

    /** All datagrams of one device read have been delivered: a good time to flush. */
    void onBatchComplete();
}
