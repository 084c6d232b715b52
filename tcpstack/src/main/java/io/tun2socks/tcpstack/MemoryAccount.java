package io.tun2socks.tcpstack;

/**
 * The payload bytes that all flows of a stack hold together, and their ceiling ({@link StackConfig#memoryLimit}). Nothing
 * is refused here: at the ceiling new flows are, windows get small, and what comes out of order is dropped, so that the
 * sum falls. Confined to the stack's thread; {@link #used} may be read by any, and may be slightly old then.
 */
public final class MemoryAccount {
    private final long limit;
    private long used;

    /**
     * Makes an empty account.
     *
     * @param limit the ceiling in bytes, positive
     */
    public MemoryAccount(long limit) {
        this.limit = limit;
    }

    /** Bytes are held from now on. */
    public void take(long bytes) {
        used += bytes;
    }

    /** Bytes that were taken are held no longer. */
    public void give(long bytes) {
        used -= bytes;
        assert used >= 0 : "more given back than taken: " + used;
    }

    /** Returns the bytes held. */
    public long used() {
        return used;
    }

    /** Tells whether the ceiling is reached. */
    public boolean isFull() {
        return used >= limit;
    }

    /** Tells whether the ceiling is near: nothing should grow any more. */
    public boolean isTight() {
        return used >= limit / 4 * 3;
    }
}
