package io.tun2socks.engine;

import io.netty.util.internal.PlatformDependent;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import java.time.Duration;

/**
 * Limits and times of the engine.
 *
 * @param tcp limits and choices for TCP; those that count connections hold for each queue of the device
 * @param memoryLimit the most payload bytes that all flows together may hold
 * @param udpTimeout how long a UDP session lives without a datagram either way
 * @param drain how long open flows may go on after a stop was asked for
 */
public record EngineOptions(TcpConfig tcp, long memoryLimit, Duration udpTimeout, Duration drain) {
    /** The defaults; of the direct memory that the JVM may use, half is for payload. */
    public static final EngineOptions DEFAULT = new EngineOptions(
            TcpConfig.DEFAULT, PlatformDependent.maxDirectMemory() / 2, Duration.ofSeconds(60), Duration.ofSeconds(3));

    /** Returns the same with another time for open flows to end. */
    public EngineOptions withDrain(Duration newDrain) {
        return new EngineOptions(tcp, memoryLimit, udpTimeout, newDrain);
    }
}
