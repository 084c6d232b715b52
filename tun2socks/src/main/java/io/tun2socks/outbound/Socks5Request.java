package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;

/**
 * One connection to the SOCKS5 server and the handshake on it; a second one if the server turns out not to take
 * pipelined handshakes. On its event loop only.
 *
 * @param <T> what the request is for
 */
abstract class Socks5Request<T> implements Upstream.Listener, Handshake.Listener {
    private final Upstream upstream;
    private final Outbound way;
    private final Socks5Pipelining pipelining;
    private final EventLoop loop;
    private final Promise<T> promise;
    private boolean pipelined;
    private Socks5Handshake handshake;

    /**
     * Prepares.
     *
     * @param way through what the server is reached, or null if directly
     */
    Socks5Request(Upstream upstream, Outbound way, Socks5Pipelining pipelining, EventLoop loop, Promise<T> promise) {
        this.upstream = upstream;
        this.way = way;
        this.pipelining = pipelining;
        this.loop = loop;
        this.promise = promise;
        this.pipelined = pipelining.isOn();
    }

    abstract Socks5Handshake newHandshake(boolean pipelined);

    /** The server agreed; the channel has no handler behind the handshake yet. */
    abstract void agreed(Channel channel, Destination bound);

    final void start() {
        handshake = null;
        upstream.dial(loop, promise, way, this);
    }

    @Override
    public final void connected(Channel channel) {
        handshake = newHandshake(pipelined);
        channel.pipeline().addLast(handshake);
    }

    @Override
    public final void succeeded(ChannelHandlerContext context) {
        agreed(context.channel(), handshake.bound());
        if (!pipelined) {
            pipelining.serverWorks(loop, way);
        }
    }

    @Override
    public final void failed(OutboundException cause) {
        if (promise.isDone()) {
            return;
        }
        boolean talked = handshake != null && handshake.began();
        if (talked && pipelined && !handshake.answered() && cause.reason() != OutboundException.Reason.TIMED_OUT) {
            pipelining.distrust();
            pipelined = false;
            start();
        } else {
            promise.tryFailure(cause);
        }
    }
}
