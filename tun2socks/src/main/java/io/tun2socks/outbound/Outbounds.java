package io.tun2socks.outbound;

/** Makes outbounds from their URL form. */
public final class Outbounds {
    private Outbounds() {}

    /**
     * Makes an outbound.
     *
     * @param url {@code socks5://[user:pass@]host[:port]}, {@code http://[user:pass@]host[:port]}, {@code direct://},
     *     {@code reject://} or {@code drop://}
     * @param sockets what every socket gets
     * @return the outbound
     * @throws IllegalArgumentException if the URL is not understood; the message says what was expected
     */
    public static Outbound parse(String url, SocketSettings sockets) {
        if (!url.isEmpty()) {
            throw new IllegalArgumentException("under construction " + url + sockets);
        }
        return null;
    }
}
