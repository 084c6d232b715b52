package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * A way out: a SOCKS5 or HTTP upstream, a chain of them, direct, reject or drop.
 *
 * <p>One instance serves all shards, so implementations are thread-safe; each call is made on the event loop that it
 * names, and everything that it causes happens on that loop.
 */
public interface Outbound extends AutoCloseable {
    /** Returns the name that it goes by: the one of the configuration, or {@link #description} if it has none. */
    String name();

    /** Returns what it is, for people, such as {@code socks5://10.0.0.1:1080}; never with a password. */
    default String description() {
        return name();
    }

    /** Returns what to do with a flow instead of connecting, or {@link Verdict#CONNECT}. */
    default Verdict verdict() {
        return Verdict.CONNECT;
    }

    /** Tells whether this way can carry UDP at all (an HTTP upstream cannot). */
    boolean supportsUdp();

    /**
     * Opens a TCP connection.
     *
     * <p>The channel has auto-read off and keeps half-close ({@code ChannelInputShutdownEvent}). {@code relay} is added
     * to its pipeline as the last handler, right before the future succeeds, and is the only one unless TLS is spoken
     * to an upstream: then what speaks it stays before the relay, for as long as the channel lives. For that case a
     * FIN goes out by {@link Streams#shutdownOutput} and a RST by {@link Streams#reset}, not by the channel's own
     * methods. The relay sees nothing of the attempt, which may take several channels: {@code handlerAdded}, then the future's listeners, then
     * {@code channelRead} of bytes that came together with the upstream's last answer, unasked, if there are any;
     * perhaps a late {@code channelActive} and a {@code channelReadComplete} without a read. From then on reading is up
     * to the relay, with one exception that Netty makes: after the peer's FIN it delivers all that the socket holds,
     * asked or not. A failed attempt never touches the relay. Cancelling the future abandons the attempt.
     *
     * @param loop the flow's event loop; the caller is on it
     * @param destination where to
     * @param relay the last handler of the pipeline; on failure it has not been added anywhere
     * @return completes on the loop: with the connected channel, or with an {@link OutboundException}
     */
    Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay);

    /**
     * Opens a way for datagrams to any destination.
     *
     * @param loop the session's event loop; the caller is on it
     * @param receiver gets the answers, on that loop
     * @return completes on the loop: with the open way, or with an {@link OutboundException}; cancelling abandons it
     */
    Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver);

    /**
     * Opens a TCP connection as {@link #connect} does, with the upstream itself reached through another outbound. What
     * has no upstream fails, unless it says otherwise.
     *
     * @param before the way to the upstream
     * @param loop the flow's event loop; the caller is on it
     * @param destination where to
     * @param relay the last handler of the pipeline; on failure it has not been added anywhere
     * @return completes on the loop: with the connected channel, or with an {@link OutboundException}
     */
    default Future<Channel> connectThrough(
            Outbound before, EventLoop loop, Destination destination, ChannelHandler relay) {
        return loop.newFailedFuture(new OutboundException(
                OutboundException.Reason.UPSTREAM_FAILED, name() + " cannot be behind " + before.name(), null));
    }

    /**
     * Opens a way for datagrams as {@link #openUdp} does, with the upstream itself reached through another outbound.
     *
     * @param before the way to the upstream; it supports UDP
     * @param loop the session's event loop; the caller is on it
     * @param receiver gets the answers, on that loop
     * @return completes on the loop: with the open way, or with an {@link OutboundException}
     */
    default Future<UdpTransport> openUdpThrough(Outbound before, EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(new OutboundException(
                OutboundException.Reason.UPSTREAM_FAILED, name() + " cannot be behind " + before.name(), null));
    }

    /** Lets go of what is shared by the flows, such as name resolvers; open channels and transports stay. */
    @Override
    default void close() {}

    /** What becomes of a flow. */
    enum Verdict {
        /** Connect through the outbound. */
        CONNECT,
        /** Refuse: RST for TCP, ICMP port unreachable for UDP. */
        REJECT,
        /** Say nothing. */
        DROP
    }
}
