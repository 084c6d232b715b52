package io.tun2socks.outbound;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Stands behind Netty's TLS until its handshake is over: reads for it, and says how it went. Then it makes way for
 * {@link TlsHalfClose}.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
    private final Upstream upstream;
    private final TlsClient tls;
    private final Upstream.Listener listener;
    private boolean over;

    TlsHandshake(Upstream upstream, TlsClient tls, Upstream.Listener listener) {
        this.upstream = upstream;
        this.tls = tls;
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        // Netty's TLS reads on by itself, but it does not begin.
        context.read();
    }

    /** Stops here: for what comes behind, the connection begins when TLS stands. */
    @Override
    public void channelActive(ChannelHandlerContext context) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                succeed(context);
            } else {
                fail(context, completion.cause());
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            fail(context, null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(context, null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause);
    }

    private void succeed(ChannelHandlerContext context) {
        if (over) {
            return;
        }
        over = true;
        context.pipeline().addAfter(context.name(), null, new TlsHalfClose());
        listener.connected(context.channel());
        context.pipeline().remove(this);
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        context.close();
        listener.failed(TlsFailures.ofHandshake(upstream, tls, cause));
    }
}
