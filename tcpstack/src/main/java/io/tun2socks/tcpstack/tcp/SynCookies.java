package io.tun2socks.tcpstack.tcp;

/**
 * SYN cookies (RFC 4987 3.6): over the bound of half-open connections the answer to a SYN carries all that we would
 * have remembered, and a client that is real brings it back.
 *
 * <p>The ISN holds 5 bits of a clock of 69 s, 3 bits of an MSS table and 24 bits of a keyed hash over both, the
 * addresses and the client's ISN. What else the SYN offered travels in the lowest bits of our timestamp, if the client
 * uses timestamps; without them windows are not scaled and SACK is not used.
 */
final class SynCookies {
    private static final long STEP_NANOS = 1L << 36;

    /** How many steps back a cookie is still good: two, so 137 s at least and 206 s at most. */
    private static final int VALID_STEPS = 2;

    /** What MSS is rounded down to. */
    private static final int[] MSS = {PeerOptions.MIN_MSS, 536, 1220, 1360, 1400, 1440, 1460, 8960};

    private static final int MAC_MASK = 0xff_ffff;
    private static final int NO_SCALE = 0xf;
    private static final int SACK = 0x10;
    private static final int OPTION_BITS = 0x1f;

    private final IsnGenerator hash;
    private boolean used;
    private long lastNanos;

    /**
     * Makes them with a secret.
     *
     * @param hash the keyed hash; of its own, as the ISNs of {@code IsnGenerator} are a hash of the same addresses
     */
    SynCookies(IsnGenerator hash) {
        this.hash = hash;
    }

    /** Returns the ISN that answers a SYN, and remembers that there are cookies about. */
    int isn(FourTuple tuple, int clientIsn, int mss, long nowNanos) {
        used = true;
        lastNanos = nowNanos;
        int index = 0;
        while (index + 1 < MSS.length && MSS[index + 1] <= mss) {
            index++;
        }
        return cookie(tuple, clientIsn, (int) (nowNanos / STEP_NANOS), index);
    }

    /** Tells whether a cookie that was given out may come back. */
    boolean mayReturn(long nowNanos) {
        return used && nowNanos - lastNanos <= (VALID_STEPS + 1) * STEP_NANOS;
    }

    /**
     * Checks what came back.
     *
     * @param cookie SEG.ACK - 1
     * @param clientIsn SEG.SEQ - 1
     * @return the MSS that the SYN had, rounded down, or -1 if this is no cookie of ours, or too old
     */
    int check(FourTuple tuple, int cookie, int clientIsn, long nowNanos) {
        int step = (int) (nowNanos / STEP_NANOS);
        int age = (step - (cookie >>> 27)) & 0x1f;
        int index = cookie >>> 24 & 7;
        return age <= VALID_STEPS && cookie(tuple, clientIsn, step - age, index) == cookie ? MSS[index] : -1;
    }

    private int cookie(FourTuple t, int clientIsn, int step, int mssIndex) {
        long mixed = hash.hash(t.clientHi, t.clientLo, t.targetHi, t.targetLo, t.ports)
                + hash.hash(clientIsn, step, mssIndex, 0, 0) * 0x9e37_79b9_7f4a_7c15L;
        int mac = (int) (hash.hash(mixed, 0, 0, 0, 0) >>> 40) & MAC_MASK;
        return step << 27 | mssIndex << 24 | mac;
    }

    /** Returns the TSval that carries the SYN's other options: at most 31 ms before the clock's value. */
    static int timestamp(int clock, PeerOptions peer) {
        int bits = (peer.windowScaling() ? peer.windowShift() : NO_SCALE) | (peer.sackPermitted() ? SACK : 0);
        int value = (clock & ~OPTION_BITS) | bits;
        return value - clock > 0 ? value - OPTION_BITS - 1 : value;
    }

    /** Reads the options back: from the TSecr of the client's answer. */
    static PeerOptions options(int mss, boolean timestamps, int tsEcr) {
        int scale = tsEcr & NO_SCALE;
        boolean scaling = timestamps && scale != NO_SCALE;
        return new PeerOptions(mss, scaling, scaling ? scale : 0, timestamps && (tsEcr & SACK) != 0, timestamps);
    }
}
