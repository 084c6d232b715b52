package io.tun2socks.http;

import java.io.IOException;

/** Why something could not be fetched: names the server, never user, path or query. */
public final class HttpFetchException extends IOException {
    private static final long serialVersionUID = 1L;

    HttpFetchException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Leaves the stack trace out: it would show the event loop only. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
