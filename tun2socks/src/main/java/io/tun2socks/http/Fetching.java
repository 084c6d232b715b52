package io.tun2socks.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.Outbound;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One download under way, over as many connections as redirects ask for. On its event loop only. */
final class Fetching implements HttpConnection.Listener {
    private static final int MOST_REDIRECTS = 5;

    private final EventLoop loop;
    private final Outbound way;
    private final ClientTls tls;
    private final String userAgent;
    private final FetchRequest wanted;
    private final Consumer<ByteBuf> sink;
    private final Promise<FetchResponse> promise;
    private final HttpUrl first;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private HttpUrl url;
    private HttpConnection connection;
    private int redirects;
    private int status;
    private HttpHeaders headers;
    private long length;

    Fetching(
            EventLoop loop,
            Outbound way,
            ClientTls tls,
            String userAgent,
            FetchRequest wanted,
            Consumer<ByteBuf> sink,
            Promise<FetchResponse> promise) {
        this.loop = loop;
        this.way = way;
        this.tls = tls;
        this.userAgent = userAgent;
        this.wanted = wanted;
        this.sink = sink;
        this.promise = promise;
        this.first = HttpUrl.parse(wanted.url());
        this.url = first;
        this.connection = new HttpConnection(first, this);
    }

    void start() {
        Future<?> deadline = loop.schedule(
                () -> fail("no complete answer within " + wanted.timeoutMillis() + " ms", null),
                wanted.timeoutMillis(),
                TimeUnit.MILLISECONDS);
        promise.addListener(done -> {
            deadline.cancel(false);
            connection.close();
        });
        connection.open(loop, way, tls);
    }

    @Override
    public void onOpen() {
        connection.send(Requests.get(url, userAgent, wanted, url.sameOrigin(first)));
    }

    @Override
    public void onPart(HttpObject part) {
        if (part instanceof HttpResponse response) {
            onHead(response);
        }
        if (promise.isDone() || headers == null) {
            return;
        }
        if (part instanceof HttpContent content) {
            onBody(content.content());
        }
        if (part instanceof LastHttpContent && !promise.isDone()) {
            promise.trySuccess(new FetchResponse(status, headers, body.toByteArray()));
        }
    }

    private void onHead(HttpResponse response) {
        int code = response.status().code();
        headers = null;
        if (code < 200) {
            // An interim answer (RFC 9110 15.2): the real one follows.
            return;
        }
        String location = response.headers().get(HttpHeaderNames.LOCATION);
        if (location != null && isRedirect(code)) {
            redirect(location);
            return;
        }
        status = code;
        headers = response.headers();
        String declared = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (declared != null && !declared.isEmpty() && declared.length() < 19) {
            checkLength(Long.parseLong(declared));
        }
    }

    private static boolean isRedirect(int code) {
        return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
    }

    private void redirect(String location) {
        if (++redirects > MOST_REDIRECTS) {
            fail("more than " + MOST_REDIRECTS + " redirects", null);
            return;
        }
        HttpUrl next;
        try {
            next = url.resolve(location);
        } catch (IllegalArgumentException e) {
            fail("it redirects to where nothing can be fetched: " + e.getMessage(), e);
            return;
        }
        connection.close();
        url = next;
        connection = new HttpConnection(next, this);
        connection.open(loop, way, tls);
    }

    private void onBody(ByteBuf content) {
        length += content.readableBytes();
        if (!checkLength(length) || !content.isReadable()) {
            return;
        }
        if (sink != null && status >= 200 && status < 300) {
            try {
                sink.accept(content);
            } catch (RuntimeException e) {
                fail("what came could not be kept: " + e.getMessage(), e);
            }
            return;
        }
        try {
            content.readBytes(body, content.readableBytes());
        } catch (IOException e) {
            throw new AssertionError("an array always takes bytes", e);
        }
    }

    private boolean checkLength(long bytes) {
        if (bytes > wanted.sizeLimit()) {
            fail("the answer is larger than the limit of " + wanted.sizeLimit() + " bytes", null);
            return false;
        }
        return true;
    }

    @Override
    public void onFailure(Throwable cause) {
        fail(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), cause);
    }

    private void fail(String why, Throwable cause) {
        promise.tryFailure(new HttpFetchException(url + " (through " + way.name() + "): " + why, cause));
    }
}
