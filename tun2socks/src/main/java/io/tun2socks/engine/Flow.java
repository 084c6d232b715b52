package io.tun2socks.engine;

/** A TCP connection or UDP session that a shard carries. */
interface Flow {
    /** Ends the flow at once, both ways. */
    void abort();
}
