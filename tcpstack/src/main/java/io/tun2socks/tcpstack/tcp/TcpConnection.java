package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.timer.Timer;
import io.tun2socks.tcpstack.wire.TcpHeader;

/**
 * One TCP connection with a client (RFC 9293); we are the responder.
 *
 * <p>It begins half-open ({@link TcpState#PENDING}): the client's SYN is answered only when the user says how. All
 * methods are called on the stack's thread. What they send goes out at the stack's next flush.
 */
public final class TcpConnection extends FourTuple {
    /** Our window shift (RFC 7323 2.3): windows up to 8 MiB. */
    static final int WINDOW_SHIFT = 7;

    /** 2 MSL (RFC 9293 3.4.2), as short as Linux has it. */
    static final long TIME_WAIT_NANOS = 60_000_000_000L;

    /** The next connection in the same bucket of the {@link ConnectionTable}. */
    TcpConnection tableNext;

    private final TcpContext context;
    private final RttEstimator rtt = new RttEstimator();
    private final Receiver receiver;
    private final Timer lifeTimer;
    private final long irs;
    private final PeerOptions peer;
    private final Timestamps timestamps;

    private TcpState state = TcpState.PENDING;
    private TcpHandler handler;
    private Sender sender;
    /** Null when the handshake is over. */
    private Handshake handshake;
    /** Where everything goes while a connection is established and not accepted; null otherwise. */
    private EarlyEvents early;
    /** Null before that, and if clients are not probed. */
    private KeepAlive keepAlive;

    private long iss;
    /** The ISN must be above this: SND.NXT of the connection whose TIME-WAIT this one ended, or 0. */
    private final long issFloor;

    private boolean dirty;
    private boolean finAfterHandshake;

    /**
     * Makes a half-open connection.
     *
     * @param tuple addresses and ports
     * @param irs the client's ISN, unwrapped
     * @param peer what its SYN offered
     * @param tsVal the TSval of its SYN, if it has timestamps
     * @param issFloor what our ISN must be above, or 0
     */
    TcpConnection(TcpContext context, FourTuple tuple, long irs, PeerOptions peer, int tsVal, long issFloor) {
        super(tuple);
        this.context = context;
        this.irs = irs;
        this.peer = peer;
        this.issFloor = issFloor;
        this.timestamps = new Timestamps(tsVal, context.nowNanos);
        this.handshake = new Handshake(this, context, irs, tsVal);
        ReceiveWindow window = ReceiveWindow.of(context.config.tcp(), irs + 1, peer.windowScaling() ? WINDOW_SHIFT : 0);
        this.receiver = new Receiver(this, context, window, context.output.mss(this));
        this.lifeTimer = new Timer(this::onLifeTimer);
    }

    // ---- what the user sees ----

    /** Sets who hears of the connection; done once, before anything else. */
    public void handler(TcpHandler newHandler) {
        if (early != null) {
            early.user(newHandler);
        } else {
            handler = newHandler;
        }
    }

    /** Returns the state. */
    public TcpState state() {
        return state;
    }

    /** Tells whether the connection is neither closed nor waiting in TIME-WAIT. */
    public boolean isOpen() {
        return state != TcpState.CLOSED && state != TcpState.TIME_WAIT;
    }

    /** Answers the SYN: the handshake goes on. If it is over already, everything that has come since is told. */
    public void accept() {
        if (early != null) {
            EarlyEvents kept = early;
            early = null;
            handler = kept.user();
            kept.replay(this);
            return;
        }
        requirePending();
        iss = Seq.initial(context.layer.nextIsn(this));
        if (issFloor != 0 && Seq.unwrap((int) iss, issFloor) <= issFloor) {
            // RFC 1122 4.2.2.13: above everything of the connection before; as far above as Linux goes.
            iss = Seq.initial((int) issFloor + 0x10001);
        }
        timestamps.offset(context.layer.nextTimestampOffset(this));
        state = TcpState.SYN_RECEIVED;
        sender = new Sender(this, context, rtt, iss, context.output.mss(this));
        handshake.answer();
    }

    /** Answers the SYN with RST: ECONNREFUSED at the client. An early connection is aborted. */
    public void refuse() {
        if (early != null) {
            abort();
            return;
        }
        requirePending();
        context.output.refuse(this, (int) irs + 1);
        closed(CloseReason.ABORTED);
    }

    /**
     * Answers the SYN with ICMP. An early connection is aborted: once established, it would not heed ICMP.
     *
     * @param reason what the client is told
     */
    public void unreachable(Unreachable reason) {
        if (early != null) {
            abort();
            return;
        }
        requirePending();
        context.layer.sendUnreachable(this, reason, (int) irs);
        closed(CloseReason.ABORTED);
    }

    /** Lets the SYN go unanswered. An early connection is forgotten. */
    public void discard() {
        if (early == null) {
            requirePending();
        }
        closed(CloseReason.ABORTED);
    }

    /**
     * Queues bytes for the client.
     *
     * @param data the bytes, possibly none; owned by the connection from now on, released when acknowledged
     */
    public void write(ByteBuf data) {
        if (!isOpen() || sender == null || finAfterHandshake || sender.isFinQueued() || !data.isReadable()) {
            data.release();
            return;
        }
        sender.write(data);
        markDirty();
    }

    /** Tells whether the send queue is below its limit; otherwise {@link TcpHandler#onWritable} tells. */
    public boolean isWritable() {
        return sender == null || sender.isWritable();
    }

    /** Returns the bytes written and not yet acknowledged by the client. */
    public long queuedBytes() {
        return sender == null ? 0 : sender.queuedBytes();
    }

    /** Sends FIN after everything that was written; the client may go on sending. */
    public void shutdownOutput() {
        if (!isOpen()) {
            return;
        }
        if (!isSynchronized()) {
            finAfterHandshake = true;
        } else if (!sender.isFinQueued()) {
            sender.queueFin();
            state = state == TcpState.CLOSE_WAIT ? TcpState.LAST_ACK : TcpState.FIN_WAIT_1;
            markDirty();
        }
    }

    /** Ends the connection at once: RST to the client if the SYN was answered, nothing if it was not. */
    public void abort() {
        if (!isOpen()) {
            return;
        }
        if (state != TcpState.PENDING) {
            context.output.reset(this, sender.nxt());
        }
        closed(CloseReason.ABORTED);
    }

    /**
     * Reports bytes of {@link TcpHandler#onData} as gone; the receive window opens by as much.
     *
     * @param bytes how many
     */
    public void consumed(int bytes) {
        if (state != TcpState.CLOSED) {
            receiver.consumed(bytes, rtt.srttNanos());
        }
    }

    @Override
    public String toString() {
        return super.toString() + " " + state;
    }

    // ---- what the rest of the package sees ----

    private boolean isSynchronized() {
        return state != TcpState.PENDING && state != TcpState.SYN_RECEIVED && state != TcpState.CLOSED;
    }

    PeerOptions peer() {
        return peer;
    }

    Timestamps timestamps() {
        return timestamps;
    }

    /** TSval of what is sent now. */
    int tsVal() {
        return timestamps.value(context.nowNanos);
    }

    long iss() {
        return iss;
    }

    RttEstimator rtt() {
        return rtt;
    }

    /** SND.NXT, or 0 before the SYN is answered. */
    long sndNxt() {
        return sender == null ? 0 : sender.nxt();
    }

    boolean isLifeTimerScheduled() {
        return lifeTimer.isScheduled();
    }

    void scheduleLifeTimer(long deadlineNanos) {
        context.timers.schedule(lifeTimer, deadlineNanos);
    }

    Receiver receiver() {
        return receiver;
    }

    TcpHandler handler() {
        return handler;
    }

    Sender sender() {
        return sender;
    }

    void markDirty() {
        if (!dirty && state != TcpState.CLOSED) {
            dirty = true;
            context.layer.addDirty(this);
        }
    }

    /** Sends what is due. */
    void flush() {
        dirty = false;
        if (state == TcpState.SYN_RECEIVED) {
            handshake.flush();
        }
        if (!isSynchronized()) {
            return;
        }
        if (isOpen()) {
            sender.output();
        }
        if (receiver.isAckDue()) {
            context.output.payload();
            context.output.segment(this, sender.nxt(), 0, context.output.mss(this));
        }
    }

    /**
     * Handles a segment of this connection (RFC 9293 3.10.7).
     *
     * @param s the segment
     * @return whether it is a SYN that begins another connection with the same addresses and ports; this one is over
     */
    boolean input(Segment s) {
        switch (state) {
            case PENDING -> {
                return handshake.inputPending(s);
            }
            case SYN_RECEIVED -> {
                if (handshake.inputSynReceived(s)) {
                    established(s);
                    inputSynchronized(s);
                }
            }
            case CLOSED -> {}
            default -> inputSynchronized(s);
        }
        return false;
    }

    void onTimedOut() {
        context.output.reset(this, sender.nxt());
        closed(CloseReason.TIMED_OUT);
    }

    /** Ends a connection whose user failed to take it: with RST, so that the client need not wait. */
    void abandon() {
        handler = null;
        if (state == TcpState.PENDING) {
            context.output.refuse(this, (int) irs + 1);
        }
        abort();
    }

    /** Ends TIME-WAIT, or any state, without a word to anyone. */
    void forget() {
        if (state == TcpState.TIME_WAIT) {
            context.layer.onTimeWaitEnded();
        }
        state = TcpState.CLOSED;
        context.layer.remove(this);
        context.timers.cancel(lifeTimer);
        receiver.close();
        if (sender != null) {
            sender.close();
        }
    }

    // ---- states ----

    private void established(Segment s) {
        Handshake over = handshake;
        if (over.isSampleValid()) {
            rtt.onSample(over.sampleNanos());
        }
        begin(s);
        if (over.hasTimedOut()) {
            rtt.onLostSynAck();
        }
        context.layer.synQueue().onRemoved();
        handler.onEstablished();
        if (finAfterHandshake && isOpen()) {
            finAfterHandshake = false;
            shutdownOutput();
        }
    }

    /**
     * The client has brought a SYN cookie back: the handshake is over before anyone was asked. Until the user accepts,
     * what comes is kept.
     *
     * @param s the segment with the cookie; to be handled as any other afterwards
     */
    void establishEarly(Segment s) {
        iss = Seq.initial(s.ack - 1);
        timestamps.offset(context.layer.nextTimestampOffset(this));
        sender = new Sender(this, context, rtt, iss, context.output.mss(this));
        receiver.window().advertiseUnscaled();
        early = new EarlyEvents();
        handler = early;
        begin(s);
    }

    private void begin(Segment s) {
        handshake = null;
        context.timers.cancel(lifeTimer);
        sender.initialWindow(peer.scaled(s.window), Seq.unwrap(s.seq, receiver.nxt()));
        state = TcpState.ESTABLISHED;
        long idle = context.config.tcp().keepAliveIdleNanos();
        if (idle > 0) {
            keepAlive = new KeepAlive(this, context);
            scheduleLifeTimer(context.nowNanos + idle);
        }
        context.stats.tcpEstablished++;
    }

    private void inputSynchronized(Segment s) {
        if (!isOpen() && state != TcpState.TIME_WAIT) {
            return;
        }
        if (!SegmentChecks.pass(this, s, context.nowNanos)) {
            return;
        }
        if (keepAlive != null) {
            keepAlive.onHeard();
        }
        if (!sender.onAck(s)) {
            receiver.challenge();
            return;
        }
        SegmentChecks.takeTimestamp(this, s, context.nowNanos);
        afterAck();
        if (state != TcpState.CLOSED) {
            takeData(s);
        }
        markDirty();
    }

    private void afterAck() {
        if (!sender.isFinAcked()) {
            return;
        }
        switch (state) {
            case FIN_WAIT_1 -> state = TcpState.FIN_WAIT_2;
            case CLOSING -> timeWait();
            case LAST_ACK -> closed(CloseReason.FINISHED);
            default -> {}
        }
    }

    private void takeData(Segment s) {
        switch (state) {
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> {
                if (receiver.input(s) && isOpen()) {
                    onFin();
                }
            }
            case TIME_WAIT -> {
                if (s.has(TcpHeader.FIN)) {
                    receiver.ackNow();
                    context.timers.schedule(lifeTimer, context.nowNanos + TIME_WAIT_NANOS);
                }
            }
            default -> {
                if (s.length() > 0) {
                    receiver.ackNow();
                }
            }
        }
    }

    private void onFin() {
        TcpState before = state;
        switch (before) {
            case ESTABLISHED -> state = TcpState.CLOSE_WAIT;
            case FIN_WAIT_1 -> state = TcpState.CLOSING;
            default -> {}
        }
        handler.onInputShutdown();
        if (before == TcpState.FIN_WAIT_2 && isOpen()) {
            timeWait();
        }
    }

    private void timeWait() {
        state = TcpState.TIME_WAIT;
        keepAlive = null;
        context.timers.schedule(lifeTimer, context.nowNanos + TIME_WAIT_NANOS);
        context.layer.onTimeWait(this);
        markDirty();
        TcpHandler told = handler;
        // What the user hangs on to the handler need not outlive the connection by a minute.
        handler = null;
        told.onClosed(CloseReason.FINISHED);
    }

    void closed(CloseReason reason) {
        boolean told = state == TcpState.TIME_WAIT;
        if (state == TcpState.PENDING || state == TcpState.SYN_RECEIVED) {
            context.layer.synQueue().onRemoved();
        }
        forget();
        if (!told && handler != null) {
            handler.onClosed(reason);
        }
    }

    private void onLifeTimer(long now) {
        if (state == TcpState.TIME_WAIT) {
            forget();
        } else if (state == TcpState.SYN_RECEIVED) {
            handshake.onTimer();
        } else if (keepAlive != null) {
            long next = keepAlive.onTimer(now);
            if (isOpen()) {
                scheduleLifeTimer(next);
            }
        }
    }

    private void requirePending() {
        if (state != TcpState.PENDING) {
            throw new IllegalStateException("the SYN of " + this + " has been answered already");
        }
    }
}
