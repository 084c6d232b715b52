package io.tun2socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.OutboundException;
import io.tun2socks.outbound.Streams;
import io.tun2socks.rules.model.Network;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.tcp.TcpHandler;
import io.tun2socks.tcpstack.timer.Timer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries bytes between a client's connection and an upstream channel, with back-pressure both ways; FIN becomes FIN,
 * RST becomes RST (design §6). Lives on one event loop.
 */
final class TcpRelay extends ChannelInboundHandlerAdapter implements TcpHandler, Flow, FlowRouter.Listener {
    private static final Logger log = LoggerFactory.getLogger(TcpRelay.class);

    /** How often a half-closed upstream is looked at; see {@link #watchForReset}. */
    private static final long RESET_WATCH_NANOS = 200_000_000L;

    /** TCP_CLOSE of the kernel's tcp_states.h. */
    private static final int TCP_CLOSE = 7;

    private final Shard shard;
    private final TcpConnection connection;
    private final long startNanos = System.nanoTime();

    private Route route;
    private Future<Channel> connecting;
    private Channel channel;
    private boolean established;
    /** The last buffer of the batch is held back, so that one promise tells when the whole batch is written. */
    private ByteBuf held;

    private int unreported;
    private long inChannel;
    private boolean queuedForFlush;
    private Timer resetWatch;
    private boolean clientFinished;
    private boolean upstreamFinished;
    private boolean connectionClosed;
    private boolean ended;
    private long uploadBytes;
    private long downloadBytes;
    private String outcome;

    TcpRelay(Shard shard, TcpConnection connection) {
        this.shard = shard;
        this.connection = connection;
    }

    /** Asks where the connection goes, and goes there. */
    void start(FlowRouter router) {
        Route only = router.only();
        if (only != null) {
            onRoute(only);
        } else {
            router.route(
                    shard.loop(),
                    Metadata.of(
                            Network.TCP,
                            connection.clientAddress(),
                            connection.clientPort(),
                            connection.targetAddress(),
                            connection.targetPort(),
                            shard.stack().dscp()),
                    this);
        }
    }

    @Override
    public void onRoute(Route decided) {
        route = decided;
        if (ended) {
            // The client gave up while a name was being resolved.
            return;
        }
        switch (decided.outbound().verdict()) {
            case REJECT -> {
                outcome = "rejected";
                connection.refuse();
            }
            case DROP -> {
                outcome = "dropped";
                connection.discard();
            }
            case CONNECT -> {
                Destination to = decided.destination() == null ? destination() : decided.destination();
                connecting = decided.outbound().connect(shard.loop(), to, this);
                connecting.addListener((Future<Channel> future) -> onConnect(future));
            }
        }
    }

    /** Made when it is needed: a connection that only waits has no use for it. */
    private Destination destination() {
        return Destination.of(connection.targetAddress(), connection.targetPort());
    }

    private void onConnect(Future<Channel> future) {
        connecting = null;
        if (!future.isCancelled()) {
            route.feedback().onAttempt(future.cause());
        }
        if (!connection.isOpen()) {
            // The client gave up in between.
            if (future.isSuccess()) {
                Streams.reset(future.getNow());
            }
        } else if (future.isSuccess()) {
            channel = future.getNow();
            connection.accept();
        } else {
            fail(future.cause());
        }
    }

    private void fail(Throwable cause) {
        outcome = cause.getMessage();
        OutboundException.Reason reason = cause instanceof OutboundException failure
                ? failure.reason()
                : OutboundException.Reason.UPSTREAM_FAILED;
        switch (reason) {
            case NETWORK_UNREACHABLE -> connection.unreachable(Unreachable.NETWORK);
            case HOST_UNREACHABLE -> connection.unreachable(Unreachable.HOST);
            case PROHIBITED -> connection.unreachable(Unreachable.PROHIBITED);
            case TIMED_OUT -> connection.discard();
            case REFUSED, UPSTREAM_FAILED -> connection.refuse();
        }
    }

    // ---- from the client ----

    @Override
    public void onEstablished() {
        established = true;
        if (channel.isActive()) {
            channel.config().setAutoRead(true);
        } else {
            onUpstreamLost("upstream closed");
        }
    }

    @Override
    public void onData(ByteBuf data) {
        int length = data.readableBytes();
        if (channel == null || !channel.isActive()) {
            data.release();
            connection.consumed(length);
            return;
        }
        uploadBytes += length;
        if (held != null) {
            channel.write(held, channel.voidPromise());
        }
        held = data;
        unreported += length;
        if (!queuedForFlush) {
            queuedForFlush = true;
            shard.addUnflushed(this);
        }
    }

    /** Hands the batch to the socket; what it takes opens the client's window. */
    void flushUpstream() {
        queuedForFlush = false;
        if (held == null) {
            return;
        }
        ByteBuf data = held;
        held = null;
        int bytes = unreported;
        unreported = 0;
        inChannel += bytes;
        ChannelPromise written = channel.newPromise();
        channel.writeAndFlush(data, written);
        if (written.isDone()) {
            onWritten(written, bytes);
        } else {
            written.addListener(future -> onWritten(written, bytes));
        }
    }

    private void onWritten(ChannelFuture written, int bytes) {
        inChannel -= bytes;
        connection.consumed(bytes);
        if (!written.isSuccess() && channel.isActive()) {
            // TLS 1.2 ends both ways with the upstream's goodbye, and leaves the channel open.
            onUpstreamLost("upstream takes no more");
        }
        finishUpstream();
    }

    @Override
    public void onInputShutdown() {
        clientFinished = true;
        if (!queuedForFlush) {
            finishUpstream();
        }
    }

    /** Passes the client's FIN on, when everything before it is written; Netty would drop what is not. */
    private void finishUpstream() {
        if (!clientFinished || inChannel > 0 || held != null || channel == null) {
            return;
        }
        if (connectionClosed || upstreamFinished) {
            // Both directions have ended; the kernel still delivers what it has, and sends FIN.
            channel.close();
        } else if (channel.isActive()) {
            Streams.shutdownOutput(channel);
        }
    }

    @Override
    public void onWritable() {
        if (channel != null && established) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void onClosed(CloseReason reason) {
        connectionClosed = true;
        if (connecting != null) {
            connecting.cancel(false);
        }
        if (outcome == null) {
            outcome = switch (reason) {
                case FINISHED -> "finished";
                case RESET_BY_CLIENT -> "reset by client";
                case TIMED_OUT -> "client does not answer";
                case ABORTED -> "aborted";
            };
        }
        if (resetWatch != null) {
            shard.stack().timers().cancel(resetWatch);
        }
        if (channel != null) {
            if (reason != CloseReason.FINISHED) {
                releaseHeld();
                Streams.reset(channel);
            } else if (inChannel == 0 && held == null) {
                channel.close();
            }
        }
        end();
    }

    private void releaseHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    // ---- from the upstream ----

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf data = (ByteBuf) msg;
        downloadBytes += data.readableBytes();
        connection.write(data);
        if (!connection.isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && channel != null) {
            upstreamFinished = true;
            connection.shutdownOutput();
            if (((DuplexChannel) channel).isOutputShutdown()) {
                channel.close();
            } else if (!connectionClosed) {
                watchForReset();
            }
        }
    }

    /** After the upstream's FIN Netty does not tell of its RST any more: look for it, until the client is done. */
    private void watchForReset() {
        if (resetWatch == null) {
            resetWatch = new Timer(now -> {
                if (!connectionClosed && channel.isOpen()) {
                    if (((EpollSocketChannel) channel).tcpInfo().state() == TCP_CLOSE) {
                        onUpstreamLost("upstream reset");
                    } else {
                        watchForReset();
                    }
                }
            });
        }
        shard.stack().timers().schedule(resetWatch, System.nanoTime() + RESET_WATCH_NANOS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (channel != null && established) {
            onUpstreamLost("upstream closed");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (channel != null) {
            log.trace("{}: upstream failed", connection, cause);
            Throwable root = cause;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            onUpstreamLost("upstream: " + root.getMessage());
        }
    }

    private void onUpstreamLost(String why) {
        boolean complete = upstreamFinished && clientFinished && inChannel == 0;
        if (!connectionClosed && !complete) {
            outcome = why;
            connection.abort();
        }
    }

    @Override
    public void abort() {
        connection.abort();
    }

    private void end() {
        if (!ended) {
            ended = true;
            shard.onFlowEnded(
                    this,
                    new FlowRecord(
                            "tcp",
                            Destination.of(connection.clientAddress(), connection.clientPort()),
                            destination(),
                            route == null ? "" : route.outbound().name(),
                            route == null ? "" : route.rule(),
                            route == null ? List.of() : route.chain(),
                            uploadBytes,
                            downloadBytes,
                            startNanos,
                            System.nanoTime(),
                            outcome));
        }
    }
}
