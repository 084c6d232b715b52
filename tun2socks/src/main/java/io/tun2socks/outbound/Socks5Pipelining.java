package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns whether a SOCKS5 server takes greeting, credentials and request in one segment, which saves one round trip
 * per connection, or two with credentials.
 *
 * <p>RFC 1928 does not forbid it, and dante 1.4.2 takes it. But microsocks 1.0.3 reads each message with one recv into a
 * large buffer and forgets what came behind: the connection then hangs for ever, and nothing tells that from a
 * destination that is slow to answer. So the first connections go step by step, and the first that succeeds starts a
 * trial beside it: a pipelined UDP ASSOCIATE, which touches no destination and which every server must answer (RFC 1928
 * 6), if only with "command not supported". Only after such an answer connections are pipelined; a server that closes,
 * stays silent or wants another method never gets it again.
 *
 * <p>Any thread.
 */
final class Socks5Pipelining {
    private static final Logger log = LoggerFactory.getLogger(Socks5Pipelining.class);

    /** What the trial asks for. */
    private static final Destination ANY = Destination.of(IpAddress.ofIpv4(0), 0);

    private final AtomicReference<State> state = new AtomicReference<>(State.UNKNOWN);
    private final Upstream upstream;
    private final OutboundUrl.Credentials credentials;

    enum State {
        UNKNOWN,
        ON_TRIAL,
        ON,
        OFF
    }

    Socks5Pipelining(Upstream upstream, OutboundUrl.Credentials credentials) {
        this.upstream = upstream;
        this.credentials = credentials;
    }

    /** Tells whether a connection may be pipelined. */
    boolean isOn() {
        return state.get() == State.ON;
    }

    /** Returns what is known so far. */
    State state() {
        return state.get();
    }

    /** A pipelined handshake ended without an answer to its request, which an earlier one had got. */
    void distrust() {
        decide(State.OFF, "it broke a pipelined handshake off");
    }

    /**
     * A handshake succeeded step by step: the server is there, so now is the time for the trial.
     *
     * @param way through what the server was reached, or null if directly
     */
    void serverWorks(EventLoop loop, Outbound way) {
        if (state.get() != State.UNKNOWN || !state.compareAndSet(State.UNKNOWN, State.ON_TRIAL)) {
            return;
        }
        Trial trial = new Trial(loop.newPromise());
        upstream.dial(loop, trial.finished, way, trial);
    }

    private void decide(State decision, String why) {
        state.set(decision);
        log.debug("{}: pipelined handshakes {}: {}", upstream.name(), decision, why);
    }

    private final class Trial implements Upstream.Listener, Handshake.Listener {
        private final Promise<Void> finished;
        private Socks5Handshake handshake;

        Trial(Promise<Void> finished) {
            this.finished = finished;
        }

        @Override
        public void connected(Channel channel) {
            handshake = new Socks5Handshake(upstream, credentials, true, Socks5Wire.UDP_ASSOCIATE, ANY, this);
            channel.pipeline().addLast(handshake);
        }

        @Override
        public void succeeded(ChannelHandlerContext context) {
            context.close();
            decide(State.ON, "the trial was answered");
            finished.setSuccess(null);
        }

        @Override
        public void failed(OutboundException cause) {
            if (handshake == null || !handshake.began()) {
                // The connect failed: nothing was learned, and the next success starts another trial.
                decide(State.UNKNOWN, cause.getMessage());
            } else if (handshake.answered()) {
                decide(State.ON, "the trial was answered");
            } else {
                decide(State.OFF, cause.getMessage());
            }
            finished.setSuccess(null);
        }
    }
}
