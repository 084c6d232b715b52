package io.tun2socks.tcpstack.timer;

/** What a timer does. */
@FunctionalInterface
public interface TimerTask {
    /**
     * The timer has fired; it may be scheduled again from here.
     *
     * @param nowNanos the time, at or after the deadline
     */
    void onTimer(long nowNanos);
}
