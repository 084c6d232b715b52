package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.tcp.congestion.CongestionControl;

/** How far cwnd was in use during the last window of data: one that does not limit must not grow (RFC 7661). */
final class CwndUsage {
    /** Whether cwnd held the sender back. */
    private boolean limited;
    /** If not, how much of it was in use. */
    private long maxFlight;
    /** SND.NXT when this was found out: it holds until this is acknowledged. */
    private long untilSeq;

    /**
     * Remembers the strongest sign during a window of data, as Linux does.
     *
     * @param isLimited whether cwnd holds the sender back now
     * @param una SND.UNA
     * @param nxt SND.NXT
     */
    void note(boolean isLimited, long una, long nxt) {
        long flight = nxt - una;
        if (una >= untilSeq || isLimited || (!limited && flight > maxFlight)) {
            limited = isLimited;
            maxFlight = flight;
            untilSeq = nxt;
        }
    }

    /** Whether cwnd may grow. In slow start it is to become twice what is in use. */
    boolean isLimited(CongestionControl congestion) {
        return limited || (congestion.cwnd() < congestion.ssthresh() && congestion.cwnd() < 2 * maxFlight);
    }
}
