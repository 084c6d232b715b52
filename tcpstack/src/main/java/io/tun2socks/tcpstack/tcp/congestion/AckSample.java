package io.tun2socks.tcpstack.tcp.congestion;

/** What one acknowledgement of new data tells a congestion control. Reused; valid during the call that hands it over. */
public final class AckSample {
    /** The time in nanoseconds. */
    public long nowNanos;
    /** Bytes newly acknowledged, cumulatively. */
    public long ackedBytes;
    /** Bytes still outstanding after it: SND.NXT - SND.UNA. */
    public long flightSize;
    /**
     * Whether cwnd was what held the sender back during the last round trip; if not, cwnd says nothing of the path and
     * must not grow (RFC 7661).
     */
    public boolean cwndLimited;
    /** The round trip that it measured in nanoseconds, or -1. */
    public long rttNanos;
    /** The smoothed round trip in nanoseconds, 0 if unknown. */
    public long srttNanos;
}
