package io.tun2socks.tcpstack.icmp;

import java.util.Arrays;

/**
 * Token buckets for the ICMP errors that we send (RFC 1812 4.3.2.8, RFC 4443 2.4 (f)): one for all, and one for each
 * client, so that one which provokes errors leaves some for the others. Clients that share a hash share a bucket.
 */
final class ErrorLimiter {
    /** Errors per second, and at once, to one client: a scan of unreachable addresses is told what it asks. */
    static final int PER_CLIENT = 250;
    /** The same to all: no second sees more than 1,000, which is what Linux sends. */
    static final int ALL = 500;

    private static final int BUCKETS = 256;
    private static final long SECOND = 1_000_000_000L;

    /** Each bucket as the time at which it will be full: one long is all its state. */
    private final long[] fullAt = new long[BUCKETS + 1];

    ErrorLimiter(long nowNanos) {
        Arrays.fill(fullAt, nowNanos);
    }

    /**
     * Asks for an error to be sent.
     *
     * @return whether it may
     */
    boolean tryAcquire(long clientHi, long clientLo, long nowNanos) {
        long mixed = (clientHi ^ clientLo * 0x9e3779b97f4a7c15L) * 0xff51afd7ed558ccdL;
        int client = (int) (mixed >>> 32) & (BUCKETS - 1);
        if (!has(client, PER_CLIENT, nowNanos) || !has(BUCKETS, ALL, nowNanos)) {
            return false;
        }
        take(client, PER_CLIENT, nowNanos);
        take(BUCKETS, ALL, nowNanos);
        return true;
    }

    private boolean has(int bucket, int rate, long nowNanos) {
        return fullAt[bucket] - nowNanos <= SECOND - SECOND / rate;
    }

    private void take(int bucket, int rate, long nowNanos) {
        fullAt[bucket] = (fullAt[bucket] - nowNanos > 0 ? fullAt[bucket] : nowNanos) + SECOND / rate;
    }
}
