package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.http.DelayRequest;
import io.tun2socks.http.ExpectedStatus;
import io.tun2socks.http.HttpFetch;
import io.tun2socks.outbound.Outbound;

/** Tests by HTTP. */
public final class HttpUrlTester implements UrlTester {
    private final HttpFetch fetch;
    private final EventLoop loop;
    private final boolean unified;

    /**
     * Makes a tester.
     *
     * @param fetch asks
     * @param loop where that is done
     * @param unified whether a second answer on the same connection is timed instead of connect and first answer (clash's
     *     {@code unified-delay})
     */
    public HttpUrlTester(HttpFetch fetch, EventLoop loop, boolean unified) {
        this.fetch = fetch;
        this.loop = loop;
        this.unified = unified;
    }

    @Override
    public Future<Integer> test(Outbound way, String url, ExpectedStatus expected, int timeoutMillis) {
        DelayRequest request;
        try {
            request = new DelayRequest(url, expected, timeoutMillis, unified);
        } catch (IllegalArgumentException e) {
            return loop.newFailedFuture(e);
        }
        return fetch.delay(loop, way, request);
    }
}
