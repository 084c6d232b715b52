package io.tun2socks.outbound;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/**
 * Makes one FIN of the peer's close_notify and of the FIN of its socket, whichever comes first. A FIN without
 * close_notify is taken, too: many servers end like that, and what must not be cut off says so itself.
 */
final class TlsHalfClose extends ChannelInboundHandlerAdapter {
    private boolean told;

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            tell(context);
        } else if (event instanceof SslCloseCompletionEvent closed) {
            if (closed.isSuccess()) {
                tell(context);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void tell(ChannelHandlerContext context) {
        if (!told) {
            told = true;
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }
}
