package io.tun2socks.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.Outbound;
import java.util.function.Consumer;

/**
 * Fetches by HTTP/1.1 through outbounds: https with the usual authorities, up to 5 redirects, gzip. Messages name the
 * server only. Any thread; the work is done on the loop that is named.
 */
public final class HttpFetch {
    private final String userAgent;
    private final ClientTls tls;

    /**
     * Makes a client that trusts the authorities of the JVM.
     *
     * @param userAgent sent unless a request's headers say otherwise; servers of subscriptions decide by it what they
     *     send
     */
    public HttpFetch(String userAgent) {
        this.userAgent = userAgent;
        this.tls = new ClientTls();
    }

    /**
     * Makes a client with its own TLS.
     *
     * @param userAgent sent unless a request's headers say otherwise
     * @param tls for clients; should verify names
     */
    public HttpFetch(String userAgent, SslContext tls) {
        this.userAgent = userAgent;
        this.tls = new ClientTls(tls);
    }

    /**
     * Fetches into memory.
     *
     * @param loop where the work is done
     * @param way through which the server is reached
     * @param request what to fetch
     * @return completes on the loop with the answer, whatever its status is, or with an {@link HttpFetchException};
     *     cancelling abandons it
     */
    public Future<FetchResponse> fetch(EventLoop loop, Outbound way, FetchRequest request) {
        return fetch(loop, way, request, null);
    }

    /**
     * Fetches to a consumer.
     *
     * @param loop where the work is done
     * @param way through which the server is reached
     * @param request what to fetch
     * @param sink gets the unpacked body of an answer with a status of 200 to 299, piece by piece on the loop; the
     *     pieces are borrowed; what it throws fails the fetch. Null for into memory
     * @return completes on the loop when all has been consumed, or with an {@link HttpFetchException}; cancelling
     *     abandons it
     */
    public Future<FetchResponse> fetch(EventLoop loop, Outbound way, FetchRequest request, Consumer<ByteBuf> sink) {
        Promise<FetchResponse> promise = loop.newPromise();
        Fetching fetching = new Fetching(loop, way, tls, userAgent, request, sink, promise);
        run(loop, fetching::start);
        return promise;
    }

    /**
     * Measures how long an answer takes.
     *
     * @param loop where the work is done
     * @param way through which the server is reached
     * @param request what is asked for
     * @return completes on the loop with the milliseconds, at least 1, or with an {@link HttpFetchException};
     *     cancelling abandons it
     */
    public Future<Integer> delay(EventLoop loop, Outbound way, DelayRequest request) {
        Promise<Integer> promise = loop.newPromise();
        DelayTest test = new DelayTest(loop, way, userAgent, request, promise);
        run(loop, () -> test.start(tls));
        return promise;
    }

    private static void run(EventLoop loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
