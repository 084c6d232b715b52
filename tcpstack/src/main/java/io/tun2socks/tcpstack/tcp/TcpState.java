package io.tun2socks.tcpstack.tcp;

/** The states of RFC 9293 3.3.2 that a responder passes through, and one of our own. */
public enum TcpState {
    /** A SYN has come and has not been answered: the outbound is being decided and connected. */
    PENDING,
    /** SYN-ACK sent. */
    SYN_RECEIVED,
    /** Both ways open. */
    ESTABLISHED,
    /** Our FIN sent, not acknowledged. */
    FIN_WAIT_1,
    /** Our FIN acknowledged; the client may go on sending. */
    FIN_WAIT_2,
    /** The client's FIN has come; we may go on sending. */
    CLOSE_WAIT,
    /** Both FINs sent, ours not acknowledged; we sent first. */
    CLOSING,
    /** Both FINs sent, ours not acknowledged; the client sent first. */
    LAST_ACK,
    /** Over, but old segments may still wander about. */
    TIME_WAIT,
    /** Over. */
    CLOSED
}
