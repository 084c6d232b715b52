package io.tun2socks.outbound.group;

/** The jump consistent hash of Lamping and Veach (2014): with one bucket more, only that one takes keys from others. */
final class JumpHash {
    private JumpHash() {}

    /**
     * Finds the bucket of a key.
     *
     * @param key any bits
     * @param buckets how many there are, at least 1
     * @return 0 to buckets - 1
     */
    static int bucket(long key, int buckets) {
        long state = key;
        long bucket = 0;
        long next = 0;
        while (next < buckets) {
            bucket = next;
            state = state * 2_862_933_555_777_941_757L + 1;
            next = (long) ((bucket + 1) * ((double) (1L << 31) / ((state >>> 33) + 1)));
        }
        return (int) bucket;
    }
}
