package io.tun2socks.outbound;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One event loop for a test, and ways to work on it from the test's thread. */
final class Loop implements AutoCloseable {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollLoops.factory());
    private final EventLoop loop = group.next();

    EventLoopGroup group() {
        return group;
    }

    EventLoop loop() {
        return loop;
    }

    /** Runs something on the loop and returns its result. */
    <T> T on(Callable<T> call) throws Exception {
        return loop.submit(call).get(10, TimeUnit.SECONDS);
    }

    /** Starts something on the loop and waits for the future that it returns. */
    <T> T await(Callable<Future<T>> start) throws Exception {
        return on(start).get(10, TimeUnit.SECONDS);
    }

    /** Starts something on the loop that must fail, and returns the failure. */
    <T> OutboundException failure(Callable<Future<T>> start) throws Exception {
        Future<T> future = on(start);
        try {
            throw new AssertionError("succeeded unexpectedly with " + future.get(10, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return (OutboundException) e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("neither success nor failure within 10 s", e);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
