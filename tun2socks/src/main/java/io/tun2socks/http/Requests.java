package io.tun2socks.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes requests. */
final class Requests {
    /** What must not go to another origin than the one that it was meant for. */
    private static final Set<String> SECRETS = Set.of("authorization", "cookie", "proxy-authorization");

    private Requests() {}

    static FullHttpRequest head(HttpUrl url, String userAgent) {
        return request(HttpMethod.HEAD, url, userAgent);
    }

    /**
     * Makes the request of a download.
     *
     * @param sameOrigin whether the URL is still where the caller wanted to go, so that secrets may be told
     */
    static FullHttpRequest get(HttpUrl url, String userAgent, FetchRequest wanted, boolean sameOrigin) {
        FullHttpRequest request = request(HttpMethod.GET, url, userAgent);
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.ACCEPT_ENCODING, "gzip");
        headers.set(HttpHeaderNames.CONNECTION, "close");
        if (!wanted.etag().isEmpty()) {
            headers.set(HttpHeaderNames.IF_NONE_MATCH, wanted.etag());
        }
        for (Map.Entry<String, List<String>> entry : wanted.headers().entrySet()) {
            if (sameOrigin || !SECRETS.contains(entry.getKey().toLowerCase(Locale.ROOT))) {
                headers.set(entry.getKey(), entry.getValue());
            }
        }
        return request;
    }

    private static FullHttpRequest request(HttpMethod method, HttpUrl url, String userAgent) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, url.target(), Unpooled.EMPTY_BUFFER);
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.HOST, url.hostHeader());
        headers.set(HttpHeaderNames.USER_AGENT, userAgent);
        headers.set(HttpHeaderNames.ACCEPT, "*/*");
        if (url.authorization() != null) {
            headers.set(HttpHeaderNames.AUTHORIZATION, url.authorization());
        }
        return request;
    }
}
