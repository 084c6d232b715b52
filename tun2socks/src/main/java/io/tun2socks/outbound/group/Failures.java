package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.tun2socks.engine.Route;
import io.tun2socks.outbound.OutboundException;
import io.tun2socks.outbound.OutboundException.Reason;
import java.util.concurrent.TimeUnit;

/**
 * Counts the failures of connections: so many of them in a short time are a reason to check at once, and so is an
 * upstream that refuses. What an upstream says of a destination does not count: it lives. Any thread.
 */
final class Failures implements Route.Feedback {
    private final EventLoop loop;
    private final int most;
    private final long windowNanos;
    private final Runnable alarm;
    private volatile int count;
    /** On the loop only. */
    private long firstNanos;

    /**
     * Prepares.
     *
     * @param most failures that lead to an alarm
     * @param windowMillis in which they must happen
     * @param alarm called on the loop
     */
    Failures(EventLoop loop, int most, int windowMillis, Runnable alarm) {
        this.loop = loop;
        this.most = most;
        this.windowNanos = TimeUnit.MILLISECONDS.toNanos(windowMillis);
        this.alarm = alarm;
    }

    @Override
    public void onAttempt(Throwable failure) {
        if (failure == null) {
            if (count != 0) {
                loop.execute(this::reset);
            }
        } else if (isOfUpstream(failure)) {
            boolean refused = failure.getCause() instanceof OutboundException below && below.reason() == Reason.REFUSED;
            loop.execute(refused ? this::raise : this::add);
        }
    }

    private static boolean isOfUpstream(Throwable failure) {
        return !(failure instanceof OutboundException known)
                || known.reason() == Reason.UPSTREAM_FAILED
                || known.reason() == Reason.TIMED_OUT;
    }

    private void add() {
        long now = loop.ticker().nanoTime();
        if (count == 0 || now - firstNanos > windowNanos) {
            count = 0;
            firstNanos = now;
        }
        int failures = count + 1;
        count = failures;
        if (failures >= most) {
            raise();
        }
    }

    private void raise() {
        count = 0;
        alarm.run();
    }

    private void reset() {
        count = 0;
    }
}
