package io.tun2socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.UdpReceiver;
import io.tun2socks.outbound.UdpTransport;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.util.ArrayDeque;

/** One of a UDP session's ways out: the transport of one outbound, opened when it is first needed. On the loop only. */
final class UdpWay implements UdpReceiver {
    /** How long a transport that could not be opened is not tried again. */
    static final long RETRY_NANOS = 1_000_000_000L;

    private final UdpSession session;
    private final Route route;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private State state = State.NEW;
    private Future<UdpTransport> opening;
    private UdpTransport transport;
    private Destination lastDestination;
    private long retryAt;

    private enum State {
        NEW,
        OPENING,
        OPEN,
        FAILED,
        REJECTING,
        DROPPING,
        CLOSED
    }

    private record Waiting(Destination destination, ByteBuf payload) {}

    UdpWay(UdpSession session, Route route) {
        this.session = session;
        this.route = route;
    }

    Route route() {
        return route;
    }

    /** Returns whether datagrams can go this way, now or when it is open. */
    boolean isAlive() {
        return state == State.OPENING || state == State.OPEN;
    }

    /** Takes a datagram of the client; owns the payload. */
    void send(Destination destination, ByteBuf payload, long nowNanos) {
        lastDestination = destination;
        if (state == State.NEW || (state == State.FAILED && nowNanos >= retryAt)) {
            open();
        }
        switch (state) {
            case OPEN -> transport.send(destination, payload);
            case OPENING -> {
                if (session.mayWait(payload)) {
                    waiting.add(new Waiting(destination, payload));
                } else {
                    payload.release();
                }
            }
            case FAILED, REJECTING -> {
                session.unreachable(destination, payload);
                payload.release();
            }
            default -> payload.release();
        }
    }

    void flush() {
        if (state == State.OPEN) {
            transport.flush();
        }
    }

    private void open() {
        switch (route.outbound().verdict()) {
            case REJECT -> {
                state = State.REJECTING;
                session.outcome("rejected");
            }
            case DROP -> {
                state = State.DROPPING;
                session.outcome("dropped");
            }
            case CONNECT -> {
                if (!route.outbound().supportsUdp()) {
                    state = State.REJECTING;
                    session.outcome("the upstream carries no UDP");
                    return;
                }
                state = State.OPENING;
                opening = route.outbound().openUdp(session.loop(), this);
                opening.addListener((Future<UdpTransport> future) -> onOpened(future));
            }
        }
    }

    private void onOpened(Future<UdpTransport> future) {
        opening = null;
        if (!future.isCancelled()) {
            route.feedback().onAttempt(future.cause());
        }
        if (state != State.OPENING) {
            if (future.isSuccess()) {
                future.getNow().close();
            }
        } else if (future.isSuccess()) {
            state = State.OPEN;
            transport = future.getNow();
            for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
                session.waited(w.payload());
                transport.send(w.destination(), w.payload());
            }
            transport.flush();
        } else {
            state = State.FAILED;
            retryAt = System.nanoTime() + RETRY_NANOS;
            session.outcome(future.cause().getMessage());
            for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
                session.waited(w.payload());
                session.unreachable(w.destination(), w.payload());
                w.payload().release();
            }
            session.onWayFailed();
        }
    }

    @Override
    public void onDatagram(IpAddress source, int port, ByteBuf payload) {
        session.answer(source, port, payload);
    }

    @Override
    public void onReadComplete() {
        // Datagrams go to the device one by one as they come.
    }

    @Override
    public void onUnreachable(Destination destination) {
        session.unreachable(destination == null ? lastDestination : destination, null);
    }

    @Override
    public void onClosed(Throwable cause) {
        transport = null;
        session.outcome(cause == null ? "closed by the upstream" : cause.getMessage());
        if (state != State.CLOSED) {
            state = State.NEW;
            session.onWayClosed();
        }
    }

    void close() {
        state = State.CLOSED;
        if (opening != null) {
            opening.cancel(false);
        }
        if (transport != null) {
            transport.close();
            transport = null;
        }
        for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
            session.waited(w.payload());
            w.payload().release();
        }
    }
}
