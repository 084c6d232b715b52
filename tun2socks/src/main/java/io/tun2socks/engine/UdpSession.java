package io.tun2socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.UdpReceiver;
import io.tun2socks.outbound.UdpTransport;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.udp.UdpHandler;
import java.util.ArrayDeque;

/**
 * One client source and its way out: one transport for all destinations (endpoint-independent mapping, RFC 4787). Lives
 * on one event loop.
 */
final class UdpSession implements UdpHandler, Flow {
    /** Datagrams that wait while the transport opens; more are dropped, as a network would. */
    private static final int MAX_WAITING = 64;

    /** Payload bytes that wait; one datagram always may. */
    private static final int MAX_WAITING_BYTES = 64 << 10;

    /** How long a transport that could not be opened is not tried again for the same client. */
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final Shard shard;
    private final UdpEndpoint endpoint;
    private final Outbound outbound;
    private final long timeoutNanos;
    private final long startNanos = System.nanoTime();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Timer idleTimer = new Timer(this::onIdleTimer);

    private int waitingBytes;
    private State state = State.NEW;
    private Future<UdpTransport> opening;
    private UdpTransport transport;
    private Destination firstDestination;
    private Destination lastDestination;
    private long lastActivity;
    private long uploadBytes;
    private long downloadBytes;
    private String outcome = "idle";

    private enum State {
        NEW,
        OPENING,
        OPEN,
        FAILED,
        DROPPING,
        CLOSED
    }

    private record Waiting(Destination destination, ByteBuf payload) {}

    UdpSession(Shard shard, UdpEndpoint endpoint, Outbound outbound, long timeoutNanos) {
        this.shard = shard;
        this.endpoint = endpoint;
        this.outbound = outbound;
        this.timeoutNanos = timeoutNanos;
        this.lastActivity = startNanos;
        shard.stack().timers().schedule(idleTimer, startNanos + timeoutNanos);
    }

    // ---- from the client ----

    @Override
    public void onDatagram(IpAddress address, int port, ByteBuf payload) {
        Destination destination = destination(address, port);
        if (state == State.NEW) {
            open();
        }
        lastActivity = System.nanoTime();
        uploadBytes += payload.readableBytes();
        switch (state) {
            case OPEN -> transport.send(destination, payload);
            case OPENING -> {
                int length = payload.readableBytes();
                if (mayWait(length)) {
                    waitingBytes += length;
                    shard.stack().memory().take(length);
                    waiting.add(new Waiting(destination, payload));
                } else {
                    payload.release();
                }
            }
            case FAILED -> {
                endpoint.unreachable(address, port, payload, Unreachable.PORT);
                payload.release();
            }
            default -> payload.release();
        }
    }

    private boolean mayWait(int length) {
        return waiting.isEmpty()
                || (waiting.size() < MAX_WAITING
                        && waitingBytes + length <= MAX_WAITING_BYTES
                        && !shard.stack().memory().isFull());
    }

    private void endWaiting() {
        shard.stack().memory().give(waitingBytes);
        waitingBytes = 0;
    }

    @Override
    public void onBatchComplete() {
        if (state == State.OPEN) {
            transport.flush();
        }
    }

    private Destination destination(IpAddress address, int port) {
        // Most sources talk to one destination: this saves making it again for every datagram.
        if (lastDestination == null
                || lastDestination.port() != port
                || !lastDestination.address().equals(address)) {
            lastDestination = Destination.of(address, port);
            if (firstDestination == null) {
                firstDestination = lastDestination;
            }
        }
        return lastDestination;
    }

    private void open() {
        switch (outbound.verdict()) {
            case REJECT -> {
                state = State.FAILED;
                outcome = "rejected";
            }
            case DROP -> {
                state = State.DROPPING;
                outcome = "dropped";
            }
            case CONNECT -> {
                if (!outbound.supportsUdp()) {
                    state = State.FAILED;
                    outcome = "the upstream carries no UDP";
                    return;
                }
                state = State.OPENING;
                opening = outbound.openUdp(shard.loop(), new Answers());
                opening.addListener((Future<UdpTransport> future) -> onOpened(future));
            }
        }
    }

    private void onOpened(Future<UdpTransport> future) {
        opening = null;
        if (state != State.OPENING) {
            if (future.isSuccess()) {
                future.getNow().close();
            }
        } else if (future.isSuccess()) {
            state = State.OPEN;
            transport = future.getNow();
            for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
                transport.send(w.destination(), w.payload());
            }
            endWaiting();
            transport.flush();
        } else {
            state = State.FAILED;
            outcome = future.cause().getMessage();
            for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
                endpoint.unreachable(w.destination().address(), w.destination().port(), w.payload(), Unreachable.PORT);
                w.payload().release();
            }
            endWaiting();
            shard.stack().timers().schedule(idleTimer, System.nanoTime() + RETRY_NANOS);
        }
    }

    // ---- from the outbound ----

    private final class Answers implements UdpReceiver {
        @Override
        public void onDatagram(IpAddress source, int port, ByteBuf payload) {
            lastActivity = System.nanoTime();
            downloadBytes += payload.readableBytes();
            endpoint.send(source, port, payload);
        }

        @Override
        public void onReadComplete() {
            // Datagrams go to the device one by one as they come.
        }

        @Override
        public void onUnreachable(Destination destination) {
            Destination told = destination == null ? lastDestination : destination;
            if (told != null && told.address() != null) {
                endpoint.unreachable(told.address(), told.port(), Unpooled.EMPTY_BUFFER, Unreachable.PORT);
            }
        }

        @Override
        public void onClosed(Throwable cause) {
            transport = null;
            outcome = cause == null ? "closed by the upstream" : cause.getMessage();
            end();
        }
    }

    // ---- end ----

    private void onIdleTimer(long now) {
        long deadline = lastActivity + timeoutNanos;
        if (state != State.FAILED && now < deadline) {
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
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        shard.stack().timers().cancel(idleTimer);
        if (opening != null) {
            opening.cancel(false);
        }
        if (transport != null) {
            transport.close();
            transport = null;
        }
        for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
            w.payload().release();
        }
        endWaiting();
        endpoint.close();
        shard.onFlowEnded(
                this,
                new FlowRecord(
                        "udp",
                        Destination.of(endpoint.clientAddress(), endpoint.clientPort()),
                        firstDestination,
                        outbound.name(),
                        uploadBytes,
                        downloadBytes,
                        startNanos,
                        System.nanoTime(),
                        outcome));
    }
}
