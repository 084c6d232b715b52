package io.tun2socks.outbound;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** What a CONNECT request says beyond its destination; made once, checked, for all requests. */
final class HttpConnectHeaders {
    /** RFC 9110 5.6.2, beside letters and digits. */
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private final String host;
    private final String lines;
    private final boolean authorized;

    private HttpConnectHeaders(String host, String lines, boolean authorized) {
        this.host = host;
        this.lines = lines;
        this.authorized = authorized;
    }

    /**
     * Makes headers.
     *
     * @param extra sent in this order; a Host stands for the usual one
     * @param credentials for Proxy-Authorization, which then stands for one among the others; or null
     * @throws IllegalArgumentException if a name or a value has a character that would end it; the message names it
     */
    static HttpConnectHeaders of(Map<String, String> extra, OutboundUrl.Credentials credentials) {
        StringBuilder lines = new StringBuilder();
        String host = null;
        boolean authorized = credentials != null;
        for (Map.Entry<String, String> header : extra.entrySet()) {
            String name = header.getKey();
            check(name, header.getValue());
            if (name.equalsIgnoreCase("Host")) {
                host = header.getValue();
                continue;
            }
            boolean authorization = name.equalsIgnoreCase("Proxy-Authorization");
            if (!authorization || credentials == null) {
                lines.append(name).append(": ").append(header.getValue()).append("\r\n");
            }
            authorized |= authorization;
        }
        if (credentials != null) {
            lines.append("Proxy-Authorization: ").append(basic(credentials)).append("\r\n");
        }
        return new HttpConnectHeaders(host, lines.toString(), authorized);
    }

    private static void check(String name, String value) {
        boolean token = !name.isEmpty() && name.chars().allMatch(HttpConnectHeaders::isTokenCharacter);
        if (!token) {
            throw new IllegalArgumentException("headers: '" + name + "' is not the name of a header: expected letters,"
                    + " digits and any of " + TOKEN_MARKS);
        }
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 127)) {
            throw new IllegalArgumentException(
                    "headers: the value of '" + name + "' holds a line break or another control character");
        }
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || TOKEN_MARKS.indexOf(c) >= 0;
    }

    private static String basic(OutboundUrl.Credentials credentials) {
        String userPass = credentials.user() + ":" + credentials.password();
        return "Basic " + Base64.getEncoder().encodeToString(userPass.getBytes(StandardCharsets.UTF_8));
    }

    /** Tells whether the upstream is told who asks. */
    boolean authorized() {
        return authorized;
    }

    /**
     * Returns the head of a request, with its empty line.
     *
     * @param authority {@code host:port}, free of blanks and control characters
     */
    String head(String authority) {
        return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + (host == null ? authority : host) + "\r\n" + lines
                + "\r\n";
    }
}
