package io.tun2socks.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The wish to stop, which may come from any thread and at any time, also while starting. */
final class StopRequest {
    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CompletableFuture<String> second = new CompletableFuture<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile Consumer<String> whenUrgent = reason -> {};

    /**
     * Asks to stop: in an orderly way the first time, at once the second time.
     *
     * @param reason why, for the log
     * @return how often stopping was asked for, this time included
     */
    int request(String reason) {
        int times = count.incrementAndGet();
        if (times == 1) {
            first.complete(reason);
        } else {
            whenUrgent.accept(reason);
            second.complete(reason);
        }
        return times;
    }

    /** Returns a stage that completes with the reason of the first request. */
    CompletableFuture<String> requested() {
        return first;
    }

    /**
     * Sets what is done when stopping is asked for again.
     *
     * @param action gets the reason, on the asking thread; replaces an earlier one
     */
    void onUrgent(Consumer<String> action) {
        whenUrgent = action;
    }

    /** Returns a stage that completes when stopping was asked for again. */
    CompletableFuture<String> urgent() {
        return second;
    }
}
