package io.tun2socks.http;

/**
 * How a delay is measured.
 *
 * @param url http or https, asked for by HEAD; redirects are answers like others
 * @param expected the good answers
 * @param timeoutMillis for all of it, above 0
 * @param unified whether a second answer on the same connection is measured instead, which leaves out the time that
 *     connecting takes
 */
public record DelayRequest(String url, ExpectedStatus expected, int timeoutMillis, boolean unified) {
    /** Checks the values. */
    public DelayRequest {
        if (timeoutMillis <= 0) {
            throw new IllegalArgumentException("the time-out is " + timeoutMillis + " ms, expected more than 0");
        }
        HttpUrl.parse(url);
    }

    @Override
    public String toString() {
        return HttpUrl.parse(url).toString();
    }
}
