package io.tun2socks.tcpstack.tcp.congestion;

/** Decides how much may be in flight. One instance per connection, used by its thread only. All sizes in bytes. */
public interface CongestionControl {
    /** Returns cwnd. */
    long cwnd();

    /**
     * New data was acknowledged outside of recovery.
     *
     * @param ackedBytes how much
     * @param cwndLimited whether cwnd was what held the sender back; if not, cwnd says nothing of the path and must not
     *     grow (RFC 7661)
     * @param nowNanos the time
     */
    void onAck(long ackedBytes, boolean cwndLimited, long nowNanos);

    /**
     * A loss was detected; recovery begins (RFC 5681 3.2, RFC 6675 5).
     *
     * @param flightSize bytes sent and not acknowledged
     * @param nowNanos the time
     */
    void onLoss(long flightSize, long nowNanos);

    /**
     * The retransmission timer ran out (RFC 5681 3.1).
     *
     * @param flightSize bytes sent and not acknowledged when it was first set for this data
     * @param nowNanos the time
     */
    void onTimeout(long flightSize, long nowNanos);
}
