package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;

/** When something was used last. Any thread. */
final class Usage {
    private final EventLoop loop;
    private volatile long lastNanos;
    private volatile boolean used;
    private volatile Runnable onFirst = () -> {};

    Usage(EventLoop loop) {
        this.loop = loop;
    }

    /** Has something done, on the loop, when the first use comes; at once if it has been. */
    void onFirst(Runnable action) {
        onFirst = action;
        if (used) {
            loop.execute(action);
        }
    }

    void touch() {
        lastNanos = loop.ticker().nanoTime();
        if (!used) {
            used = true;
            loop.execute(() -> onFirst.run());
        }
    }

    /** Tells whether there was a use within so many nanoseconds. */
    boolean within(long nanos) {
        return used && loop.ticker().nanoTime() - lastNanos < nanos;
    }
}
