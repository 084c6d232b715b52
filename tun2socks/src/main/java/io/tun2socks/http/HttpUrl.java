package io.tun2socks.http;

import io.tun2socks.outbound.Destination;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * An http or https URL, taken apart. Its text form is only the origin: user, path and query of a subscription are as
 * secret as a password.
 *
 * @param tls whether it is https
 * @param host the name, or the address without brackets
 * @param port 1 to 65535
 * @param target path and query as the request line has them
 * @param authorization the value of the header for the user in the URL, or null
 * @param uri the whole, without a user
 */
record HttpUrl(boolean tls, String host, int port, String target, String authorization, URI uri) {
    /**
     * Takes a URL apart.
     *
     * @throws IllegalArgumentException if it is none that can be fetched; the message shows nothing secret
     */
    static HttpUrl parse(String text) {
        try {
            return of(new URI(text.trim()));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "not a URL: " + e.getReason() + " at character " + (e.getIndex() + 1), e);
        }
    }

    private static HttpUrl of(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("the URL's scheme is '" + scheme + "', expected http or https");
        }
        boolean tls = scheme.equals("https");
        String host = uri.getHost();
        if (host == null || host.isEmpty()) {
            throw new IllegalArgumentException("the " + scheme + " URL names no host, expected " + scheme
                    + "://example.com/ or an address, an IPv6 one in brackets");
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = uri.getPort();
        if (port < 0) {
            port = tls ? 443 : 80;
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the URL's port is " + port + ", expected 1 to 65535");
        }
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        String user = uri.getUserInfo();
        String authorization = user == null
                ? null
                : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        return new HttpUrl(tls, host, port, target, authorization, uri);
    }

    /**
     * Finds where a redirect leads.
     *
     * @param location the header's value
     * @throws IllegalArgumentException if it cannot be followed
     */
    HttpUrl resolve(String location) {
        try {
            return of(uri.resolve(new URI(location.trim())));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(this + ": redirects to what is not a URL: " + e.getReason(), e);
        }
    }

    /** Returns where to connect; a literal is given as an address. */
    Destination destination() {
        IpAddress address = IpAddress.parse(host).orElse(null);
        return new Destination(address == null ? host : null, address, port);
    }

    /** Returns the value of the Host header. */
    String hostHeader() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    boolean sameOrigin(HttpUrl other) {
        return tls == other.tls && port == other.port && host.equalsIgnoreCase(other.host);
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + hostHeader();
    }
}
