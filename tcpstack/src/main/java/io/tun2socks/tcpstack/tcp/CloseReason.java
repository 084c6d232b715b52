package io.tun2socks.tcpstack.tcp;

/** Why a connection ended. */
public enum CloseReason {
    /** Both directions were closed by FIN and acknowledged. */
    FINISHED,
    /** The client sent RST. */
    RESET_BY_CLIENT,
    /** The client stopped answering: retransmissions or keep-alive probes ran out. */
    TIMED_OUT,
    /** Our own side ended it: abort, refuse, unreachable or discard. */
    ABORTED
}
