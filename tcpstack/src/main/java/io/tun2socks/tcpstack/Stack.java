package io.tun2socks.tcpstack;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.tcpstack.icmp.IcmpInput;
import io.tun2socks.tcpstack.icmp.IcmpLayer;
import io.tun2socks.tcpstack.ip.FragmentLimits;
import io.tun2socks.tcpstack.ip.FragmentReassembler;
import io.tun2socks.tcpstack.ip.IpInput;
import io.tun2socks.tcpstack.ip.IpOutput;
import io.tun2socks.tcpstack.ip.PathMtus;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.tcp.TcpLayer;
import io.tun2socks.tcpstack.timer.TimerWheel;
import io.tun2socks.tcpstack.udp.UdpLayer;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The stack: packets in, flows and packets out. A pure function of the packets, the times and the random source that
 * it is given; it has no thread, clock or socket of its own.
 *
 * <p>Confined to one thread. Times are nanoseconds on a clock that never goes back.
 */
public final class Stack implements AutoCloseable {
    private final StackStats stats = new StackStats();
    private final MemoryAccount memory;
    private final ByteBuf header;
    private final TimerWheel timers;
    private final PathMtus paths;
    private final IpInput input;
    private final IcmpLayer icmp;
    private final TcpLayer tcp;
    private final UdpLayer udp;
    private final FragmentReassembler reassembler;

    /**
     * Makes a stack.
     *
     * @param config limits and choices
     * @param sink where packets go
     * @param flows hears of new flows
     * @param handoff passes on what belongs to other stacks
     * @param allocator for the packets' headers and small copies
     * @param random for sequence numbers and hash seeds; cryptographically strong in production
     * @param nowNanos the time now
     * @param flushRequest called when {@link #flush} has something to do that it had not before, outside of
     *     {@link #receive} as well
     */
    public Stack(
            StackConfig config,
            PacketSink sink,
            FlowHandler flows,
            Handoff handoff,
            ByteBufAllocator allocator,
            RandomGenerator random,
            long nowNanos,
            Runnable flushRequest) {
        this.reassembler = new FragmentReassembler(allocator, FragmentLimits.DEFAULT);
        header = allocator.directBuffer(IpOutput.HEADER_CAPACITY, IpOutput.HEADER_CAPACITY);
        timers = new TimerWheel(nowNanos);
        paths = new PathMtus(config.mtu(), random);
        IpOutput output = new IpOutput(config, sink, stats, paths, header, random.nextInt());
        memory = new MemoryAccount(config.memoryLimit());
        icmp = new IcmpLayer(stats, output, nowNanos);
        tcp = new TcpLayer(
                config, stats, timers, output, icmp, paths, allocator, memory, random, flows::onTcp, flushRequest);
        udp = new UdpLayer(config, stats, output, icmp, allocator, memory, random, flows::onUdp);
        IcmpInput messages = new IcmpInput(stats, icmp, tcp, udp, paths, handoff);
        input = new IpInput(stats, tcp, udp, messages, icmp, handoff, reassembler, timers);
        now(nowNanos);
    }

    /**
     * Takes a packet from the device.
     *
     * @param packet a virtio-net header of 10 bytes and the IP packet behind it; borrowed
     * @param nowNanos the time now
     */
    public void receive(ByteBuf packet, long nowNanos) {
        now(nowNanos);
        input.receive(packet, false);
    }

    /**
     * Takes a packet that another stack has passed on.
     *
     * @param packet as in {@link #receive}; borrowed
     * @param nowNanos the time now
     */
    public void receiveHandedOff(ByteBuf packet, long nowNanos) {
        now(nowNanos);
        input.receive(packet, true);
    }

    /** Tells UDP endpoints that all packets of a device read have been delivered. */
    public void batchComplete() {
        udp.batchComplete();
    }

    /**
     * Sends everything that is due: data, acknowledgements, window updates.
     *
     * @param nowNanos the time now
     */
    public void flush(long nowNanos) {
        now(nowNanos);
        tcp.flush();
    }

    /**
     * Runs the timers that are due, and sends what they cause.
     *
     * @param nowNanos the time now
     * @return when to call again at the latest, or {@link TimerWheel#NEVER}
     */
    public long tick(long nowNanos) {
        now(nowNanos);
        timers.advance(nowNanos);
        tcp.flush();
        return timers.nextDeadlineNanos();
    }

    /** Returns when {@link #tick} has something to do, or {@link TimerWheel#NEVER}. */
    public long nextDeadlineNanos() {
        return timers.nextDeadlineNanos();
    }

    /** Returns the stack's timers, for what lives beside its flows. */
    public TimerWheel timers() {
        return timers;
    }

    /** Returns the counters. */
    public StackStats stats() {
        return stats;
    }

    /** Returns the account of what all flows hold; who keeps bytes of a flow outside of the stack adds them here. */
    public MemoryAccount memory() {
        return memory;
    }

    /**
     * Returns the differentiated services code point (RFC 2474) of the packet that is being handled, 0 to 63; means
     * something only within {@link FlowHandler#onTcp} and {@link io.tun2socks.tcpstack.udp.UdpHandler#onDatagram}.
     */
    public int dscp() {
        return input.dscp();
    }

    /** Returns the TCP connections that are open. */
    public List<TcpConnection> connections() {
        return tcp.connections();
    }

    /** Aborts every connection and releases everything. */
    @Override
    public void close() {
        tcp.close();
        reassembler.close();
        header.release();
    }

    private void now(long nowNanos) {
        tcp.now(nowNanos);
        icmp.now(nowNanos);
        paths.now(nowNanos);
        input.now(nowNanos);
    }
}
