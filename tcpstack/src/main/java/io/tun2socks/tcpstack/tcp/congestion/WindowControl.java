package io.tun2socks.tcpstack.tcp.congestion;

/** What window-based congestion controls share: slow start, restart after idle time, undo. */
abstract class WindowControl implements CongestionControl {
    private static final long NO_UNDO = 0;

    private int mss;
    private long cwnd;
    private long ssthresh = Long.MAX_VALUE;
    private long undoCwnd = NO_UNDO;
    private long undoSsthresh;

    WindowControl(int mss) {
        this.mss = mss;
        this.cwnd = initialWindow();
    }

    /** IW (RFC 6928 2). */
    private long initialWindow() {
        return Math.min(10L * mss, Math.max(2L * mss, 14600));
    }

    final int mss() {
        return mss;
    }

    @Override
    public final long cwnd() {
        return cwnd;
    }

    @Override
    public final long ssthresh() {
        return ssthresh;
    }

    final void grow(long bytes) {
        cwnd += bytes;
    }

    final boolean inSlowStart() {
        return cwnd < ssthresh;
    }

    /** Leaves slow start with the window as it is. */
    final void endSlowStart() {
        ssthresh = cwnd;
    }

    /**
     * Grows by what was acknowledged, up to ssthresh. The whole of a stretch acknowledgement counts, as in Linux: one
     * acknowledgement stands for up to 44 segments here, and slow start would crawl with the limit of RFC 3465.
     *
     * @return what is left of it for congestion avoidance
     */
    final long slowStart(long bytes) {
        long grown = Math.min(bytes, ssthresh - cwnd);
        cwnd += grown;
        return bytes - grown;
    }

    /** Remembers the state for {@link #undo} and reduces the window. */
    final void reduce(long newSsthresh, long newCwnd) {
        undoCwnd = cwnd;
        undoSsthresh = ssthresh;
        ssthresh = Math.max(newSsthresh, 2L * mss);
        cwnd = newCwnd < 0 ? ssthresh : newCwnd;
    }

    @Override
    public final void onTimeout(long flightSize, long inFlight, boolean first, long nowNanos) {
        // The loss window is one segment (RFC 5681 3.1) on top of what is in the network and not late.
        long lossWindow = inFlight + mss;
        if (first) {
            beforeTimeout();
            reduce(reducedWindow(flightSize), lossWindow);
        } else {
            cwnd = lossWindow;
        }
    }

    /** Returns the window after a loss. */
    abstract long reducedWindow(long flightSize);

    /** The first time-out of some data is about to reduce the window. */
    abstract void beforeTimeout();

    @Override
    public void undo() {
        if (undoCwnd != NO_UNDO) {
            cwnd = Math.max(cwnd, undoCwnd);
            ssthresh = Math.max(ssthresh, undoSsthresh);
            undoCwnd = NO_UNDO;
        }
    }

    @Override
    public void onIdle() {
        if (cwnd > initialWindow()) {
            // Slow start leads back to where the path was known to be fine (RFC 2861 3).
            if (!inSlowStart()) {
                ssthresh = Math.max(ssthresh, cwnd / 4 * 3);
            }
            cwnd = initialWindow();
        }
    }

    @Override
    public final void onHandshakeTimeout() {
        cwnd = mss;
    }

    @Override
    public final void onMssReduced(int newMss) {
        mss = newMss;
    }
}
