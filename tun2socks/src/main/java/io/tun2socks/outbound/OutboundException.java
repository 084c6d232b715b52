package io.tun2socks.outbound;

import java.io.IOException;

/** Why a destination could not be reached through an outbound, in terms that a client can be told. */
public final class OutboundException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Makes the exception.
     *
     * @param reason what to tell the client
     * @param message what to tell the operator: names the upstream and what it said
     * @param cause the error below, or null
     */
    public OutboundException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Leaves the stack trace out: it would show the event loop only, and there may be thousands in a second. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    /** Returns what to tell the client. */
    public Reason reason() {
        return reason;
    }

    /** What the client is told. */
    public enum Reason {
        /** The destination refused: RST. */
        REFUSED,
        /** No route to the network: ICMP network unreachable. */
        NETWORK_UNREACHABLE,
        /** No route to the host, or it does not answer ARP: ICMP host unreachable. */
        HOST_UNREACHABLE,
        /** Nobody answered in time: silence, as the network itself would do. */
        TIMED_OUT,
        /** A rule of the upstream forbids it: ICMP administratively prohibited. */
        PROHIBITED,
        /** The upstream itself failed (down, bad credentials, protocol error): RST. */
        UPSTREAM_FAILED
    }
}
