package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.ip.IpAddress;

/** The addresses and ports that tell one connection from another (RFC 9293 3.3.1). Immutable. */
class FourTuple {
    final long clientHi;
    final long clientLo;
    final long targetHi;
    final long targetLo;
    /** Client port in the upper half, target port in the lower: as they stand in a segment from the client. */
    final int ports;

    FourTuple(long clientHi, long clientLo, long targetHi, long targetLo, int ports) {
        this.clientHi = clientHi;
        this.clientLo = clientLo;
        this.targetHi = targetHi;
        this.targetLo = targetLo;
        this.ports = ports;
    }

    FourTuple(FourTuple other) {
        this(other.clientHi, other.clientLo, other.targetHi, other.targetLo, other.ports);
    }

    /** Returns the client's address. */
    public final IpAddress clientAddress() {
        return IpAddress.of(clientHi, clientLo);
    }

    /** Returns the client's port. */
    public final int clientPort() {
        return ports >>> 16;
    }

    /** Returns the address that the client wants to reach. */
    public final IpAddress targetAddress() {
        return IpAddress.of(targetHi, targetLo);
    }

    /** Returns the port that the client wants to reach. */
    public final int targetPort() {
        return ports & 0xffff;
    }

    final boolean isIpv4() {
        return IpAddress.isIpv4(clientHi, clientLo);
    }

    final boolean matches(long cHi, long cLo, long tHi, long tLo, int bothPorts) {
        return ports == bothPorts && clientLo == cLo && targetLo == tLo && clientHi == cHi && targetHi == tHi;
    }

    @Override
    public String toString() {
        return text(clientAddress()) + ":" + clientPort() + " -> " + text(targetAddress()) + ":" + targetPort();
    }

    private static String text(IpAddress address) {
        return address.isIpv4() ? address.toString() : "[" + address + "]";
    }
}
