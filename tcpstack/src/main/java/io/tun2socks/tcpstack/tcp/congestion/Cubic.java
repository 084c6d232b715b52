package io.tun2socks.tcpstack.tcp.congestion;

/**
 * CUBIC (RFC 9438), counting bytes. Slow start is HyStart++ until the first loss. As in Linux the window is reduced
 * from cwnd and not from the flight size (4.6 allows it): cwnd grows only while it is what limits the sender, and it
 * falls after idle time, so that it cannot run away from what was in use.
 *
 * <p>Without pacing: a burst is never more than the acknowledgement that allows it, or the restart window.
 */
public final class Cubic extends WindowControl {
    /** C, in segments per second cubed. */
    private static final double C = 0.4;

    static final double BETA = 0.7;
    /** What makes the friendly window as large as Reno's on average (4.3). */
    static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

    private static final double NANOS = 1e9;

    /** Lives from the first acknowledgement in slow start to its end. */
    private HyStart hyStart;
    /** What congestion avoidance needs; null in the first slow start. */
    private Curve curve;
    /** The curve before the last reduction. */
    private Curve undoCurve;

    /** The state of a congestion avoidance (4.1); windows in bytes. */
    private static final class Curve {
        /** W_max; 0 if the next epoch is to begin at its plateau. */
        double wMax;
        /** cwnd_prior: when the friendly window has grown to this it grows as fast as Reno's. */
        double cwndPrior;

        boolean running;
        long epochStart;
        double k;
        /** W_max of this epoch. */
        double plateau;
        /** W_est. */
        double friendly;
        /** Growth that is not a whole byte yet. */
        double credit;
        /** When an acknowledgement came last. */
        long lastAck;

        Curve copy() {
            Curve copy = new Curve();
            copy.wMax = wMax;
            copy.cwndPrior = cwndPrior;
            copy.running = running;
            copy.epochStart = epochStart;
            copy.k = k;
            copy.plateau = plateau;
            copy.friendly = friendly;
            copy.lastAck = lastAck;
            return copy;
        }
    }

    /**
     * Makes one in slow start.
     *
     * @param mss SMSS: the most payload of a segment
     */
    public Cubic(int mss) {
        super(mss);
    }

    /**
     * Returns K: when the curve reaches its plateau (4.2, figure 2).
     *
     * @param wMax W_max in segments
     * @param cwndEpoch cwnd at the beginning of the epoch, in segments, at most W_max
     * @return seconds since the beginning of the epoch
     */
    static double k(double wMax, double cwndEpoch) {
        return Math.cbrt((wMax - cwndEpoch) / C);
    }

    /**
     * Returns W_cubic(t) (4.2, figure 1).
     *
     * @param t seconds since the beginning of the epoch
     * @param k K in seconds
     * @param wMax W_max in segments
     * @return a window in segments
     */
    static double window(double t, double k, double wMax) {
        double d = t - k;
        return C * d * d * d + wMax;
    }

    @Override
    public void onAck(AckSample ack) {
        if (!ack.cwndLimited) {
            pause(ack.nowNanos);
            return;
        }
        long left = ack.ackedBytes;
        if (inSlowStart()) {
            left = firstSlowStart() ? hyStart(ack) : slowStart(left);
        }
        if (left > 0) {
            avoid(left, ack);
        }
    }

    private boolean firstSlowStart() {
        return ssthresh() == Long.MAX_VALUE;
    }

    private long hyStart(AckSample ack) {
        if (hyStart == null) {
            hyStart = new HyStart();
        }
        long growth = hyStart.onAck(ack);
        if (growth >= 0) {
            return slowStart(growth);
        }
        hyStart = null;
        endSlowStart();
        return ack.ackedBytes;
    }

    /** Time in which cwnd is not in use does not count (5.8). */
    private void pause(long now) {
        if (curve != null) {
            if (curve.running) {
                curve.epochStart += now - curve.lastAck;
            }
            curve.lastAck = now;
        }
    }

    private void avoid(long acked, AckSample ack) {
        if (curve == null) {
            curve = new Curve();
        }
        if (!curve.running) {
            begin(ack.nowNanos);
        }
        curve.lastAck = ack.nowNanos;
        double cwnd = cwnd();
        double share = acked / cwnd;
        curve.friendly += (curve.friendly < curve.cwndPrior ? ALPHA : 1) * mss() * share;
        double t = (ack.nowNanos - curve.epochStart) / NANOS;
        double wanted;
        if (windowAt(t) < curve.friendly) {
            wanted = curve.friendly - cwnd;
        } else {
            double target = Math.min(windowAt(t + ack.srttNanos / NANOS), 1.5 * cwnd);
            wanted = (target - cwnd) * Math.min(share, 1);
        }
        if (wanted > 0) {
            curve.credit += wanted;
            long whole = (long) curve.credit;
            curve.credit -= whole;
            grow(whole);
        }
    }

    private double windowAt(double t) {
        return window(t, curve.k, curve.plateau / mss()) * mss();
    }

    private void begin(long now) {
        curve.running = true;
        curve.epochStart = now;
        curve.friendly = cwnd();
        curve.credit = 0;
        if (cwnd() < curve.wMax) {
            curve.k = k(curve.wMax / mss(), (double) cwnd() / mss());
            curve.plateau = curve.wMax;
        } else {
            curve.k = 0;
            curve.plateau = cwnd();
        }
    }

    @Override
    public void onLoss(long flightSize, long nowNanos) {
        beginReduction();
        // Fast convergence (4.7): a flow that loses below its last maximum makes room for others.
        curve.wMax = cwnd() < curve.wMax ? cwnd() * (1 + BETA) / 2 : cwnd();
        reduce(reducedWindow(flightSize), -1);
    }

    private void beginReduction() {
        if (curve == null) {
            curve = new Curve();
        }
        undoCurve = curve.copy();
        curve.running = false;
        curve.cwndPrior = cwnd();
        hyStart = null;
    }

    @Override
    long reducedWindow(long flightSize) {
        return (long) (cwnd() * BETA);
    }

    @Override
    void beforeTimeout() {
        beginReduction();
        // 4.8: after a time-out the curve begins at its plateau.
        curve.wMax = 0;
    }

    @Override
    public void undo() {
        super.undo();
        if (undoCurve != null) {
            curve = undoCurve;
            undoCurve = null;
        }
    }

    @Override
    public void onIdle() {
        super.onIdle();
        if (curve != null) {
            curve.running = false;
        }
    }
}
