package io.tun2socks.outbound.group;

import io.netty.util.concurrent.Future;
import io.tun2socks.http.ExpectedStatus;
import io.tun2socks.outbound.Outbound;

/** Asks for a URL through an outbound. */
@FunctionalInterface
public interface UrlTester {
    /**
     * Begins a test; called on the event loop of the checks.
     *
     * @param way through which is asked
     * @param url http or https
     * @param expected the good answers
     * @param timeoutMillis for all of it, above 0
     * @return completes on that loop with the milliseconds that a good answer took, at least 1, or exceptionally
     */
    Future<Integer> test(Outbound way, String url, ExpectedStatus expected, int timeoutMillis);
}
