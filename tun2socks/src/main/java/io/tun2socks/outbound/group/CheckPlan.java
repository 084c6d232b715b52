package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.http.ExpectedStatus;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * When the members of a group, or the proxies of a provider, are checked: first at the start, or with {@code lazy} at the
 * first use; then at each interval, with {@code lazy} only if there was a use since the one before. On its event loop
 * only.
 */
final class CheckPlan {
    private final Options options;
    private final Checker checker;
    private final Supplier<List<Policy>> targets;
    private final List<Usage> usages;
    private Future<?> timer;
    private boolean begun;

    /**
     * How checks are made.
     *
     * @param url what is asked for
     * @param expected the good answers
     * @param intervalSeconds 0 for never
     * @param timeoutMillis of each test
     * @param lazy whether checks rest while nobody uses what is checked
     */
    record Options(String url, ExpectedStatus expected, int intervalSeconds, int timeoutMillis, boolean lazy) {}

    /**
     * Prepares.
     *
     * @param targets says at each check what is tested
     * @param usages of the groups by which the targets are used
     */
    CheckPlan(Options options, Checker checker, Supplier<List<Policy>> targets, List<Usage> usages) {
        this.options = options;
        this.checker = checker;
        this.targets = targets;
        this.usages = List.copyOf(usages);
    }

    /** Begins to check, if there is an interval. */
    void start(EventLoop loop) {
        if (options.intervalSeconds() <= 0) {
            return;
        }
        if (!options.lazy()) {
            begin();
        }
        timer = loop.scheduleAtFixedRate(
                this::onInterval, options.intervalSeconds(), options.intervalSeconds(), TimeUnit.SECONDS);
    }

    /** Makes the first check, if it has not been made. */
    void begin() {
        if (!begun && options.intervalSeconds() > 0) {
            begun = true;
            check();
        }
    }

    private void onInterval() {
        long interval = TimeUnit.SECONDS.toNanos(options.intervalSeconds());
        if (!options.lazy() || usages.stream().anyMatch(usage -> usage.within(interval))) {
            begun = true;
            check();
        }
    }

    private void check() {
        for (Policy target : targets.get()) {
            checker.check(target, options.url(), options.expected(), options.timeoutMillis());
        }
    }

    /** Checks what is new. */
    void checkUntested() {
        if (!begun) {
            return;
        }
        for (Policy target : targets.get()) {
            if (target.health(options.url()).state().history().isEmpty()) {
                checker.check(target, options.url(), options.expected(), options.timeoutMillis());
            }
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
