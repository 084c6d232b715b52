package io.tun2socks.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.Outbound;
import javax.net.ssl.SSLException;

/** One connection to a web server, through an outbound. On its event loop only. */
final class HttpConnection {
    private static final int LINE = 8 << 10;
    private static final int HEADERS = 64 << 10;

    /** Deflate packs 1,032 to 1 at best: a chunk of a hostile answer unpacks to 8 MiB before its size is looked at. */
    private static final int CHUNK = 8 << 10;

    private final HttpUrl url;
    private final Listener listener;
    private Future<Channel> connecting;
    private Channel channel;
    private boolean closed;

    /** Hears of the connection; nothing after {@link #onFailure} or {@link #close}. */
    interface Listener {
        /** The connection can be used. */
        void onOpen();

        /** A part of an answer; borrowed. */
        void onPart(HttpObject part);

        /** The connection is gone, or was never there. */
        void onFailure(Throwable cause);
    }

    HttpConnection(HttpUrl url, Listener listener) {
        this.url = url;
        this.listener = listener;
    }

    /** Connects, and adds TLS if the URL asks for it. */
    void open(EventLoop loop, Outbound way, ClientTls tls) {
        if (closed) {
            return;
        }
        // Passes everything on: what follows it is added when the outbound has done its part.
        ChannelInboundHandlerAdapter relay = new ChannelInboundHandlerAdapter();
        connecting = way.connect(loop, url.destination(), relay);
        connecting.addListener((Future<Channel> future) -> {
            connecting = null;
            if (closed) {
                if (future.isSuccess()) {
                    future.getNow().close();
                }
            } else if (future.isSuccess()) {
                install(future.getNow(), tls);
            } else {
                fail(future.cause());
            }
        });
    }

    private void install(Channel connected, ClientTls tls) {
        channel = connected;
        ChannelPipeline pipeline = connected.pipeline();
        if (url.tls()) {
            try {
                pipeline.addLast(tls.newHandler(connected, url));
            } catch (SSLException e) {
                fail(e);
                return;
            }
        }
        pipeline.addLast(new HttpClientCodec(LINE, HEADERS, CHUNK));
        pipeline.addLast(new HttpContentDecompressor(0));
        pipeline.addLast(new Answers());
        connected.config().setAutoRead(true);
        listener.onOpen();
    }

    void send(HttpRequest request) {
        channel.writeAndFlush(request).addListener(written -> {
            if (!written.isSuccess()) {
                fail(written.cause());
            }
        });
    }

    /** Lets go of the connection; idempotent. */
    void close() {
        closed = true;
        if (connecting != null) {
            connecting.cancel(false);
        }
        if (channel != null) {
            channel.close();
        }
    }

    private void fail(Throwable cause) {
        if (!closed) {
            close();
            listener.onFailure(cause);
        }
    }

    private final class Answers extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (!closed && message instanceof HttpObject part) {
                    if (part.decoderResult().isFailure()) {
                        fail(part.decoderResult().cause());
                    } else {
                        listener.onPart(part);
                    }
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                // The codec sees the end of an answer that is not measured when the channel closes.
                ctx.channel().close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(new HttpFetchException("the server closed the connection before the end of its answer", null));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(cause);
        }
    }
}
