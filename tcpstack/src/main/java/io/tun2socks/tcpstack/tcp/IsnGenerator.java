package io.tun2socks.tcpstack.tcp;

import java.util.random.RandomGenerator;

/**
 * Initial sequence numbers (RFC 6528): a clock of 4 µs ticks plus a keyed hash of the connection's addresses, so that
 * they grow for one pair of endpoints and tell nothing about another. The hash is SipHash-2-4.
 */
final class IsnGenerator {
    private final long key0;
    private final long key1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    /**
     * Draws the key.
     *
     * @param random where from; cryptographically strong in production
     */
    IsnGenerator(RandomGenerator random) {
        key0 = random.nextLong();
        key1 = random.nextLong();
    }

    /** Returns the ISN for a connection now. */
    int next(long srcHi, long srcLo, long dstHi, long dstLo, int ports, long nowNanos) {
        return (int) (nowNanos / 4000) + (int) hash(srcHi, srcLo, dstHi, dstLo, ports);
    }

    /** Returns the keyed hash of a connection's addresses and ports; good for hash tables as well. */
    long hash(long srcHi, long srcLo, long dstHi, long dstLo, int ports) {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        absorb(srcHi);
        absorb(srcLo);
        absorb(dstHi);
        absorb(dstLo);
        absorb((ports & 0xffff_ffffL) | 36L << 56);
        v2 ^= 0xff;
        round();
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private void absorb(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
