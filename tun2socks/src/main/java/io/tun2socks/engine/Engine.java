package io.tun2socks.engine;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tun2socks.device.Device;
import io.tun2socks.outbound.EpollLoops;
import io.tun2socks.tcpstack.StackConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running proxy: one shard per device queue.
 *
 * <p>Started and closed by one thread; everything else happens on the shards' event loops.
 */
public final class Engine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);

    /** How long the threads may take to end once everything is closed. */
    private static final long STOP_SECONDS = 5;

    private final EngineOptions options;
    private final MultiThreadIoEventLoopGroup group;
    private final List<Shard> shards = new ArrayList<>();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private boolean closed;

    /**
     * Prepares an engine; nothing runs yet.
     *
     * @param device the device; the engine closes its queues, but not the device
     * @param router decides where flows go
     * @param options limits and times
     * @param listener hears of ended flows
     */
    public Engine(Device device, FlowRouter router, EngineOptions options, FlowListener listener) {
        this.options = options;
        group = new MultiThreadIoEventLoopGroup(
                device.queues(), new DefaultThreadFactory("shard"), EpollLoops.factory());
        StackConfig config = stackConfig(device, options);
        for (int i = 0; i < device.queues(); i++) {
            IoEventLoop loop = group.next();
            shards.add(new Shard(i, shards, loop, device.queue(i), config, router, options, listener, failure));
        }
    }

    private static StackConfig stackConfig(Device device, EngineOptions options) {
        return StackConfig.defaults(device.mtu(), device.offloads())
                .withTcp(options.tcp())
                .withMemoryLimit(Math.max(options.memoryLimit() / device.queues(), 1));
    }

    /** Starts reading from the device; returns when every shard reads. */
    public void start() {
        List<java.util.concurrent.Future<?>> started = new ArrayList<>();
        for (Shard shard : shards) {
            started.add(shard.loop().submit(shard::start));
        }
        for (java.util.concurrent.Future<?> future : started) {
            await(future, STOP_SECONDS);
        }
    }

    /** Returns a stage that completes exceptionally when the device goes away under the engine. */
    public CompletionStage<Void> failure() {
        return failure;
    }

    /** Refuses new flows, lets open ones go on for the drain time, aborts the rest and stops the threads. */
    @Override
    public void close() {
        close(options.drain());
    }

    /**
     * As {@link #close()}, with another drain time.
     *
     * @param drain how long open flows may go on; zero or less aborts them now
     */
    public synchronized void close(Duration drain) {
        if (closed) {
            return;
        }
        closed = true;
        long deadline = System.nanoTime() + drain.toNanos();
        List<CompletableFuture<Void>> drained =
                shards.stream().map(Shard::drain).toList();
        for (CompletableFuture<Void> future : drained) {
            long left = deadline - System.nanoTime();
            if (left > 0) {
                try {
                    future.get(left, TimeUnit.NANOSECONDS);
                } catch (java.util.concurrent.TimeoutException e) {
                    log.debug("flows are still open after the drain time");
                } catch (java.util.concurrent.ExecutionException e) {
                    log.warn("a shard failed while draining", e.getCause());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
        }
        for (Shard shard : shards) {
            await(shard.loop().submit(shard::close), STOP_SECONDS);
        }
        group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
    }

    private static void await(java.util.concurrent.Future<?> future, long seconds) {
        try {
            future.get(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("a shard failed", e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("a shard did not answer within " + seconds + " s", e);
        }
    }
}
