package io.tun2socks.http;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What to fetch. Its text form shows nothing that could be a secret.
 *
 * @param url http or https; a user in it is sent as basic authentication
 * @param headers sent besides the usual ones, and instead of those of the same name
 * @param etag the tag of what is already there, to be told 304 if it has not changed; empty for none
 * @param sizeLimit bytes that the body may have, unpacked; 0 for {@link #LARGEST}
 * @param timeoutMillis for all of it, redirects included; above 0
 */
public record FetchRequest(
        String url, Map<String, List<String>> headers, String etag, long sizeLimit, int timeoutMillis) {
    /** The largest body that is taken when no limit is given. */
    public static final long LARGEST = 256L << 20;

    /** How long a download may take when nothing else is said. */
    public static final int DEFAULT_TIMEOUT_MILLIS = 90_000;

    /** Checks the values and copies the map, keeping its order. */
    public FetchRequest {
        if (sizeLimit < 0) {
            throw new IllegalArgumentException("the size limit is " + sizeLimit + ", expected 0 or more");
        }
        if (timeoutMillis <= 0) {
            throw new IllegalArgumentException("the time-out is " + timeoutMillis + " ms, expected more than 0");
        }
        HttpUrl.parse(url);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        sizeLimit = sizeLimit == 0 ? LARGEST : sizeLimit;
    }

    /**
     * Asks for a URL, with defaults for the rest.
     *
     * @param url http or https
     * @return the request
     * @throws IllegalArgumentException if it is not such a URL; the message does not repeat it
     */
    public static FetchRequest of(String url) {
        return new FetchRequest(url, Map.of(), "", 0, DEFAULT_TIMEOUT_MILLIS);
    }

    /**
     * Returns the same request with other headers.
     *
     * @param values sent besides the usual ones
     * @return a request
     */
    public FetchRequest withHeaders(Map<String, List<String>> values) {
        return new FetchRequest(url, values, etag, sizeLimit, timeoutMillis);
    }

    /**
     * Returns the same request with a tag.
     *
     * @param value the tag of what is already there; empty for none
     * @return a request
     */
    public FetchRequest withEtag(String value) {
        return new FetchRequest(url, headers, value, sizeLimit, timeoutMillis);
    }

    /**
     * Returns the same request with a limit.
     *
     * @param bytes that the body may have; 0 for {@link #LARGEST}
     * @return a request
     */
    public FetchRequest withSizeLimit(long bytes) {
        return new FetchRequest(url, headers, etag, bytes, timeoutMillis);
    }

    /**
     * Returns the same request with another time-out.
     *
     * @param millis above 0
     * @return a request
     */
    public FetchRequest withTimeout(int millis) {
        return new FetchRequest(url, headers, etag, sizeLimit, millis);
    }

    @Override
    public String toString() {
        return HttpUrl.parse(url).toString();
    }
}
