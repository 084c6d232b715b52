package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.StackConfig;

/** Bounds what a run may cost: memory by the configured limits, events by time. */
final class Guard {
    /** More events in a second of virtual time are a storm: something keeps itself busy. */
    private static final int MAX_EVENTS = 200_000;

    private static final long SECOND = 1000 * SimClock.MS;
    private static final int EVERY = 16;

    private final EventQueue events;
    private final SimHost host;
    private final long mostMemory;
    private long second;
    private int count;
    private int skipped;

    Guard(EventQueue events, SimHost host, StackConfig config, int maxChunk) {
        this.events = events;
        this.host = host;
        // What is received may be a slice that keeps its packet, as long as it is a large part of that.
        mostMemory = 2L * config.tcp().maxReceiveBuffer() + config.tcp().sendBufferLimit() + maxChunk + (256L << 10);
    }

    void check() {
        long now = Math.floorDiv(events.now(), SECOND);
        if (now != second) {
            second = now;
            count = 0;
        }
        if (++count > MAX_EVENTS) {
            throw new AssertionError("more than " + MAX_EVENTS + " events in a second");
        }
        if (++skipped % EVERY == 0) {
            long used = host.usedMemory();
            if (used > mostMemory) {
                assertThat(used).as("bytes of live buffers").isLessThanOrEqualTo(mostMemory);
            }
        }
    }
}
