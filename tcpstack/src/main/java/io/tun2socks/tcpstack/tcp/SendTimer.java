package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.timer.TimerTask;
import io.tun2socks.tcpstack.timer.TimerWheel;

/**
 * The deadlines of a sender on one timer. Acknowledgements move them all the time; the timer in the wheel is moved only
 * when a deadline comes before it, and when it fires too early.
 */
final class SendTimer implements TimerTask {
    /** No deadline. */
    static final long NEVER = Long.MAX_VALUE;

    private final Sender sender;
    private final TimerWheel wheel;
    private final Timer timer = new Timer(this);
    /** When the wheel is to fire. */
    private long scheduled;
    /** When the retransmission timer or the persist timer ends. */
    private long retransmission = NEVER;
    /** When a tail loss probe is due. */
    private long probe = NEVER;
    /** When what is late counts as lost. */
    private long reordering = NEVER;

    SendTimer(Sender sender, TimerWheel wheel) {
        this.sender = sender;
        this.wheel = wheel;
    }

    boolean isRetransmissionSet() {
        return retransmission != NEVER;
    }

    long retransmission() {
        return retransmission;
    }

    void retransmission(long deadline) {
        retransmission = deadline;
        arm();
    }

    void probe(long deadline) {
        probe = deadline;
        arm();
    }

    void reordering(long deadline) {
        reordering = deadline;
        arm();
    }

    private void arm() {
        long earliest = Math.min(retransmission, Math.min(probe, reordering));
        if (earliest != NEVER && (!timer.isScheduled() || earliest < scheduled)) {
            scheduled = earliest;
            wheel.schedule(timer, earliest);
        }
    }

    @Override
    public void onTimer(long now) {
        if (reordering <= now) {
            reordering = NEVER;
            sender.onReorderingTimeout(now);
        }
        if (probe <= now) {
            probe = NEVER;
            sender.onProbeTimeout(now);
        }
        if (retransmission <= now) {
            sender.onRetransmissionTimeout(now);
        }
        arm();
    }

    void cancel() {
        retransmission = NEVER;
        probe = NEVER;
        reordering = NEVER;
        wheel.cancel(timer);
    }
}
