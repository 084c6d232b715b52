package io.tun2socks.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/** What a server has answered, after redirects. Any thread. */
public final class FetchResponse {
    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;

    FetchResponse(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** Returns the HTTP status. */
    public int status() {
        return status;
    }

    /** Returns whether there is something new, status 200 to 299. */
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** Returns whether what the caller has is still what the server has. */
    public boolean isNotModified() {
        return status == 304;
    }

    /**
     * Returns a header.
     *
     * @param name in any case
     * @return the first value of that name, if there is one
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** Returns the tag to ask with next time, or the empty string. */
    public String etag() {
        return header("ETag").orElse("");
    }

    /** Returns the unpacked body, empty if a consumer got it; the caller's own. */
    public byte[] body() {
        return body.clone();
    }
}
