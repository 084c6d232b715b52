package io.tun2socks.config.clash;

import io.tun2socks.config.LogLevel;
import io.tun2socks.rules.decide.FindProcessMode;
import io.tun2socks.rules.decide.Mode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What concerns the whole program.
 *
 * @param mode what decides where flows go
 * @param logLevel how much is logged
 * @param ipv6 whether IPv6 is used at all
 * @param findProcessMode when the owners of flows are sought
 * @param interfaceName the interface to go out by; empty for what the routes say
 * @param routingMark the mark of outgoing packets; 0 for none
 * @param tcpConcurrent whether all addresses of a name are tried at once
 * @param unifiedDelay whether a second request measures a proxy's delay, without its handshake
 * @param keepAliveIdle seconds of silence before TCP probes; 0 for the program's default
 * @param keepAliveInterval seconds between probes; 0 for the program's default
 * @param disableKeepAlive whether nothing is probed
 * @param udpFallback what becomes of UDP that no rule decides about
 * @param globalUserAgent what downloads call themselves; empty for the program's name
 * @param etagSupport whether downloads ask only for what has changed
 * @param hosts names, with clash's wildcards, and what they stand for; in order
 */
public record GeneralConfig(
        Mode mode,
        LogLevel logLevel,
        boolean ipv6,
        FindProcessMode findProcessMode,
        String interfaceName,
        int routingMark,
        boolean tcpConcurrent,
        boolean unifiedDelay,
        int keepAliveIdle,
        int keepAliveInterval,
        boolean disableKeepAlive,
        UdpFallback udpFallback,
        String globalUserAgent,
        boolean etagSupport,
        Map<String, HostEntry> hosts) {
    /** Copies the map, keeping its order. */
    public GeneralConfig {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /** What becomes of UDP that no rule decides about. */
    public enum UdpFallback {
        /** It goes out directly, as mihomo lets it. */
        DIRECT,
        /** It is rejected, so that nothing leaks. */
        REJECT
    }
}
