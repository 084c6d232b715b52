package io.tun2socks.outbound;

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
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Connects to the first of several addresses that answers, one after the other; ends with the promise that it works
 * for. On its event loop only.
 */
final class Dial {
    private final Sockets sockets;
    private final EventLoop loop;
    private final List<InetSocketAddress> addresses;
    private final Promise<?> owner;
    private final Listener listener;
    private int next;
    private EpollSocketChannel current;

    /** Hears of the attempts. */
    interface Listener {
        /** A channel is about to be registered and connected; this is the time to fill its pipeline. */
        void prepare(EpollSocketChannel channel);

        /** The channel is connected; {@code channelActive} follows. */
        void connected(EpollSocketChannel channel);

        /** No address answered; the exception is that of the last one. */
        void failed(OutboundException cause);
    }

    /**
     * Prepares; nothing is opened yet.
     *
     * @param addresses at least one
     * @param owner when it is cancelled, the attempt under way is closed and no other follows
     */
    Dial(Sockets sockets, EventLoop loop, List<InetSocketAddress> addresses, Promise<?> owner, Listener listener) {
        this.sockets = sockets;
        this.loop = loop;
        this.addresses = addresses;
        this.owner = owner;
        this.listener = listener;
        owner.addListener(future -> {
            if (future.isCancelled() && current != null) {
                current.close();
            }
        });
    }

    /** Tries the next address. */
    void start() {
        if (owner.isDone()) {
            return;
        }
        InetSocketAddress address = addresses.get(next++);
        EpollSocketChannel channel;
        try {
            channel = sockets.openStream(address.getAddress() instanceof Inet4Address);
        } catch (ChannelException e) {
            attemptFailed(new OutboundException(
                    Reason.UPSTREAM_FAILED, "connect to " + ConnectErrors.text(address) + ": " + e.getMessage(), e));
            return;
        }
        current = channel;
        listener.prepare(channel);
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
            if (future.isSuccess()) {
                listener.connected(channel);
            } else {
                channel.close();
                attemptFailed(ConnectErrors.of(future.cause(), address, immediate));
            }
        });
    }

    /** Closes the attempt that connected, and connects to the same address once more. */
    void again() {
        current.close();
        next--;
        start();
    }

    private void attemptFailed(OutboundException cause) {
        if (owner.isDone()) {
            return;
        }
        if (next < addresses.size()) {
            start();
        } else {
            listener.failed(cause);
        }
    }
}
