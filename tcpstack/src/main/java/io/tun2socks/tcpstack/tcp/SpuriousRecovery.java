package io.tun2socks.tcpstack.tcp;

/**
 * Finds out that a recovery was for nothing, because what was taken for lost was only late: by timestamps (Eifel, RFC
 * 3522), by D-SACK of everything that was sent again (RFC 3708), and after a time-out by F-RTO (RFC 5682). The answer
 * is RFC 4015's.
 */
final class SpuriousRecovery {
    private static final long NONE = -1;

    /** SND.UNA when the recovery began. */
    private long marker = NONE;
    /** Bytes sent again of which no D-SACK has told yet. */
    private long unconfirmed;
    /** When something was sent again first, or NONE. */
    private long firstRepair = NONE;
    /** The end of what was sent again. */
    private long repairedEnd;
    /** F-RTO goes on: nothing is known but that the timer ran out. */
    private boolean frto;

    private boolean allDuplicates;

    /** A recovery begins. Repairs that are under way from an earlier one must not be taken for originals. */
    void begin(long una, boolean timeout) {
        marker = una;
        if (una >= repairedEnd) {
            unconfirmed = 0;
            firstRepair = NONE;
        }
        allDuplicates = false;
        frto = timeout;
    }

    /** Says whether F-RTO is to be tried after another time-out of the same recovery. */
    void frto(boolean tried) {
        frto = tried;
    }

    boolean isFrto() {
        return frto;
    }

    /** Nothing is known that could be undone. */
    void end() {
        marker = NONE;
        frto = false;
    }

    /** A segment was sent again. */
    void onRepair(SentSegment segment) {
        unconfirmed += segment.length();
        repairedEnd = Math.max(repairedEnd, segment.end);
        if (firstRepair == NONE) {
            firstRepair = segment.xmitNanos;
        }
    }

    /** The receiver has had some bytes twice. */
    void onDsack(long start, long end) {
        if (marker != NONE && unconfirmed > 0 && start >= marker) {
            unconfirmed = Math.max(unconfirmed - (end - start), 0);
            allDuplicates = unconfirmed == 0;
        }
    }

    /**
     * Tells whether an acknowledgement shows that nothing was lost.
     *
     * @param ack what is known of it
     * @param una SND.UNA after it
     */
    boolean isSpurious(AckState ack, long una) {
        return marker != NONE
                && (allDuplicates || (una > marker && firstRepair != NONE && ack.echoesBefore(firstRepair)));
    }
}
