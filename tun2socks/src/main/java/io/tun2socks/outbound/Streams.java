package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How channels of {@link Outbound#connect} are ended, with and without TLS; on their event loop only. */
public final class Streams {
    private Streams() {}

    /**
     * Ends the way out and leaves the way in open: FIN, behind a close_notify of each TLS within one another. What was
     * written and not flushed into the socket yet is lost, as with the channel's own method.
     *
     * @param channel an open channel; nothing happens if its way out has ended
     */
    public static void shutdownOutput(Channel channel) {
        DuplexChannel duplex = (DuplexChannel) channel;
        if (channel.pipeline().get(SslHandler.class) == null) {
            if (!duplex.isOutputShutdown()) {
                duplex.shutdownOutput();
            }
            return;
        }
        List<SslHandler> outermostFirst = new ArrayList<>(2);
        for (Map.Entry<String, ChannelHandler> entry : channel.pipeline()) {
            if (entry.getValue() instanceof SslHandler handler) {
                outermostFirst.add(handler);
            }
        }
        for (int i = outermostFirst.size() - 1; i >= 0; i--) {
            SslHandler handler = outermostFirst.get(i);
            if (!handler.engine().isOutboundDone()) {
                ChannelPromise notified = channel.newPromise();
                if (i == 0) {
                    // Behind a full socket the FIN must wait for the close_notify.
                    notified.addListener(future -> shutdownSocket(duplex));
                }
                handler.closeOutbound(notified);
            } else if (i == 0) {
                shutdownSocket(duplex);
            }
        }
    }

    private static void shutdownSocket(DuplexChannel channel) {
        if (channel.isActive() && !channel.isOutputShutdown()) {
            channel.shutdownOutput();
        }
    }

    /**
     * Closes a channel with RST. No TLS says a close_notify before: to the peer the connection has broken off.
     *
     * @param channel the channel; nothing happens if it is closed
     */
    public static void reset(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (first == null) {
            channel.close();
        } else {
            // From the first handler on, so past TLS, which would say goodbye.
            first.close();
        }
    }
}
