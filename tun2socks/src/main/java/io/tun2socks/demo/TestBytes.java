package io.tun2socks.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * A stream of bytes that is the same in every run: a block of noise, repeated. The block's length is a prime number, so
 * that a piece lost or moved by any power of two shows.
 */
final class TestBytes {
    static final int BLOCK = 65_521;

    private static final byte[] NOISE = noise();
    private static final ByteBuf DIRECT_NOISE = Unpooled.directBuffer(BLOCK).writeBytes(NOISE);

    private TestBytes() {}

    private static byte[] noise() {
        byte[] bytes = new byte[BLOCK];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** Returns the first bytes of a block, at most a whole one; costs no copy, releasing it is without effect. */
    static ByteBuf block(long length) {
        return Unpooled.unreleasableBuffer(DIRECT_NOISE.slice(0, (int) Math.min(length, BLOCK)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Returns the SHA-256 of the stream's first bytes, in hexadecimal. */
    static String sha256(long length) {
        MessageDigest digest = sha256();
        for (long left = length; left > 0; left -= BLOCK) {
            digest.update(NOISE, 0, (int) Math.min(left, BLOCK));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
