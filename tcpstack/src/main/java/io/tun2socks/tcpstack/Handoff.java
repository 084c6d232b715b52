package io.tun2socks.tcpstack;

import io.netty.buffer.ByteBuf;

/**
 * How a stack that is one of several passes on what is not its own: packets whose owner is another shard, because the
 * kernel's queue steering and ours disagree. Called on the stack's thread.
 */
public interface Handoff {
    /** There is one stack only; everything is its own. */
    Handoff NONE = new Handoff() {
        @Override
        public boolean unknownTcp(ByteBuf packet) {
            return false;
        }

        @Override
        public boolean udp(ByteBuf packet, int sourceHash) {
            return false;
        }
    };

    /**
     * A TCP segment that opens nothing and belongs to no connection of this stack, or an ICMP error about a segment that
     * is not of this stack.
     *
     * @param packet the packet, borrowed
     * @return true if another stack looks at it; false if this stack is to answer a segment with RST
     */
    boolean unknownTcp(ByteBuf packet);

    /**
     * A UDP datagram, or an ICMP error about a datagram to a client.
     *
     * @param packet the packet, borrowed
     * @param sourceHash a hash of the client's address and port, the same in every stack
     * @return true if its owner is another stack, which has it now
     */
    boolean udp(ByteBuf packet, int sourceHash);
}
