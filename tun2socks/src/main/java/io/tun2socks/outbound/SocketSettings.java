package io.tun2socks.outbound;

import java.nio.charset.StandardCharsets;

/**
 * What every outbound socket gets, those of DNS included.
 *
 * @param fwmark SO_MARK, or 0 for none
 * @param interfaceName SO_BINDTODEVICE, 1 to 15 bytes, or null for none
 * @param connectTimeoutMillis how long a connect, a TLS handshake and a handshake may each take, above 0
 * @param tcpConcurrent whether all addresses of a name are tried at once, not one after the other
 */
public record SocketSettings(int fwmark, String interfaceName, int connectTimeoutMillis, boolean tcpConcurrent) {
    /** The longest name of an interface in bytes: IFNAMSIZ without the final zero. */
    private static final int MAX_INTERFACE_NAME = 15;

    /** No mark, no interface, 5 s. */
    public static final SocketSettings DEFAULT = new SocketSettings(0, null, 5_000);

    /**
     * Makes settings with which the addresses of a name are tried one after the other.
     *
     * @param fwmark SO_MARK, or 0 for none
     * @param interfaceName SO_BINDTODEVICE, 1 to 15 bytes, or null for none
     * @param connectTimeoutMillis how long a connect, a TLS handshake and a handshake may each take, above 0
     */
    public SocketSettings(int fwmark, String interfaceName, int connectTimeoutMillis) {
        this(fwmark, interfaceName, connectTimeoutMillis, /* tcpConcurrent= */ false);
    }

    /** Checks the ranges. */
    public SocketSettings {
        if (interfaceName != null) {
            int length = interfaceName.getBytes(StandardCharsets.UTF_8).length;
            if (length < 1 || length > MAX_INTERFACE_NAME) {
                throw new IllegalArgumentException(
                        "the interface name '" + interfaceName + "' has " + length + " bytes, expected 1 to 15");
            }
        }
        if (connectTimeoutMillis <= 0) {
            throw new IllegalArgumentException(
                    "the connect timeout is " + connectTimeoutMillis + " ms, expected more than 0");
        }
    }
}
