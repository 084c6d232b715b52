package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.wire.TcpHeader;

/**
 * The half-open part of a connection's life: PENDING and SYN-RECEIVED (RFC 9293 3.10.7.2, 3.10.7.4). Forgotten when the
 * connection is established.
 */
final class Handshake {
    /** SYN-ACKs sent by the timer before the client counts as gone; as Linux has it (tcp_synack_retries), and one. */
    private static final int MAX_SYN_ACKS = 6;

    /** The same when there are many half-open connections: 7 s. */
    private static final int CROWDED_SYN_ACKS = 3;

    private final TcpConnection connection;
    private final TcpContext context;
    private final long irs;
    private final int synTsVal;
    private long synAckNanos;
    private int synAcksSent;
    private int timerRuns;
    private boolean synAckDue;

    Handshake(TcpConnection connection, TcpContext context, long irs, int synTsVal) {
        this.connection = connection;
        this.context = context;
        this.irs = irs;
        this.synTsVal = synTsVal;
    }

    /** The SYN is to be answered at the next flush. */
    void answer() {
        synAckDue = true;
        connection.markDirty();
    }

    /** Sends SYN-ACK if it is due. */
    void flush() {
        if (!synAckDue) {
            return;
        }
        synAckDue = false;
        synAckNanos = context.nowNanos;
        synAcksSent++;
        context.output.synAck(
                connection,
                connection.peer(),
                (int) connection.iss(),
                (int) connection.receiver().nxt(),
                connection.receiver().window().advertiseUnscaled(),
                connection.tsVal(),
                connection.timestamps().recent());
        if (!connection.isLifeTimerScheduled()) {
            connection.scheduleLifeTimer(context.nowNanos + connection.rtt().rtoNanos());
        }
    }

    /** Tells whether SYN-ACK went out once only: then its acknowledgement is a sample of the round trip (Karn). */
    boolean isSampleValid() {
        return synAcksSent == 1;
    }

    /** Returns the time from SYN-ACK to now. */
    long sampleNanos() {
        return context.nowNanos - synAckNanos;
    }

    /** The client's answer is late. */
    void onTimer() {
        if (++timerRuns >= (context.layer.synQueue().isCrowded() ? CROWDED_SYN_ACKS : MAX_SYN_ACKS)) {
            connection.closed(CloseReason.TIMED_OUT);
            return;
        }
        connection.rtt().onTimeout();
        answer();
    }

    /**
     * Handles a segment before there is a decision.
     *
     * @return whether it is a SYN that begins another connection; this one is over then
     */
    boolean inputPending(Segment s) {
        if (s.has(TcpHeader.RST)) {
            // A client that gives up: by the number that follows its SYN, or by the SYN's own.
            if (s.seq == (int) irs + 1 || s.seq == (int) irs) {
                connection.closed(CloseReason.RESET_BY_CLIENT);
            }
            return false;
        }
        // A repeated SYN needs no answer yet. Another one is by a client that has forgotten the first.
        if (isOpening(s) && s.seq != (int) irs) {
            connection.closed(CloseReason.RESET_BY_CLIENT);
            return true;
        }
        return false;
    }

    /**
     * Handles a segment in SYN-RECEIVED.
     *
     * @return whether it completes the handshake, and is to be handled as a segment of the established connection too
     */
    boolean inputSynReceived(Segment s) {
        if (isOpening(s) && s.seq == (int) irs) {
            answer();
            return false;
        }
        Receiver receiver = connection.receiver();
        boolean reset = s.has(TcpHeader.RST);
        boolean old =
                !reset && connection.peer().timestamps() && s.options.timestamps() && s.options.tsVal() - synTsVal < 0;
        if (old || !receiver.isAcceptable(s)) {
            if (!reset && receiver.mayAnswerInvalid(s)) {
                // A client that has begun anew answers it with RST.
                acknowledge();
            }
            return false;
        }
        if (reset) {
            if (s.seq == (int) receiver.nxt()) {
                connection.closed(CloseReason.RESET_BY_CLIENT);
            } else if (receiver.mayChallenge()) {
                acknowledge();
            }
            return false;
        }
        if (s.has(TcpHeader.SYN)) {
            // RFC 9293 3.10.7.4, fourth step: a passive open returns to LISTEN. The client repeats its SYN.
            connection.closed(CloseReason.RESET_BY_CLIENT);
            return false;
        }
        if (!s.has(TcpHeader.ACK)) {
            return false;
        }
        if (s.ack != (int) connection.iss() + 1) {
            context.output.resetFor(s, connection);
            return false;
        }
        return true;
    }

    /** Acknowledges what has come so far: the SYN. */
    private void acknowledge() {
        context.output.payload();
        context.output.segment(connection, connection.iss() + 1, 0, 1);
    }

    /** Tells whether the timer has repeated the SYN-ACK. */
    boolean hasTimedOut() {
        return timerRuns > 0;
    }

    private static boolean isOpening(Segment s) {
        return s.has(TcpHeader.SYN) && !s.has(TcpHeader.ACK);
    }
}
