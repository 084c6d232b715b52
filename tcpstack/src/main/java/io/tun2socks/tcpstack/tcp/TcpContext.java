package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.tcpstack.MemoryAccount;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.tcp.congestion.AckSample;
import io.tun2socks.tcpstack.timer.TimerWheel;
import java.util.ArrayDeque;

/** What all connections of a stack share. Confined to the stack's thread. */
final class TcpContext {
    final StackConfig config;
    final StackStats stats;
    final TimerWheel timers;
    final TcpOutput output;
    final ByteBufAllocator allocator;
    final TcpLayer layer;
    final MemoryAccount memory;
    final ArrayDeque<SentSegment> segmentPool = new ArrayDeque<>();
    final ArrayDeque<SendBuffer.Ring> ringPool = new ArrayDeque<>();
    /** Scratch for the acknowledgement that is being handled. */
    final AckState ack = new AckState();
    /** Scratch for what an acknowledgement tells the congestion control. */
    final AckSample ackSample = new AckSample();
    /** Scratch for SACK blocks. */
    final long[] ranges = new long[8];

    /** The time of the event that is being handled. */
    long nowNanos;

    TcpContext(
            StackConfig config,
            StackStats stats,
            TimerWheel timers,
            TcpOutput output,
            ByteBufAllocator allocator,
            TcpLayer layer,
            MemoryAccount memory) {
        this.config = config;
        this.stats = stats;
        this.timers = timers;
        this.output = output;
        this.allocator = allocator;
        this.layer = layer;
        this.memory = memory;
    }
}
