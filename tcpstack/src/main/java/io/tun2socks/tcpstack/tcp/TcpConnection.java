package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpOutput;
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

    private static final int MAX_WINDOW = 0xffff << WINDOW_SHIFT;

    /** 2 MSL (RFC 9293 3.4.2), as short as Linux has it. */
    static final long TIME_WAIT_NANOS = 60_000_000_000L;

    private static final int MAX_SYN_ACKS = 6;

    /** The next connection in the same bucket of the {@link ConnectionTable}. */
    TcpConnection tableNext;

    private final TcpContext context;
    private final RttEstimator rtt = new RttEstimator();
    private final Receiver receiver;
    private final Timer lifeTimer;
    private final long irs;
    private final PeerOptions peer;

    private TcpState state = TcpState.PENDING;
    private TcpHandler handler;
    private Sender sender;
    private long iss;
    private long synAckNanos;
    private int synAcksSent;
    private boolean synAckDue;
    private boolean dirty;
    private int tsRecent;
    private int tsOffset;
    private boolean finAfterHandshake;

    TcpConnection(
            TcpContext context, Segment syn, long clientHi, long clientLo, long targetHi, long targetLo, int ports) {
        super(clientHi, clientLo, targetHi, targetLo, ports);
        this.context = context;
        this.irs = Seq.initial(syn.seq);
        this.peer = PeerOptions.of(syn.options, isIpv4());
        this.tsRecent = syn.options.tsVal();
        int budget = context.config.tcp().receiveBuffer();
        int maxBudget = context.config.tcp().maxReceiveBuffer();
        ReceiveWindow window = peer.windowScaling()
                ? new ReceiveWindow(
                        irs + 1, WINDOW_SHIFT, Math.min(budget, MAX_WINDOW), Math.min(maxBudget, MAX_WINDOW))
                : new ReceiveWindow(irs + 1, 0, Math.min(budget, 0xffff), Math.min(maxBudget, 0xffff));
        this.receiver = new Receiver(this, context, window, sendMss());
        this.lifeTimer = new Timer(this::onLifeTimer);
    }

    // ---- what the user sees ----

    /** Sets who hears of the connection; done once, before anything else. */
    public void handler(TcpHandler newHandler) {
        handler = newHandler;
    }

    /** Returns the state. */
    public TcpState state() {
        return state;
    }

    /** Tells whether the connection is neither closed nor waiting in TIME-WAIT. */
    public boolean isOpen() {
        return state != TcpState.CLOSED && state != TcpState.TIME_WAIT;
    }

    /** Answers the SYN: the handshake goes on. */
    public void accept() {
        requirePending();
        iss = Seq.initial(context.layer.nextIsn(this));
        tsOffset = context.layer.nextTimestampOffset(this);
        state = TcpState.SYN_RECEIVED;
        sender = new Sender(this, context, rtt, iss, sendMss());
        synAckDue = true;
        markDirty();
    }

    /** Answers the SYN with RST: ECONNREFUSED at the client. */
    public void refuse() {
        requirePending();
        context.output.refuse(this, (int) irs + 1);
        closed(CloseReason.ABORTED);
    }

    /**
     * Answers the SYN with ICMP.
     *
     * @param reason what the client is told
     */
    public void unreachable(Unreachable reason) {
        requirePending();
        context.layer.sendUnreachable(this, reason, (int) irs);
        closed(CloseReason.ABORTED);
    }

    /** Lets the SYN go unanswered. */
    public void discard() {
        requirePending();
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

    /** Tells whether the send queue is below its limit; if not, {@link TcpHandler#onWritable} will tell. */
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
        if (isOpen()) {
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

    int tsRecent() {
        return tsRecent;
    }

    /** TSval: a clock of milliseconds with an offset of its own for each connection (RFC 7323 5.4, 7.1). */
    int tsVal() {
        return (int) (context.nowNanos / 1_000_000) + tsOffset;
    }

    long iss() {
        return iss;
    }

    Receiver receiver() {
        return receiver;
    }

    TcpHandler handler() {
        return handler;
    }

    long scaledWindow(int field) {
        return (long) field << peer.windowShift();
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
        if (synAckDue && state == TcpState.SYN_RECEIVED) {
            sendSynAck();
        }
        if (!isSynchronized()) {
            return;
        }
        if (isOpen()) {
            sender.output();
        }
        if (receiver.isAckDue()) {
            context.output.payload();
            context.output.segment(this, sender.nxt(), 0, sendMss());
        }
    }

    /**
     * Handles a segment of this connection (RFC 9293 3.10.7).
     *
     * @param s the segment
     */
    void input(Segment s) {
        switch (state) {
            case PENDING -> inputPending(s);
            case SYN_RECEIVED -> inputSynReceived(s);
            case CLOSED -> {}
            default -> inputSynchronized(s);
        }
    }

    /** Whether a SYN may take the place of this connection in TIME-WAIT (RFC 9293 3.10.7.4, RFC 6191). */
    boolean mayBeReplacedBy(Segment syn) {
        if (state != TcpState.TIME_WAIT) {
            return false;
        }
        if (peer.timestamps() && syn.options.timestamps() && syn.options.tsVal() != tsRecent) {
            return syn.options.tsVal() - tsRecent > 0;
        }
        return Seq.unwrap(syn.seq, receiver.nxt()) >= receiver.nxt();
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
        state = TcpState.CLOSED;
        context.layer.remove(this);
        context.timers.cancel(lifeTimer);
        receiver.close();
        if (sender != null) {
            sender.close();
        }
    }

    // ---- states ----

    private void inputPending(Segment s) {
        // A client that gives up may send RST; a repeated SYN needs no answer before there is a decision.
        if (s.has(TcpHeader.RST) && (Seq.unwrap(s.seq, irs) == irs + 1 || s.seq == (int) irs)) {
            closed(CloseReason.RESET_BY_CLIENT);
        }
    }

    private void inputSynReceived(Segment s) {
        if (s.has(TcpHeader.SYN) && !s.has(TcpHeader.ACK) && s.seq == (int) irs) {
            synAckDue = true;
            markDirty();
            return;
        }
        if (!receiver.isAcceptable(s)) {
            if (!s.has(TcpHeader.RST)) {
                synAckDue = true;
                markDirty();
            }
            return;
        }
        if (s.has(TcpHeader.RST)) {
            if (Seq.unwrap(s.seq, receiver.nxt()) == receiver.nxt()) {
                closed(CloseReason.RESET_BY_CLIENT);
            }
            return;
        }
        if (!s.has(TcpHeader.ACK) || s.has(TcpHeader.SYN)) {
            return;
        }
        if (s.ack != (int) iss + 1) {
            context.output.resetFor(s, clientHi, clientLo, clientPort(), targetHi, targetLo, targetPort());
            return;
        }
        established(s);
        inputSynchronized(s);
    }

    private void established(Segment s) {
        if (synAcksSent == 1) {
            rtt.onSample(context.nowNanos - synAckNanos);
        }
        context.timers.cancel(lifeTimer);
        sender.initialWindow(scaledWindow(s.window), Seq.unwrap(s.seq, receiver.nxt()));
        state = TcpState.ESTABLISHED;
        context.layer.onEstablished();
        handler.onEstablished();
        if (finAfterHandshake && isOpen()) {
            finAfterHandshake = false;
            shutdownOutput();
        }
    }

    private void inputSynchronized(Segment s) {
        if (!isOpen() && state != TcpState.TIME_WAIT) {
            return;
        }
        boolean reset = s.has(TcpHeader.RST);
        if (peer.timestamps() && s.options.timestamps() && !reset && s.options.tsVal() - tsRecent < 0) {
            // PAWS (RFC 7323 5.3).
            receiver.ackNow();
            return;
        }
        if (!receiver.isAcceptable(s)) {
            if (!reset) {
                receiver.ackNow();
            }
            return;
        }
        if (reset) {
            onReset(s);
            return;
        }
        if (s.has(TcpHeader.SYN)) {
            context.layer.challenge(this);
            return;
        }
        if (!s.has(TcpHeader.ACK)) {
            return;
        }
        if (peer.timestamps()
                && s.options.timestamps()
                && Seq.unwrap(s.seq, receiver.nxt()) <= receiver.lastAckSent()) {
            tsRecent = s.options.tsVal();
        }
        if (!sender.onAck(s)) {
            context.layer.challenge(this);
            return;
        }
        afterAck();
        if (state != TcpState.CLOSED) {
            takeData(s);
        }
        markDirty();
    }

    /** RFC 5961 3.2: only the exact sequence number resets; another one within the window is challenged. */
    private void onReset(Segment s) {
        if (Seq.unwrap(s.seq, receiver.nxt()) != receiver.nxt()) {
            context.layer.challenge(this);
        } else if (state != TcpState.TIME_WAIT) {
            closed(CloseReason.RESET_BY_CLIENT);
        }
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
        context.timers.schedule(lifeTimer, context.nowNanos + TIME_WAIT_NANOS);
        context.layer.onTimeWait(this);
        markDirty();
        TcpHandler told = handler;
        // What the user hangs on to the handler need not outlive the connection by a minute.
        handler = null;
        told.onClosed(CloseReason.FINISHED);
    }

    private void closed(CloseReason reason) {
        boolean told = state == TcpState.TIME_WAIT;
        if (state == TcpState.PENDING || state == TcpState.SYN_RECEIVED) {
            context.layer.onHalfOpenEnded();
        }
        forget();
        if (!told && handler != null) {
            handler.onClosed(reason);
        }
    }

    private void sendSynAck() {
        synAckDue = false;
        synAckNanos = context.nowNanos;
        synAcksSent++;
        context.output.synAck(this, receiver.window().advertiseUnscaled());
        if (!lifeTimer.isScheduled()) {
            context.timers.schedule(lifeTimer, context.nowNanos + rtt.rtoNanos());
        }
    }

    private void onLifeTimer(long now) {
        if (state == TcpState.TIME_WAIT) {
            forget();
        } else if (state == TcpState.SYN_RECEIVED) {
            if (synAcksSent >= MAX_SYN_ACKS) {
                closed(CloseReason.TIMED_OUT);
                return;
            }
            rtt.onTimeout();
            synAckDue = true;
            markDirty();
        }
    }

    private int sendMss() {
        int mtuMss = context.config.mtu() - IpOutput.headerLength(isIpv4()) - TcpHeader.LENGTH;
        return Math.min(peer.mss(), mtuMss) - (peer.timestamps() ? TcpOutput.TIMESTAMPS_LENGTH : 0);
    }

    private void requirePending() {
        if (state != TcpState.PENDING) {
            throw new IllegalStateException("the SYN of " + this + " has been answered already");
        }
    }
}
