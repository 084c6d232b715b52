package io.tun2socks.tcpstack.tcp;

/**
 * RCV.NXT and RCV.WND: what may still come, given what the user has not consumed. The right edge never moves left
 * (RFC 9293 3.8.6.2.1), and moves right only by steps worth telling (RFC 9293 3.8.6.2.2).
 */
final class ReceiveWindow {
    private final int scale;
    private final int maxBudget;
    private int budget;
    private long unconsumed;
    private long nxt;
    /** The right edge that the client knows of. */
    private long advertised;

    private long turnNanos;
    private long consumedInTurn;

    /**
     * Makes the window of a new connection.
     *
     * @param nxt RCV.NXT: the client's ISN + 1
     * @param scale our window shift (RFC 7323 2), 0 to 14
     * @param budget the bytes that may lie unconsumed, to begin with
     * @param maxBudget the most that auto-tuning makes of it
     */
    ReceiveWindow(long nxt, int scale, int budget, int maxBudget) {
        this.nxt = nxt;
        this.advertised = nxt;
        this.scale = scale;
        this.budget = budget;
        this.maxBudget = maxBudget;
    }

    /**
     * Makes the window of a new connection with what is configured, as far as the scale can express it.
     *
     * @param nxt RCV.NXT
     * @param scale our window shift
     */
    static ReceiveWindow of(TcpConfig config, long nxt, int scale) {
        int most = 0xffff << scale;
        return new ReceiveWindow(
                nxt, scale, Math.min(config.receiveBuffer(), most), Math.min(config.maxReceiveBuffer(), most));
    }

    /** Returns RCV.NXT. */
    long nxt() {
        return nxt;
    }

    /** Returns the right edge that the client was told: RCV.NXT + RCV.WND. */
    long edge() {
        return advertised;
    }

    /** Returns the bytes that lie with the user. */
    long unconsumed() {
        return unconsumed;
    }

    /** Returns the bytes that lie with the user, and forgets them. */
    long close() {
        long left = unconsumed;
        unconsumed = 0;
        return left;
    }

    /** Data has come in order and lies with the user now. */
    void onDelivered(int bytes) {
        nxt += bytes;
        unconsumed += bytes;
    }

    /** A FIN has come in order: it takes a sequence number and no room. */
    void onFin() {
        nxt++;
    }

    /**
     * The user has no more use for bytes.
     *
     * @param bytes how many
     * @param nowNanos the time
     * @param srttNanos the round trip, or 0 if not known
     * @param mayGrow whether there is memory for a larger window
     */
    void onConsumed(int bytes, long nowNanos, long srttNanos, boolean mayGrow) {
        unconsumed -= bytes;
        consumedInTurn += bytes;
        if (nowNanos - turnNanos > srttNanos) {
            // Four times what a round trip brings: a client in slow start doubles, and the window is told one later.
            if (mayGrow && srttNanos > 0 && turnNanos != 0) {
                budget = (int) Math.min(Math.max(4 * consumedInTurn, budget), maxBudget);
            }
            consumedInTurn = 0;
            turnNanos = nowNanos;
        }
    }

    /**
     * Tells whether the window has opened so far that the client should hear of it now.
     *
     * @param mss the client's full segment
     * @param most the most that the budget may be at the moment
     */
    boolean shouldUpdate(int mss, int most) {
        int allowed = Math.min(budget, most);
        long gain = nxt + allowed - unconsumed - advertised;
        return gain >= Math.min(Math.max(2L * mss, allowed / 4), allowed / 2)
                || (gain >= mss && advertised - nxt < mss);
    }

    /**
     * Fixes the window that goes out with the segment being built, and remembers it.
     *
     * @param mss the client's full segment
     * @param most the most that the budget may be at the moment
     * @return the window field of the header
     */
    int advertise(int mss, int most) {
        long room = Math.max(budget - unconsumed, 0);
        long known = advertised - nxt;
        int allowed = Math.min(budget, most);
        long free = Math.max(allowed - unconsumed, 0);
        if (free > known && free - known < Math.min(mss, allowed / 2)) {
            free = known;
        }
        long offered = free >> scale;
        if (offered << scale < known) {
            // Rounded up, so that the edge does not move left by the granularity of the scale. That moves it right a
            // little with each acknowledgement; within bounds, or tiny segments would never see the window close.
            long up = (known + (1L << scale) - 1) >> scale;
            offered = (up << scale) - room <= budget / 8 ? up : known >> scale;
        }
        offered = Math.min(offered, 0xffff);
        advertised = Math.max(advertised, nxt + (offered << scale));
        return (int) offered;
    }

    /** The window field of a SYN-ACK, which is never scaled (RFC 7323 2.2). */
    int advertiseUnscaled() {
        int offered = (int) Math.min(Math.max(budget - unconsumed, 0), 0xffff);
        advertised = Math.max(advertised, nxt + offered);
        return offered;
    }
}
