package io.tun2socks.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Bytes that look random, never repeat and are the same for the same seed: what tests send, so that a byte lost,
 * doubled or moved changes the hash.
 *
 * @param seed what tells one pattern from another
 * @param size its length in bytes
 */
record Pattern(long seed, long size) {
    private static final int CHUNK = 1 << 16;
    private static final ConcurrentMap<Pattern, String> HASHES = new ConcurrentHashMap<>();

    /** A hash and how many bytes went into it. */
    record Digest(String sha256, long bytes) {}

    /** Writes the pattern from its start to its end. */
    void writeTo(OutputStream out) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long left = size;
        for (long index = 0; left > 0; index++) {
            fill(index, chunk);
            int length = (int) Math.min(CHUNK, left);
            out.write(chunk, 0, length);
            left -= length;
        }
    }

    /** The pattern's SHA-256 in hexadecimal. */
    String hash() {
        return HASHES.computeIfAbsent(this, Pattern::computeHash);
    }

    /** The whole pattern; for small ones. */
    byte[] bytes() {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        try {
            writeTo(out);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail to be written", e);
        }
        return out.toByteArray();
    }

    /** Reads up to {@code limit} bytes, or to the end, and hashes them. */
    static Digest digest(InputStream in, long limit) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[CHUNK];
        long total = 0;
        while (total < limit) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, limit - total));
            if (n < 0) {
                break;
            }
            digest.update(buffer, 0, n);
            total += n;
        }
        return new Digest(hex(digest.digest()), total);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private String computeHash() {
        MessageDigest digest = sha256();
        try {
            writeTo(new OutputStream() {
                @Override
                public void write(int b) {
                    digest.update((byte) b);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    digest.update(bytes, offset, length);
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException("a digest cannot fail to be written", e);
        }
        return hex(digest.digest());
    }

    private void fill(long index, byte[] chunk) {
        new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index).nextBytes(chunk);
    }
}
