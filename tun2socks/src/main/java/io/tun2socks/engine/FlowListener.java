package io.tun2socks.engine;

/** Hears of flows; called on the shards' threads, so implementations are thread-safe and quick. */
@FunctionalInterface
public interface FlowListener {
    /** Hears nothing. */
    FlowListener NONE = record -> {};

    /**
     * A flow has ended.
     *
     * @param record what it was
     */
    void onFlowClosed(FlowRecord record);
}
