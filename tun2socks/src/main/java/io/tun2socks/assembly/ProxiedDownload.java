package io.tun2socks.assembly;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.http.FetchRequest;
import io.tun2socks.http.FetchResponse;
import io.tun2socks.http.HttpFetch;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.provider.Download;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Fetches through the proxies and groups of the configuration. Any thread. */
final class ProxiedDownload implements Download {
    private final HttpFetch http;
    private final EventLoop loop;
    private final Function<String, Outbound> ways;

    /**
     * Makes a download.
     *
     * @param http the client
     * @param loop where it works
     * @param ways finds the way of a proxy or group by its name, and of the rules by the empty name; null if there is
     *     none
     */
    ProxiedDownload(HttpFetch http, EventLoop loop, Function<String, Outbound> ways) {
        this.http = http;
        this.loop = loop;
        this.ways = ways;
    }

    @Override
    public CompletionStage<Answer> fetch(Request request) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Outbound way = ways.apply(request.proxy());
        if (way == null) {
            answer.completeExceptionally(new IOException("there is no proxy or group '" + request.proxy() + "'"));
            return answer;
        }
        FetchRequest fetch = FetchRequest.of(request.url()).withHeaders(request.headers());
        if (!request.etag().isEmpty()) {
            fetch = fetch.withEtag(request.etag());
        }
        if (request.sizeLimit() > 0) {
            fetch = fetch.withSizeLimit(request.sizeLimit());
        }
        FetchRequest asked = fetch;
        loop.execute(() -> http.fetch(loop, way, asked).addListener((Future<FetchResponse> done) -> {
            if (!done.isSuccess()) {
                answer.completeExceptionally(done.cause());
                return;
            }
            FetchResponse response = done.getNow();
            if (response.isNotModified()) {
                answer.complete(new Answer(null, response.etag()));
            } else if (response.isSuccess()) {
                answer.complete(new Answer(new Content(response.body()), response.etag()));
            } else {
                answer.completeExceptionally(new IOException("the server answers with status " + response.status()));
            }
        }));
        return answer;
    }
}
