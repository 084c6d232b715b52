package io.tun2socks.engine;

import java.time.Duration;

/**
 * Limits and times of the engine.
 *
 * @param tcpSendBuffer most bytes queued towards a client per connection before its upstream is no longer read
 * @param tcpReceiveBuffer the receive budget that a connection starts with, in bytes
 * @param tcpAutoTuning whether the receive budget grows with what the flow drains
 * @param udpTimeout how long a UDP session lives without a datagram either way
 * @param drain how long open flows may go on after a stop was asked for
 */
public record EngineOptions(
        int tcpSendBuffer, int tcpReceiveBuffer, boolean tcpAutoTuning, Duration udpTimeout, Duration drain) {
    /** The defaults. */
    public static final EngineOptions DEFAULT =
            new EngineOptions(1 << 20, 1 << 18, true, Duration.ofSeconds(60), Duration.ofSeconds(3));
}
