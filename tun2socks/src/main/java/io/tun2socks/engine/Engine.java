package io.tun2socks.engine;

import io.tun2socks.device.Device;
import io.tun2socks.outbound.Outbound;
import java.util.concurrent.CompletionStage;

/** The running proxy: one shard per device queue. */
public final class Engine implements AutoCloseable {
    /**
     * Prepares an engine; nothing runs yet.
     *
     * @param device the device; the engine does not close it
     * @param outbound where flows go
     * @param options limits and times
     * @param listener hears of ended flows
     */
    public Engine(Device device, Outbound outbound, EngineOptions options, FlowListener listener) {
        throw new UnsupportedOperationException("under construction " + device + outbound + options + listener);
    }

    /** Starts reading from the device. */
    public void start() {}

    /** Returns a stage that completes exceptionally when the device goes away under the engine. */
    public CompletionStage<Void> failure() {
        throw new UnsupportedOperationException();
    }

    /** Refuses new flows, lets open ones go on for the drain time, aborts the rest and stops the threads. */
    @Override
    public void close() {}
}
