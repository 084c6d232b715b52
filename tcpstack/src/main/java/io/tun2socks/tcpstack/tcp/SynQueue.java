package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.wire.TcpHeader;
import java.util.random.RandomGenerator;

/**
 * The bound of half-open connections, those that wait for an outbound included: over it nothing is remembered of a SYN,
 * and SYN cookies answer (RFC 4987 3.6). A client that answers a cookie is established before there is a decision; what
 * honest connect would have told it then comes as RST.
 */
final class SynQueue {
    private final TcpContext context;
    private final SynCookies cookies;
    private int size;

    SynQueue(TcpContext context, RandomGenerator random) {
        this.context = context;
        this.cookies = new SynCookies(new IsnGenerator(random));
    }

    boolean isFull() {
        return size >= context.config.tcp().maxHalfOpen();
    }

    /** Tells whether entries that nobody answers should go sooner. */
    boolean isCrowded() {
        return size >= context.config.tcp().maxHalfOpen() / 4 * 3;
    }

    void onAdded() {
        size++;
    }

    void onRemoved() {
        size--;
    }

    /** Answers a SYN without remembering it. */
    void answer(Segment syn, FourTuple tuple) {
        context.stats.synCookiesSent++;
        PeerOptions offered = PeerOptions.of(syn.options, tuple.isIpv4());
        int isn = cookies.isn(tuple, syn.seq, offered.mss(), context.nowNanos);
        int clock = Timestamps.clock(context.nowNanos) + context.layer.nextTimestampOffset(tuple);
        int tsVal = SynCookies.timestamp(clock, offered);
        PeerOptions agreed = SynCookies.options(offered.mss(), offered.timestamps(), tsVal);
        int window = Math.min(context.config.tcp().receiveBuffer(), 0xffff);
        context.output.synAck(tuple, agreed, isn, syn.seq + 1, window, tsVal, syn.options.tsVal());
    }

    /**
     * Looks whether a segment that belongs to no connection brings a cookie back.
     *
     * @return the connection, established, or null
     */
    TcpConnection onReturn(Segment s, FourTuple tuple) {
        if (!cookies.mayReturn(context.nowNanos)
                || !s.has(TcpHeader.ACK)
                || s.has(TcpHeader.SYN)
                || s.has(TcpHeader.RST)) {
            return null;
        }
        int mss = cookies.check(tuple, s.ack - 1, s.seq - 1, context.nowNanos);
        if (mss < 0) {
            context.stats.synCookiesFailed++;
            return null;
        }
        context.stats.synCookiesAccepted++;
        PeerOptions peer = SynCookies.options(mss, s.options.timestamps(), s.options.tsEcr());
        TcpConnection connection =
                new TcpConnection(context, tuple, Seq.initial(s.seq - 1), peer, s.options.tsVal(), 0);
        connection.establishEarly(s);
        return connection;
    }
}
