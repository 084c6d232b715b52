package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.wire.TcpHeader;

/** What a segment of a synchronised connection must pass before its acknowledgement and data count (RFC 9293 3.10.7.4). */
final class SegmentChecks {
    private SegmentChecks() {}

    /**
     * Checks sequence number, timestamps, RST, SYN and the presence of ACK, in this order; answers what is to be
     * answered.
     *
     * @param c the connection; closed afterwards if the segment is a valid RST
     * @param s the segment
     * @param nowNanos the time
     * @return whether to go on with it
     */
    static boolean pass(TcpConnection c, Segment s, long nowNanos) {
        Receiver receiver = c.receiver();
        boolean reset = s.has(TcpHeader.RST);
        boolean stamped = c.peer().timestamps() && s.options.timestamps();
        // PAWS (RFC 7323 5.3 R1), from which RST is exempt, then the window.
        boolean tooOld = stamped && !reset && c.timestamps().isTooOld(s.options.tsVal(), nowNanos);
        if (tooOld || !receiver.isAcceptable(s)) {
            if (!reset) {
                receiver.answerInvalid(s);
                if (!tooOld && s.has(TcpHeader.FIN) && c.state() == TcpState.TIME_WAIT) {
                    // RFC 9293 3.10.7.4, eighth step: the client has not heard that its FIN came; 2 MSL begin again.
                    c.scheduleLifeTimer(nowNanos + TcpConnection.TIME_WAIT_NANOS);
                }
            }
            return false;
        }
        if (reset) {
            onReset(c, s);
            return false;
        }
        if (s.has(TcpHeader.SYN)) {
            // RFC 5961 4.2.
            receiver.challenge();
            return false;
        }
        if (!s.has(TcpHeader.ACK) || (c.peer().timestamps() && !stamped)) {
            // RFC 7323 3.2: once agreed on, timestamps are in every segment; one without is dropped silently.
            return false;
        }
        return true;
    }

    /**
     * Remembers a segment's timestamp (RFC 7323 5.3 R3). Only that of a segment whose acknowledgement was acceptable,
     * too: a forged one would shut the client out by PAWS. Linux has it so.
     */
    static void takeTimestamp(TcpConnection c, Segment s, long nowNanos) {
        Receiver receiver = c.receiver();
        if (c.peer().timestamps() && Seq.unwrap(s.seq, receiver.nxt()) <= receiver.lastAckSent()) {
            c.timestamps().onEdge(s.options.tsVal(), nowNanos);
        }
    }

    /** RFC 5961 3.2: only the exact sequence number resets; another one within the window is challenged. */
    private static void onReset(TcpConnection c, Segment s) {
        if (s.seq != (int) c.receiver().nxt()) {
            c.receiver().challenge();
        } else if (c.state() != TcpState.TIME_WAIT) {
            c.closed(CloseReason.RESET_BY_CLIENT);
        }
    }

    /** Whether a SYN may take the place of a connection in TIME-WAIT (RFC 9293 3.10.7.4, RFC 6191). */
    static boolean mayReplace(TcpConnection c, Segment syn) {
        if (c.state() != TcpState.TIME_WAIT) {
            return false;
        }
        if (!c.peer().timestamps() && syn.options.timestamps()) {
            // RFC 6191 2: no segment of the old connection can pass for one with timestamps.
            return true;
        }
        int recent = c.timestamps().recent();
        if (c.peer().timestamps() && syn.options.timestamps() && syn.options.tsVal() != recent) {
            return syn.options.tsVal() - recent > 0;
        }
        return Seq.unwrap(syn.seq, c.receiver().nxt()) >= c.receiver().nxt();
    }
}
