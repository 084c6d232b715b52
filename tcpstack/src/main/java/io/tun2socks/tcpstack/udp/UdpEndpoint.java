package io.tun2socks.tcpstack.udp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpAddress;

/**
 * One UDP source address and port of a client, whatever destinations it talks to (endpoint-independent mapping, RFC
 * 4787 4.1). Used on the stack's thread.
 */
public final class UdpEndpoint {
    final long clientHi;
    final long clientLo;
    final int clientPort;

    /** The next endpoint in the same bucket of the table. */
    UdpEndpoint tableNext;

    boolean touched;

    private final UdpLayer layer;
    private UdpHandler handler;
    private boolean closed;
    /** The destination of the last datagram: most endpoints have one only, and this saves making it again. */
    private IpAddress lastDestination;

    UdpEndpoint(UdpLayer layer, long clientHi, long clientLo, int clientPort) {
        this.layer = layer;
        this.clientHi = clientHi;
        this.clientLo = clientLo;
        this.clientPort = clientPort;
    }

    /** Sets who gets the datagrams; done once, before anything else. */
    public void handler(UdpHandler newHandler) {
        handler = newHandler;
    }

    /** Returns the client's address. */
    public IpAddress clientAddress() {
        return IpAddress.of(clientHi, clientLo);
    }

    /** Returns the client's port. */
    public int clientPort() {
        return clientPort;
    }

    /** Tells whether the endpoint is closed. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Sends a datagram to the client.
     *
     * @param source the address that it is to come from, of the client's own family; of the other one it is dropped
     * @param port the port that it is to come from
     * @param payload the payload, at most 65,507 bytes (65,527 for IPv6); the endpoint owns the reference
     */
    public void send(IpAddress source, int port, ByteBuf payload) {
        try {
            if (!closed && source.isIpv4() == IpAddress.isIpv4(clientHi, clientLo)) {
                layer.send(this, source, port, payload);
            }
        } finally {
            payload.release();
        }
    }

    /**
     * Tells the client that a destination cannot be reached.
     *
     * @param destination where its datagram went
     * @param port the port that it went to
     * @param payload the datagram's payload, of which the beginning is quoted, or an empty buffer if it is not known any
     *     more; borrowed
     * @param reason what the client is told
     */
    public void unreachable(IpAddress destination, int port, ByteBuf payload, Unreachable reason) {
        if (!closed && destination.isIpv4() == IpAddress.isIpv4(clientHi, clientLo)) {
            layer.unreachable(this, destination, port, payload, reason);
        }
    }

    /** Forgets the endpoint; the next datagram of its source makes a new one. */
    public void close() {
        if (!closed) {
            closed = true;
            layer.remove(this);
        }
    }

    boolean matches(long hi, long lo, int port) {
        return clientPort == port && clientLo == lo && clientHi == hi;
    }

    void deliver(long dstHi, long dstLo, int port, ByteBuf payload) {
        if (closed || handler == null) {
            payload.release();
            return;
        }
        if (lastDestination == null || lastDestination.lo() != dstLo || lastDestination.hi() != dstHi) {
            lastDestination = IpAddress.of(dstHi, dstLo);
        }
        handler.onDatagram(lastDestination, port, payload);
    }

    void batchComplete() {
        touched = false;
        if (!closed && handler != null) {
            handler.onBatchComplete();
        }
    }
}
