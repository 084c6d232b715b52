package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stands for the engine's relay: reads all the time from when it is told to, and keeps what has come. */
final class RecordingRelay extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Void> inputShutdown = new CompletableFuture<>();
    private boolean added;
    private boolean reading;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        synchronized (this) {
            added = true;
        }
    }

    /** Asks for bytes from now on. */
    void startReading(io.netty.channel.Channel channel) {
        channel.eventLoop().execute(() -> {
            reading = true;
            channel.read();
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        synchronized (this) {
            byte[] part = new byte[in.readableBytes()];
            in.readBytes(part);
            bytes.writeBytes(part);
            notifyAll();
        }
        in.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (reading) {
            context.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputShutdown.complete(null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputShutdown.complete(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        inputShutdown.completeExceptionally(cause);
    }

    synchronized boolean wasAdded() {
        return added;
    }

    synchronized byte[] received() {
        return bytes.toByteArray();
    }

    /** Waits for at least so many bytes and returns all as text. */
    synchronized String awaitText(int length) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (bytes.size() < length) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("only got: " + bytes.toString(StandardCharsets.ISO_8859_1));
            }
            wait(left);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    void awaitEnd() throws Exception {
        try {
            inputShutdown.get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no FIN within 10 s", e);
        }
    }
}
