package io.tun2socks.config;

/**
 * Where the REST API is to listen.
 *
 * @param host the address or name to bind, empty for all addresses; IPv6 without brackets
 * @param port 0 to 65535, 0 for any
 * @param token the bearer token that requests must carry, or null
 */
public record RestApiAddress(String host, int port, String token) {
    private static final String EXPECTED = "expected [token@]host:port, such as 127.0.0.1:9090";

    /**
     * Parses {@code [http://][token@]host:port}.
     *
     * @param text what the user wrote
     * @return the address
     * @throws IllegalArgumentException if it is not one; the message never shows the token
     */
    public static RestApiAddress parse(String text) {
        String rest = text;
        int scheme = rest.indexOf("://");
        if (scheme >= 0) {
            if (!rest.substring(0, scheme).equalsIgnoreCase("http")) {
                throw new IllegalArgumentException(
                        "the scheme '" + rest.substring(0, scheme) + "' is not served; expected http or none");
            }
            rest = rest.substring(scheme + 3);
        }
        rest = rest.split("[/?#]", 2)[0];
        int at = rest.lastIndexOf('@');
        String token = at < 0 ? null : rest.substring(0, at);
        rest = rest.substring(at + 1);
        int colon = rest.lastIndexOf(':');
        boolean bareIpv6 = rest.indexOf(':') != colon && !rest.startsWith("[");
        if (colon < 0 || bareIpv6 || rest.endsWith("]")) {
            throw new IllegalArgumentException("'" + rest + "' lacks a port; " + EXPECTED);
        }
        String host = rest.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port;
        try {
            port = (int) GoScalars.integer(rest.substring(colon + 1), 0, 65535);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + rest.substring(colon + 1) + "' is not a port from 0 to 65535; " + EXPECTED, e);
        }
        return new RestApiAddress(host, port, token);
    }

    /** Returns {@code host:port}, never the token. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
