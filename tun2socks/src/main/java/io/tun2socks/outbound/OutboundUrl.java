package io.tun2socks.outbound;

import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The parts of an outbound's URL.
 *
 * @param scheme in lower case
 * @param credentials user name and password, or null
 * @param host the name or literal without brackets, or the empty string
 * @param port 1 to 65535, or 0 if none is given
 */
record OutboundUrl(String scheme, Credentials credentials, String host, int port) {
    private static final String EXPECTED = "expected socks5://[user:pass@]host[:port], http://[user:pass@]host:port, "
            + "direct://, reject:// or drop://";

    /** User name and password, decoded. */
    record Credentials(String user, String password) {
        /** Returns the user only: a password is never shown. */
        @Override
        public String toString() {
            return user + ":***";
        }
    }

    /**
     * Takes a URL apart.
     *
     * @param url the text; without a scheme it is {@code socks5://}
     * @return its parts
     * @throws IllegalArgumentException if it has no such form
     */
    static OutboundUrl parse(String url) {
        int schemeEnd = url.indexOf("://");
        if (schemeEnd == 0 || url.isBlank()) {
            throw invalid(url, "it has no scheme");
        }
        String scheme = schemeEnd < 0 ? "socks5" : url.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
        String rest = schemeEnd < 0 ? url : url.substring(schemeEnd + 3);
        int at = rest.lastIndexOf('@');
        String hostPort = rest.substring(at + 1);
        if (hostPort.endsWith("/")) {
            hostPort = hostPort.substring(0, hostPort.length() - 1);
        }
        if (hostPort.chars().anyMatch(c -> c <= ' ' || c >= 127 || "/?#\\".indexOf(c) >= 0)) {
            throw invalid(url, "the host part '" + hostPort + "' holds a path, a query or a character of no host name");
        }
        Credentials credentials = at < 0 ? null : parseCredentials(url, rest.substring(0, at));
        int hostEnd = hostEnd(url, hostPort);
        String host = hostPort.substring(0, hostEnd);
        if (host.startsWith("[")) {
            if (IpAddress.parse(host).isEmpty()) {
                throw invalid(url, "'" + host + "' is not an IPv6 address");
            }
            host = host.substring(1, host.length() - 1);
        }
        return new OutboundUrl(scheme, credentials, host, parsePort(url, hostPort.substring(hostEnd)));
    }

    /**
     * Makes the error for a URL that is not accepted.
     *
     * @param url the URL; its password is masked
     * @param problem what is wrong with it
     * @return the exception to throw
     */
    static IllegalArgumentException invalid(String url, String problem) {
        return new IllegalArgumentException("proxy '" + masked(url) + "': " + problem + "; " + EXPECTED);
    }

    /** Returns the URL with its password replaced; works on text that is no URL, too. */
    static String masked(String url) {
        int schemeEnd = url.indexOf("://");
        int start = schemeEnd < 0 ? 0 : schemeEnd + 3;
        int at = url.lastIndexOf('@');
        int colon = url.indexOf(':', start);
        return at < 0 || colon < 0 || colon > at ? url : url.substring(0, colon + 1) + "***" + url.substring(at);
    }

    private static int hostEnd(String url, String hostPort) {
        if (hostPort.startsWith("[")) {
            int bracket = hostPort.indexOf(']');
            if (bracket < 0) {
                throw invalid(url, "the bracket of the IPv6 address is not closed");
            }
            return bracket + 1;
        }
        int colon = hostPort.indexOf(':');
        if (colon >= 0 && colon != hostPort.lastIndexOf(':')) {
            throw invalid(url, "an IPv6 address must stand in brackets");
        }
        return colon < 0 ? hostPort.length() : colon;
    }

    private static int parsePort(String url, String text) {
        if (text.isEmpty()) {
            return 0;
        }
        String digits = text.substring(1);
        boolean valid = text.startsWith(":")
                && !digits.isEmpty()
                && digits.length() <= 5
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = valid ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > 65535) {
            throw invalid(url, "the port '" + digits + "' is not a number from 1 to 65535");
        }
        return port;
    }

    private static Credentials parseCredentials(String url, String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = percentDecode(url, colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = colon < 0 ? "" : percentDecode(url, userInfo.substring(colon + 1));
        if (user.isEmpty()) {
            throw invalid(url, "the user name before '@' is empty");
        }
        return new Credentials(user, password);
    }

    private static String percentDecode(String url, String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                out.write(bytes[i]);
                continue;
            }
            boolean complete = i + 2 < bytes.length;
            int high = complete ? Character.digit(bytes[i + 1], 16) : -1;
            int low = complete ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw invalid(url, "a '%' in user name or password is not followed by two hexadecimal digits");
            }
            out.write(high << 4 | low);
            i += 2;
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
