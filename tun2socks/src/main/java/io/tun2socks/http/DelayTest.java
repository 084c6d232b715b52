package io.tun2socks.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.Outbound;
import java.util.concurrent.TimeUnit;

/**
 * One measurement of how long a server's answer takes through an outbound, the connect included; or, if that is to be
 * left out, how long a second answer on the same connection takes. On its event loop only.
 */
final class DelayTest implements HttpConnection.Listener {
    private final EventLoop loop;
    private final Outbound way;
    private final HttpUrl url;
    private final DelayRequest wanted;
    private final String userAgent;
    private final Promise<Integer> promise;
    private final HttpConnection connection;

    private long start;
    private boolean again;
    private boolean keptAlive;
    private int status;
    private int firstMillis;

    DelayTest(EventLoop loop, Outbound way, String userAgent, DelayRequest wanted, Promise<Integer> promise) {
        this.loop = loop;
        this.way = way;
        this.url = HttpUrl.parse(wanted.url());
        this.wanted = wanted;
        this.userAgent = userAgent;
        this.promise = promise;
        this.connection = new HttpConnection(url, this);
    }

    void start(ClientTls tls) {
        start = loop.ticker().nanoTime();
        Future<?> deadline = loop.schedule(this::onTimeout, wanted.timeoutMillis(), TimeUnit.MILLISECONDS);
        promise.addListener(done -> {
            deadline.cancel(false);
            connection.close();
        });
        connection.open(loop, way, tls);
    }

    @Override
    public void onOpen() {
        connection.send(Requests.head(url, userAgent));
    }

    @Override
    public void onPart(HttpObject part) {
        if (part instanceof HttpResponse response) {
            status = response.status().code();
            keptAlive = HttpUtil.isKeepAlive(response);
        }
        if (part instanceof LastHttpContent && status >= 200) {
            int millis = elapsed();
            if (again || !wanted.unified() || !keptAlive) {
                finish(millis);
            } else {
                again = true;
                firstMillis = millis;
                start = loop.ticker().nanoTime();
                connection.send(Requests.head(url, userAgent));
            }
        }
    }

    /** Never 0: that would look as if there had been no answer. */
    private int elapsed() {
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(loop.ticker().nanoTime() - start));
    }

    private void finish(int millis) {
        if (wanted.expected().accepts(status)) {
            promise.trySuccess(millis);
        } else {
            fail("the status is " + status + ", expected " + wanted.expected(), null);
        }
    }

    private void onTimeout() {
        if (again) {
            finish(firstMillis);
        } else {
            fail("no answer within " + wanted.timeoutMillis() + " ms", null);
        }
    }

    @Override
    public void onFailure(Throwable cause) {
        if (again) {
            // Some servers answer one request only: that was good enough.
            finish(firstMillis);
        } else {
            fail(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), cause);
        }
    }

    private void fail(String why, Throwable cause) {
        promise.tryFailure(new HttpFetchException(url + " (through " + way.name() + "): " + why, cause));
    }
}
