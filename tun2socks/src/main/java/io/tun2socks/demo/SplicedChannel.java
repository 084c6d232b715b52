package io.tun2socks.demo;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/** One direction of a spliced pair: what is read here is written to the other channel; FIN becomes FIN, RST RST. */
final class SplicedChannel extends ChannelInboundHandlerAdapter {
    private final Channel other;

    SplicedChannel(Channel other) {
        this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        other.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        other.flush();
        if (!other.isWritable()) {
            context.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        other.config().setAutoRead(context.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            // Behind everything that is still queued.
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                ((DuplexChannel) other).shutdownOutput();
                if (((DuplexChannel) context.channel()).isOutputShutdown()) {
                    context.close();
                    other.close();
                }
            });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        other.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Closing with SO_LINGER 0 sends RST (RFC 9293 3.10.4).
        other.config().setOption(ChannelOption.SO_LINGER, 0);
        other.close();
        context.close();
    }
}
