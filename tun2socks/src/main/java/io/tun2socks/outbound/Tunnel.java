package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Promise;

/** The last step of every TCP connect. */
final class Tunnel {
    private Tunnel() {}

    /**
     * Hands a connected channel over.
     *
     * @param channel the channel; closed if nobody wants it any more
     * @param relay becomes the last handler
     * @param promise then succeeds, unless it was cancelled
     */
    static void open(Channel channel, ChannelHandler relay, Promise<Channel> promise) {
        if (!promise.setUncancellable()) {
            channel.close();
            return;
        }
        channel.pipeline().addLast(relay);
        promise.setSuccess(channel);
    }
}
