package io.tun2socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.rules.model.Network;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.udp.UdpHandler;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * One client source and its ways out: each destination is decided about by itself, and all destinations that go the same
 * way share one transport (endpoint-independent mapping, RFC 4787). Lives on one event loop.
 */
final class UdpSession implements UdpHandler, Flow {
    /** Datagrams that wait while a way is decided about or opens; more are dropped, as a network would. */
    private static final int MAX_WAITING = 64;

    /** Payload bytes that wait; one datagram always may. */
    private static final int MAX_WAITING_BYTES = 64 << 10;

    /** Destinations whose decision is kept; a source with more has them decided about again. */
    private static final int MAX_DESTINATIONS = 512;

    private final Shard shard;
    private final UdpEndpoint endpoint;
    private final FlowRouter router;
    private final long timeoutNanos;
    private final long startNanos = System.nanoTime();
    private final IdentityHashMap<Outbound, UdpWay> ways = new IdentityHashMap<>();
    private final Map<Destination, Peer> peers = new HashMap<>();
    private final Timer idleTimer = new Timer(this::onIdleTimer);

    private int waiting;
    private int waitingBytes;
    /** The only way, as nearly always: it is flushed without a walk. */
    private UdpWay sole;

    private Peer first;
    private Peer last;
    private long lastActivity;
    private long uploadBytes;
    private long downloadBytes;
    private String outcome = "idle";
    private boolean ended;

    /** A destination, and the way there once it is decided. */
    private final class Peer implements FlowRouter.Listener {
        private final Destination destination;
        private final ArrayDeque<ByteBuf> undecided = new ArrayDeque<>(0);
        private UdpWay way;

        Peer(Destination destination) {
            this.destination = destination;
        }

        void send(ByteBuf payload) {
            if (way != null) {
                way.send(destination, payload, lastActivity);
            } else if (mayWait(payload)) {
                undecided.add(payload);
            } else {
                payload.release();
            }
        }

        void release() {
            for (ByteBuf payload = undecided.poll(); payload != null; payload = undecided.poll()) {
                waited(payload);
                payload.release();
            }
        }

        @Override
        public void onRoute(Route route) {
            if (ended) {
                release();
                return;
            }
            way = ways.computeIfAbsent(route.outbound(), outbound -> new UdpWay(UdpSession.this, route));
            sole = ways.size() == 1 ? way : null;
            for (ByteBuf payload = undecided.poll(); payload != null; payload = undecided.poll()) {
                waited(payload);
                way.send(destination, payload, System.nanoTime());
            }
            way.flush();
        }
    }

    UdpSession(Shard shard, UdpEndpoint endpoint, FlowRouter router, long timeoutNanos) {
        this.shard = shard;
        this.endpoint = endpoint;
        this.router = router;
        this.timeoutNanos = timeoutNanos;
        this.lastActivity = startNanos;
        shard.stack().timers().schedule(idleTimer, startNanos + timeoutNanos);
    }

    // ---- from the client ----

    @Override
    public void onDatagram(IpAddress address, int port, ByteBuf payload) {
        if (ended) {
            payload.release();
            return;
        }
        lastActivity = System.nanoTime();
        uploadBytes += payload.readableBytes();
        peer(address, port).send(payload);
    }

    @Override
    public void onBatchComplete() {
        if (sole != null) {
            sole.flush();
        } else {
            ways.values().forEach(UdpWay::flush);
        }
    }

    private Peer peer(IpAddress address, int port) {
        // Most sources talk to one destination: this saves looking it up for every datagram.
        if (last != null
                && last.destination.port() == port
                && last.destination.address().equals(address)) {
            return last;
        }
        Destination destination = Destination.of(address, port);
        Peer peer = peers.get(destination);
        if (peer == null) {
            peer = new Peer(destination);
            remember(peer);
            decide(peer);
        }
        last = peer;
        if (first == null) {
            first = peer;
        }
        return peer;
    }

    private void remember(Peer peer) {
        if (router.only() != null) {
            return;
        }
        if (peers.size() >= MAX_DESTINATIONS) {
            peers.clear();
        }
        peers.put(peer.destination, peer);
    }

    private void decide(Peer peer) {
        Route only = router.only();
        if (only != null) {
            peer.onRoute(only);
            return;
        }
        Destination to = peer.destination;
        router.route(
                shard.loop(),
                Metadata.of(
                        Network.UDP,
                        endpoint.clientAddress(),
                        endpoint.clientPort(),
                        to.address(),
                        to.port(),
                        shard.stack().dscp()),
                peer);
    }

    // ---- for the ways ----

    EventLoop loop() {
        return shard.loop();
    }

    void outcome(String how) {
        outcome = how;
    }

    /** Tells whether one more datagram may wait, and counts it if so; {@link #waited} is for when it no longer does. */
    boolean mayWait(ByteBuf payload) {
        int length = payload.readableBytes();
        boolean may = waiting == 0
                || (waiting < MAX_WAITING
                        && waitingBytes + length <= MAX_WAITING_BYTES
                        && !shard.stack().memory().isFull());
        if (may) {
            waiting++;
            waitingBytes += length;
            shard.stack().memory().take(length);
        }
        return may;
    }

    void waited(ByteBuf payload) {
        waiting--;
        waitingBytes -= payload.readableBytes();
        shard.stack().memory().give(payload.readableBytes());
    }

    void answer(IpAddress source, int port, ByteBuf payload) {
        lastActivity = System.nanoTime();
        downloadBytes += payload.readableBytes();
        endpoint.send(source, port, payload);
    }

    /** Tells the client that a destination cannot be reached; with a datagram of its own, if that is still there. */
    void unreachable(Destination destination, ByteBuf payload) {
        if (destination != null && destination.address() != null) {
            endpoint.unreachable(
                    destination.address(),
                    destination.port(),
                    payload == null ? Unpooled.EMPTY_BUFFER : payload,
                    Unreachable.PORT);
        }
    }

    /** A way failed to open: without another one the session is soon over. */
    void onWayFailed() {
        if (!ended && !anyAlive()) {
            // Kept for a moment, so that a client that goes on is told at once and the upstream is not asked each time.
            shard.stack().timers().schedule(idleTimer, System.nanoTime() + UdpWay.RETRY_NANOS);
        }
    }

    /** A way was closed by its upstream: without another one the session is over. */
    void onWayClosed() {
        if (!anyAlive()) {
            end();
        }
    }

    private boolean anyAlive() {
        return ways.values().stream().anyMatch(UdpWay::isAlive);
    }

    // ---- end ----

    private void onIdleTimer(long now) {
        long deadline = lastActivity + timeoutNanos;
        if (now < deadline && anyAlive()) {
            shard.stack().timers().schedule(idleTimer, deadline);
        } else {
            end();
        }
    }

    @Override
    public void abort() {
        outcome = "aborted";
        end();
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        shard.stack().timers().cancel(idleTimer);
        ways.values().forEach(UdpWay::close);
        peers.values().forEach(Peer::release);
        endpoint.close();
        Route route = first == null || first.way == null ? null : first.way.route();
        shard.onFlowEnded(
                this,
                new FlowRecord(
                        "udp",
                        Destination.of(endpoint.clientAddress(), endpoint.clientPort()),
                        first == null ? null : first.destination,
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
