package io.tun2socks.tcpstack.tcp.congestion;

/** Slow start, congestion avoidance and multiplicative decrease (RFC 5681), counting bytes (RFC 3465), IW10 (RFC 6928). */
public final class NewReno extends WindowControl {
    private long ackedInAvoidance;

    /**
     * Makes one in slow start.
     *
     * @param mss SMSS: the most payload of a segment
     */
    public NewReno(int mss) {
        super(mss);
    }

    @Override
    public void onAck(AckSample ack) {
        if (!ack.cwndLimited) {
            return;
        }
        long left = inSlowStart() ? slowStart(ack.ackedBytes) : ack.ackedBytes;
        if (left > 0) {
            ackedInAvoidance += left;
            while (ackedInAvoidance >= cwnd()) {
                ackedInAvoidance -= cwnd();
                grow(mss());
            }
        }
    }

    @Override
    public void onLoss(long flightSize, long nowNanos) {
        reduce(reducedWindow(flightSize), -1);
        ackedInAvoidance = 0;
    }

    @Override
    long reducedWindow(long flightSize) {
        return flightSize / 2;
    }

    @Override
    void beforeTimeout() {
        ackedInAvoidance = 0;
    }
}
