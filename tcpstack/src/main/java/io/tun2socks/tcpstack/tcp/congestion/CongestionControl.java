package io.tun2socks.tcpstack.tcp.congestion;

/** Decides how much may be in flight. One instance per connection, used by its thread only. All sizes in bytes. */
public interface CongestionControl {
    /** Returns cwnd. */
    long cwnd();

    /** Returns ssthresh, {@link Long#MAX_VALUE} before the first loss. */
    long ssthresh();

    /**
     * New data was acknowledged, outside of fast recovery.
     *
     * @param ack what was acknowledged; reused by the caller
     */
    void onAck(AckSample ack);

    /**
     * A loss was detected; fast recovery begins (RFC 5681 3.2, RFC 6675 5). The state before can be restored by
     * {@link #undo}.
     *
     * @param flightSize bytes sent and not acknowledged
     * @param nowNanos the time
     */
    void onLoss(long flightSize, long nowNanos);

    /**
     * The retransmission timer ran out (RFC 5681 3.1).
     *
     * @param flightSize bytes sent and not acknowledged
     * @param inFlight bytes of them that are believed to be in the network still
     * @param first whether this is the first time-out of this data: ssthresh falls once for it, and the state before
     *     can be restored by {@link #undo}
     * @param nowNanos the time
     */
    void onTimeout(long flightSize, long inFlight, boolean first, long nowNanos);

    /** The last reduction was for nothing: what was thought lost has arrived (RFC 4015, RFC 9438 4.9). */
    void undo();

    /** Nothing was sent for longer than RTO: cwnd falls to the restart window (RFC 5681 4.1). */
    void onIdle();

    /** SYN-ACK was lost: the initial window is one segment (RFC 5681 3.1). */
    void onHandshakeTimeout();

    /**
     * Segments are smaller from now on, because the path MTU fell; cwnd stays what it is in bytes.
     *
     * @param mss SMSS in bytes
     */
    void onMssReduced(int mss);
}
