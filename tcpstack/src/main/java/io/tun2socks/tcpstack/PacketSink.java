package io.tun2socks.tcpstack;

/** Where the stack's packets go: a device queue, or a virtual link in a simulation. Called on the stack's thread. */
public interface PacketSink {
    /**
     * Sends one packet.
     *
     * <p>The packet, its header and its payload slices are only lent for the duration of the call: an implementation
     * that cannot write at once copies or drops, as a network may.
     *
     * @param packet the packet: a {@link io.tun2socks.tcpstack.wire.VirtioNetHeader} of 10 bytes, the IP packet behind
     *     it
     */
    void send(OutboundPacket packet);
}
