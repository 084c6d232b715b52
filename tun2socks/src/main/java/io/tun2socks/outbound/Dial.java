package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.OutboundException.Reason;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Connects to the first of several addresses that answers: the next is tried when one fails, or when it has not
 * answered for {@value #STAGGER_MILLIS} ms (RFC 8305 5); the others are closed when one is connected. On its event
 * loop only.
 */
final class Dial {
    /** The Connection Attempt Delay that RFC 8305 5 recommends. */
    static final int STAGGER_MILLIS = 250;

    private final Sockets sockets;
    private final EventLoop loop;
    private final Candidates candidates;
    private final Promise<?> owner;
    private final Listener listener;
    /** The attempts under way; in the end the one that connected. */
    private final List<EpollSocketChannel> channels;

    private int next;
    private boolean over;
    private Future<?> stagger;
    private OutboundException failure;

    /** Hears of the end of the attempts, once. */
    interface Listener {
        /** The channel is connected and its pipeline empty; {@code channelActive} may follow. */
        void connected(Channel channel);

        /** No address answered; the exception is that of the last one that had a route, if any had. */
        void unreachable(OutboundException cause);
    }

    /**
     * Prepares; nothing is opened yet.
     *
     * @param owner when it is cancelled, the attempts and the channel that came of them are closed, and no other
     *     attempt follows
     */
    Dial(Sockets sockets, EventLoop loop, Candidates candidates, Promise<?> owner, Listener listener) {
        this.sockets = sockets;
        this.loop = loop;
        this.candidates = candidates;
        this.owner = owner;
        this.listener = listener;
        this.channels = new ArrayList<>(candidates.first());
        owner.addListener(future -> {
            if (future.isCancelled()) {
                end(null);
            }
        });
    }

    /** Begins. */
    void start() {
        startSome(candidates.first());
    }

    /** Returns how many channels there are, those under way and the one that connected; for tests. */
    int channels() {
        return channels.size();
    }

    private void startSome(int count) {
        int end = Math.min(candidates.addresses().size(), next + count);
        while (next < end && !over && !owner.isDone()) {
            attempt(candidates.addresses().get(next++));
        }
        if (next < candidates.addresses().size() && !over && !owner.isDone() && stagger == null) {
            stagger = loop.schedule(
                    () -> {
                        stagger = null;
                        startSome(candidates.step());
                    },
                    STAGGER_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void attempt(InetSocketAddress address) {
        EpollSocketChannel channel;
        try {
            channel = sockets.openStream(address.getAddress() instanceof Inet4Address);
        } catch (ChannelException e) {
            attemptFailed(new OutboundException(
                    Reason.UPSTREAM_FAILED, "connect to " + ConnectErrors.text(address) + ": " + e.getMessage(), e));
            return;
        }
        channels.add(channel);
        loop.register(channel);
        // A failed registration closes the channel, which fails the connect.
        ChannelPromise connect = channel.newPromise();
        int millis = sockets.settings().connectTimeoutMillis();
        Future<?> timeout = loop.schedule(
                () -> connect.tryFailure(new ConnectTimeoutException("no answer within " + millis + " ms")),
                millis,
                TimeUnit.MILLISECONDS);
        channel.connect(address, connect);
        boolean immediate = connect.isDone();
        connect.addListener(future -> {
            timeout.cancel(false);
            if (!future.isSuccess()) {
                channels.remove(channel);
                channel.close();
                attemptFailed(ConnectErrors.of(future.cause(), address, immediate));
            } else if (over || owner.isDone()) {
                channel.close();
            } else {
                end(channel);
                listener.connected(channel);
            }
        });
    }

    private void attemptFailed(OutboundException cause) {
        if (over || owner.isDone()) {
            return;
        }
        if (failure == null || cause.reason() != Reason.NETWORK_UNREACHABLE) {
            failure = cause;
        }
        if (next < candidates.addresses().size()) {
            cancelStagger();
            startSome(candidates.step());
        } else if (channels.isEmpty()) {
            over = true;
            listener.unreachable(failure);
        }
    }

    /** Closes all channels but one. */
    private void end(EpollSocketChannel winner) {
        cancelStagger();
        over = true;
        if (winner != null && channels.size() == 1) {
            return;
        }
        for (EpollSocketChannel channel : List.copyOf(channels)) {
            if (!channel.equals(winner)) {
                channel.close();
            }
        }
    }

    private void cancelStagger() {
        if (stagger != null) {
            stagger.cancel(false);
            stagger = null;
        }
    }
}
