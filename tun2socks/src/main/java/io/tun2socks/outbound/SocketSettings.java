package io.tun2socks.outbound;

/**
 * What every outbound socket gets, those of DNS included.
 *
 * @param fwmark SO_MARK, or 0 for none
 * @param interfaceName SO_BINDTODEVICE, or null for none
 * @param connectTimeoutMillis how long a connect and a handshake may each take, above 0
 */
public record SocketSettings(int fwmark, String interfaceName, int connectTimeoutMillis) {
    /** No mark, no interface, 5 s. */
    public static final SocketSettings DEFAULT = new SocketSettings(0, null, 5_000);
}
