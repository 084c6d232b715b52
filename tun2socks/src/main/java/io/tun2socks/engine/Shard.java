package io.tun2socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.device.PacketQueue;
import io.tun2socks.device.PacketReceiver;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Handoff;
import io.tun2socks.tcpstack.Stack;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.timer.TimerWheel;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop with a device queue, a stack and the flows that live on it. Everything but the constructor, {@link
 * #loop} and {@link #drain} runs on the loop.
 */
final class Shard implements PacketReceiver, FlowHandler, Handoff {
    private static final Logger log = LoggerFactory.getLogger(Shard.class);

    /** Packets of other shards that may wait here; more are dropped, so that a flood of strays is bounded in memory. */
    private static final int MAX_HANDED_OVER = 1024;

    private final AtomicInteger handedOver = new AtomicInteger();
    private final int index;
    private final List<Shard> shards;
    private final IoEventLoop loop;
    private final PacketQueue queue;
    private final StackConfig config;
    private final FlowRouter router;
    private final EngineOptions options;
    private final FlowListener listener;
    private final CompletableFuture<Void> failure;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final ArrayDeque<TcpRelay> unflushed = new ArrayDeque<>();
    private final Set<Flow> flows = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Runnable flushTask = this::flush;
    private final Runnable tickTask = this::tick;

    private Stack stack;
    private boolean inBatch;
    private boolean flushScheduled;
    private long tickAt = TimerWheel.NEVER;
    private Future<?> nextTick;
    private int hops;
    private boolean draining;
    private boolean closed;
    private long errors;

    Shard(
            int index,
            List<Shard> shards,
            IoEventLoop loop,
            PacketQueue queue,
            StackConfig config,
            FlowRouter router,
            EngineOptions options,
            FlowListener listener,
            CompletableFuture<Void> failure) {
        this.index = index;
        this.shards = shards;
        this.loop = loop;
        this.queue = queue;
        this.config = config;
        this.router = router;
        this.options = options;
        this.listener = listener;
        this.failure = failure;
    }

    IoEventLoop loop() {
        return loop;
    }

    void start() {
        stack = new Stack(
                config,
                queue,
                this,
                this,
                PooledByteBufAllocator.DEFAULT,
                new SecureRandom(),
                System.nanoTime(),
                this::requestFlush);
        queue.start(loop, this);
    }

    /** Refuses new flows from now on; the future completes when the last open one has ended. Any thread. */
    CompletableFuture<Void> drain() {
        loop.execute(() -> {
            draining = true;
            completeDrain();
        });
        return drained;
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (stack != null) {
            for (Flow flow : List.copyOf(flows)) {
                flow.abort();
            }
            stack.close();
        }
        if (nextTick != null) {
            nextTick.cancel(false);
        }
        queue.close();
        drained.complete(null);
    }

    // ---- packets ----

    @Override
    public void onPacket(ByteBuf packet) {
        inBatch = true;
        try {
            stack.receive(packet, System.nanoTime());
        } catch (RuntimeException e) {
            onStackError(e);
        }
    }

    @Override
    public void onBatchComplete() {
        inBatch = false;
        stack.batchComplete();
        flush();
    }

    @Override
    public void onFailure(Throwable cause) {
        failure.completeExceptionally(cause);
    }

    private void onStackError(RuntimeException e) {
        // One line per error at most at first, then only every thousandth: a hostile packet must not fill the disk.
        if (errors++ % 1000 == 0) {
            log.error("a packet could not be handled ({} so far)", errors, e);
        }
    }

    // ---- sending ----

    private void requestFlush() {
        if (!inBatch && !flushScheduled && !closed) {
            flushScheduled = true;
            loop.execute(flushTask);
        }
    }

    /** A relay has something to flush to its channel at the end of the batch. */
    void addUnflushed(TcpRelay relay) {
        unflushed.add(relay);
        requestFlush();
    }

    private void flush() {
        flushScheduled = false;
        if (closed) {
            return;
        }
        // Upstream first: what its sockets take opens the windows that the acknowledgements then carry.
        for (TcpRelay relay = unflushed.poll(); relay != null; relay = unflushed.poll()) {
            relay.flushUpstream();
        }
        stack.flush(System.nanoTime());
        scheduleTick(stack.nextDeadlineNanos());
    }

    private void tick() {
        tickAt = TimerWheel.NEVER;
        if (!closed) {
            scheduleTick(stack.tick(System.nanoTime()));
        }
    }

    private void scheduleTick(long deadline) {
        if (deadline < tickAt) {
            tickAt = deadline;
            nextTick = loop.schedule(tickTask, Math.max(deadline - System.nanoTime(), 0), TimeUnit.NANOSECONDS);
        }
    }

    // ---- flows ----

    @Override
    public void onTcp(TcpConnection connection) {
        TcpRelay relay = new TcpRelay(this, connection);
        connection.handler(relay);
        if (draining) {
            connection.refuse();
        } else {
            flows.add(relay);
            relay.start(router);
        }
    }

    @Override
    public void onUdp(UdpEndpoint endpoint) {
        if (draining) {
            endpoint.close();
            return;
        }
        UdpSession session =
                new UdpSession(this, endpoint, router, options.udpTimeout().toNanos());
        endpoint.handler(session);
        flows.add(session);
    }

    void onFlowEnded(Flow flow, FlowRecord flowRecord) {
        if (flows.remove(flow)) {
            log.debug(
                    "{} {} -> {} by {}{}{}: {}",
                    flowRecord.network(),
                    flowRecord.source(),
                    flowRecord.destination(),
                    flowRecord.outbound(),
                    flowRecord.rule().isEmpty() ? "" : " for ",
                    flowRecord.rule(),
                    flowRecord.outcome());
            listener.onFlowClosed(flowRecord);
            completeDrain();
        }
    }

    Stack stack() {
        return stack;
    }

    private void completeDrain() {
        // UDP has no end of its own to wait for.
        if (draining && flows.stream().noneMatch(flow -> flow instanceof TcpRelay)) {
            drained.complete(null);
        }
    }

    // ---- other shards ----

    @Override
    public boolean unknownTcp(ByteBuf packet) {
        if (hops + 1 >= shards.size()) {
            return false;
        }
        shards.get((index + 1) % shards.size()).handOver(packet.copy(), hops + 1);
        return true;
    }

    @Override
    public boolean udp(ByteBuf packet, int sourceHash) {
        int owner = Math.floorMod(sourceHash, shards.size());
        if (owner == index) {
            return false;
        }
        shards.get(owner).handOver(packet.copy(), 0);
        return true;
    }

    /** Takes a packet of another shard; any thread; owns the packet. */
    private void handOver(ByteBuf packet, int hopsSoFar) {
        if (handedOver.incrementAndGet() > MAX_HANDED_OVER) {
            handedOver.decrementAndGet();
            packet.release();
            return;
        }
        loop.execute(() -> {
            handedOver.decrementAndGet();
            try {
                if (!closed && stack != null) {
                    hops = hopsSoFar;
                    stack.receiveHandedOff(packet, System.nanoTime());
                    stack.batchComplete();
                    requestFlush();
                }
            } catch (RuntimeException e) {
                onStackError(e);
            } finally {
                hops = 0;
                packet.release();
            }
        });
    }
}
