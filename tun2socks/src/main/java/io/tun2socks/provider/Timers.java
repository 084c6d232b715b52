package io.tun2socks.provider;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread on which providers work, and its clock. */
public interface Timers extends Executor, AutoCloseable {
    /** Returns the time of day. */
    Instant now();

    /**
     * Runs something later, on the thread.
     *
     * @param delay how much later
     * @param task what
     */
    void after(Duration delay, Runnable task);

    @Override
    void close();

    /** Returns a daemon thread that works until closed. */
    static Timers thread() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "providers");
            thread.setDaemon(true);
            return thread;
        });
        return new Timers() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public void after(Duration delay, Runnable task) {
                if (!executor.isShutdown()) {
                    executor.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
                }
            }

            @Override
            public void execute(Runnable task) {
                if (!executor.isShutdown()) {
                    executor.execute(task);
                }
            }

            @Override
            public void close() {
                executor.shutdownNow();
            }
        };
    }
}
