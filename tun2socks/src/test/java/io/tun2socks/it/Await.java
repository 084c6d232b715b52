package io.tun2socks.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what only the kernel or another process knows, and which can therefore only be asked for. */
final class Await {
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Await() {}

    /**
     * Asks until the answer is yes.
     *
     * @param what what is waited for, for the message
     * @param limit the longest wait
     * @param condition what is asked; an exception counts as no, an error ends the waiting
     */
    static void until(String what, Duration limit, Callable<Boolean> condition) {
        long end = System.nanoTime() + limit.toNanos();
        Exception last = null;
        do {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(STEP_NANOS);
        } while (System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted());
        throw new AssertionError("not within " + limit.toMillis() + " ms: " + what, last);
    }
}
