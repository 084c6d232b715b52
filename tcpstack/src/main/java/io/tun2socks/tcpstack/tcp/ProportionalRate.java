package io.tun2socks.tcpstack.tcp;

/**
 * Proportional rate reduction (RFC 9937): during fast recovery what is delivered lets out so much that the window has
 * its new size at the end, instead of a silence of half a round trip and a burst.
 */
final class ProportionalRate {
    /** RecoverFS. */
    private long recoverFlight;
    /** ssthresh. */
    private long target;

    private long delivered;
    private long out;
    private long window;

    /**
     * Begins a recovery.
     *
     * @param flight what was in the network before the acknowledgement that shows the loss
     * @param ssthresh the window in the end
     */
    void begin(long flight, long ssthresh) {
        recoverFlight = Math.max(flight, 1);
        target = ssthresh;
        delivered = 0;
        out = 0;
        window = 0;
    }

    /** Counts what is sent. */
    void onSent(long bytes) {
        out += bytes;
    }

    /**
     * Computes the window anew.
     *
     * @param deliveredBytes what an acknowledgement says has arrived
     * @param safe whether it acknowledges something and shows no further loss
     * @param inFlight what is in the network
     * @param mss SMSS
     */
    void onAck(long deliveredBytes, boolean safe, long inFlight, int mss) {
        delivered += deliveredBytes;
        long count;
        if (inFlight > target) {
            count = (delivered * target + recoverFlight - 1) / recoverFlight - out;
        } else {
            count = Math.max(delivered - out, deliveredBytes) + (safe ? mss : 0);
            count = Math.min(count, target - inFlight);
        }
        if (out == 0) {
            // Recovery begins with a repair in any case.
            count = Math.max(count, mss);
        }
        window = inFlight + Math.max(count, 0);
    }

    /** Returns what may be in flight. */
    long window() {
        return window;
    }
}
