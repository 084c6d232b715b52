package io.tun2socks.demo;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** Answers the requests of one connection. */
final class WebHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final String PAGE = """
            <!doctype html><title>tun2socks demo</title><h1>It works</h1>
            <p>This page came through the tunnel.</p>
            """;

    private static final int SLOW_LINES = 5;
    private static final int SLOW_MILLIS = 200;

    private HttpRequest request;
    private MessageDigest digest;
    private long received;
    /** Bytes of a {@code /bytes} answer that are not written yet; -1 if there is none. */
    private long toSend = -1;

    private boolean inputShutdown;
    private boolean answering;

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message instanceof HttpRequest head) {
            request = head;
            received = 0;
            digest = head.uri().equals("/upload") ? TestBytes.sha256() : null;
        }
        if (message instanceof HttpContent content) {
            received += content.content().readableBytes();
            if (digest != null) {
                for (var part : content.content().nioBuffers()) {
                    digest.update(part);
                }
            }
        }
        if (message instanceof LastHttpContent && request != null) {
            answering = true;
            answer(context);
        }
    }

    private void answer(ChannelHandlerContext context) {
        String path = request.uri();
        if (!request.decoderResult().isSuccess()) {
            text(context, HttpResponseStatus.BAD_REQUEST, "text/plain", "bad request\n");
        } else if (path.equals("/upload")) {
            String hash = HexFormat.of().formatHex(digest.digest());
            text(context, HttpResponseStatus.OK, "text/plain", received + " " + hash + "\n");
        } else if (path.equals("/")) {
            text(context, HttpResponseStatus.OK, "text/html; charset=utf-8", PAGE);
        } else if (path.equals("/slow")) {
            head(context, "text/plain", -1);
            slowly(context, 1);
        } else if (path.startsWith("/bytes/") || path.startsWith("/sha256/")) {
            long length = number(path.substring(path.indexOf('/', 1) + 1));
            if (length < 0) {
                text(context, HttpResponseStatus.BAD_REQUEST, "text/plain", "expected a number of bytes\n");
            } else if (path.startsWith("/sha256/")) {
                text(context, HttpResponseStatus.OK, "text/plain", TestBytes.sha256(length) + "\n");
            } else {
                head(context, "application/octet-stream", length);
                toSend = request.method().equals(HttpMethod.HEAD) ? 0 : length;
                sendBytes(context);
            }
        } else {
            text(context, HttpResponseStatus.NOT_FOUND, "text/plain", "no such page\n");
        }
    }

    /** Returns the number, or -1 if the text is none or above 1 TB. */
    private static long number(String text) {
        boolean valid = !text.isEmpty() && text.length() <= 12 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return valid ? Long.parseLong(text) : -1;
    }

    private void text(ChannelHandlerContext context, HttpResponseStatus status, String type, String body) {
        ByteBuf content = context.alloc().directBuffer();
        content.writeCharSequence(body, StandardCharsets.UTF_8);
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        if (request.method().equals(HttpMethod.HEAD)) {
            content.clear();
        }
        answered(context, context.writeAndFlush(response));
    }

    private static void head(ChannelHandlerContext context, String type, long length) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        if (length >= 0) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        } else {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        context.write(response);
    }

    private void sendBytes(ChannelHandlerContext context) {
        while (toSend > 0 && context.channel().isWritable()) {
            ByteBuf block = TestBytes.block(toSend);
            toSend -= block.readableBytes();
            context.write(new DefaultHttpContent(block));
            if (!context.channel().isWritable()) {
                context.flush();
            }
        }
        if (toSend == 0) {
            toSend = -1;
            answered(context, context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        }
        context.flush();
    }

    private void slowly(ChannelHandlerContext context, int line) {
        ByteBuf text = context.alloc().directBuffer();
        text.writeCharSequence("line " + line + "\n", StandardCharsets.US_ASCII);
        context.writeAndFlush(new DefaultHttpContent(text));
        if (line == SLOW_LINES) {
            answered(context, context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        } else {
            context.executor().schedule(() -> slowly(context, line + 1), SLOW_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void answered(ChannelHandlerContext context, ChannelFuture written) {
        answering = false;
        request = null;
        if (inputShutdown) {
            written.addListener(done -> context.close());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (toSend >= 0 && context.channel().isWritable()) {
            sendBytes(context);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputShutdown = true;
            if (!answering) {
                context.close();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
