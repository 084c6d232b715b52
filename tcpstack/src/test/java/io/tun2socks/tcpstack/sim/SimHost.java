package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Handoff;
import io.tun2socks.tcpstack.Stack;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.timer.TimerWheel;
import java.util.Random;
import java.util.function.Consumer;

/** A stack on virtual time: its device, its event loop, and an allocator that knows what was not released. */
public final class SimHost implements AutoCloseable {
    private final EventQueue events;
    private final UnpooledByteBufAllocator allocator;
    private final Stack stack;
    private boolean pumpScheduled;
    private long tickAt = Long.MAX_VALUE;

    /**
     * Makes a stack.
     *
     * @param events the virtual time
     * @param config the stack's limits
     * @param seed for the stack's random source
     * @param traceLeaks whether each access to a buffer is recorded, so that a leak tells where it began; much slower
     * @param flows hears of new flows
     * @param out gets the packets that the client's side sees
     */
    public SimHost(
            EventQueue events,
            StackConfig config,
            long seed,
            boolean traceLeaks,
            FlowHandler flows,
            Consumer<byte[]> out) {
        this.events = events;
        allocator = new UnpooledByteBufAllocator(true, !traceLeaks);
        Device device = new Device(config.offloads(), config.mtu());
        stack = new Stack(
                config,
                packet -> device.write(packet).forEach(out),
                flows,
                Handoff.NONE,
                allocator,
                new Random(seed),
                events.now(),
                this::requestPump);
    }

    /** Returns the stack. */
    public Stack stack() {
        return stack;
    }

    /** Returns the allocator whose buffers must all be released in the end. */
    public UnpooledByteBufAllocator allocator() {
        return allocator;
    }

    /** Returns the bytes of all buffers that live. */
    public long usedMemory() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    /** Hands a packet to the stack; it answers when all packets of this moment have been handed over. */
    public void receive(SimPacket packet) {
        ByteBuf b = packet.toBuffer(allocator);
        try {
            stack.receive(b, events.now());
        } finally {
            b.release();
        }
        requestPump();
    }

    /** Hands a frame to the stack as it is, virtio-net header included. */
    public void receiveRaw(byte[] frame) {
        ByteBuf b = allocator.directBuffer(frame.length).writeBytes(frame);
        try {
            stack.receive(b, events.now());
        } finally {
            b.release();
        }
        requestPump();
    }

    private void requestPump() {
        if (!pumpScheduled) {
            pumpScheduled = true;
            events.at(events.now(), this::pump);
        }
    }

    private void pump() {
        pumpScheduled = false;
        stack.batchComplete();
        stack.flush(events.now());
        scheduleTick();
    }

    private void scheduleTick() {
        long next = stack.nextDeadlineNanos();
        if (next != TimerWheel.NEVER && next < tickAt) {
            tickAt = next;
            events.at(next, () -> tick(next));
        }
    }

    private void tick(long scheduled) {
        if (scheduled != tickAt) {
            return;
        }
        tickAt = Long.MAX_VALUE;
        stack.tick(events.now());
        scheduleTick();
    }

    /** Closes the stack; fails if a buffer has not been released. */
    @Override
    public void close() {
        stack.close();
        assertThat(usedMemory()).as("bytes not released after close").isZero();
    }
}
