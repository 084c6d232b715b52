package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.OutboundException.Reason;
import java.util.concurrent.TimeUnit;

/**
 * The talk with a proxy server at the beginning of a connection.
 *
 * <p>The last handler of the channel while it lasts, and the only one without TLS: it reads for itself, keeps what belongs to it, and ends by itself
 * after a time. When it is through, the listener adds the handler that goes on; that one gets the bytes that came
 * behind the answer, and this one leaves the pipeline.
 *
 * <p>Not built on the decoders of netty-codec-socks and netty-codec-http. Not for their cost: measured with both answers
 * in one segment, there is no difference to speak of. But their handlers must be swapped one by one while the bytes of
 * a pipelined answer are under way, they do not see a refusal before it is complete, and what came behind the answer
 * would leave them in pieces that hang on the order of removal. One handler that knows the whole talk has none of that.
 */
abstract class Handshake extends ChannelInboundHandlerAdapter {
    private final Upstream upstream;
    private final Listener listener;
    private ByteBuf pending;
    private Future<?> timeout;
    private boolean started;
    private boolean done;

    /** Hears of the end, once. */
    interface Listener {
        /**
         * The upstream has agreed.
         *
         * @param context the handshake's own; handlers added behind it get what the upstream sends from now on, what
         *     was already read included, as soon as this call has returned
         */
        void succeeded(ChannelHandlerContext context);

        /** The handshake failed; the channel is being closed. */
        void failed(OutboundException cause);
    }

    Handshake(Upstream upstream, Listener listener) {
        this.upstream = upstream;
        this.listener = listener;
    }

    /** Sends the first bytes. */
    abstract void begin(ChannelHandlerContext context);

    /**
     * Looks at what has come.
     *
     * @param in all bytes that have come and were not consumed; exactly what belongs to the handshake is consumed
     * @return whether the handshake is complete
     * @throws OutboundException if the upstream refuses or does not keep to the protocol
     */
    abstract boolean advance(ChannelHandlerContext context, ByteBuf in) throws OutboundException;

    /** Returns what is waited for, for messages. */
    abstract String awaited();

    final OutboundException failure(Reason reason, String message) {
        return upstream.failure(reason, message, null);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            start(context);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        // Begun already if this handler came into the pipeline of a connected channel.
        if (!started) {
            start(context);
        }
    }

    private void start(ChannelHandlerContext context) {
        started = true;
        int millis = upstream.timeoutMillis();
        timeout = context.executor()
                .schedule(
                        () -> fail(context, failure(Reason.TIMED_OUT, "no " + awaited() + " within " + millis + " ms")),
                        millis,
                        TimeUnit.MILLISECONDS);
        begin(context);
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = joined(context, (ByteBuf) message);
        if (done) {
            in.release();
            return;
        }
        boolean complete;
        try {
            complete = advance(context, in);
        } catch (OutboundException e) {
            in.release();
            fail(context, e);
            return;
        }
        if (!complete) {
            keep(in);
            return;
        }
        done = true;
        timeout.cancel(false);
        listener.succeeded(context);
        if (in.isReadable()) {
            context.fireChannelRead(in);
        } else {
            in.release();
        }
        if (!context.isRemoved()) {
            // Netty's own channelReadComplete of this read goes to the next handler then.
            context.pipeline().remove(this);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!done) {
            context.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            fail(context, failure(Reason.UPSTREAM_FAILED, "closed the connection before its " + awaited()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(context, failure(Reason.UPSTREAM_FAILED, "closed the connection before its " + awaited()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(
                context,
                upstream.failure(
                        Reason.UPSTREAM_FAILED,
                        "failed before its " + awaited() + ": " + TlsFailures.text(cause),
                        cause));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    private void fail(ChannelHandlerContext context, OutboundException cause) {
        if (done) {
            return;
        }
        done = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        context.close();
        listener.failed(cause);
    }

    private ByteBuf joined(ChannelHandlerContext context, ByteBuf message) {
        if (pending == null) {
            return message;
        }
        ByteBuf first = pending;
        pending = null;
        try {
            return context.alloc()
                    .buffer(first.readableBytes() + message.readableBytes())
                    .writeBytes(first)
                    .writeBytes(message);
        } finally {
            first.release();
            message.release();
        }
    }

    private void keep(ByteBuf in) {
        if (in.isReadable()) {
            pending = in;
        } else {
            in.release();
        }
    }
}
