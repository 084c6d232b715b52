package io.tun2socks.outbound;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads private keys in the forms that OpenSSL writes: PKCS #8 (RFC 5208), and the older ones of RSA (RFC 8017 A.1.2)
 * and EC (RFC 5915), which the JDK does not know and which are wrapped into the first.
 */
final class PrivateKeyPem {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;

    /** AlgorithmIdentifier of rsaEncryption with NULL parameters. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    /** The object identifier id-ecPublicKey. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};

    private PrivateKeyPem() {}

    /**
     * Finds the key of a text.
     *
     * @throws IllegalArgumentException if there is none, it is encrypted or not understood
     * @throws GeneralSecurityException if the JDK does not take it
     */
    static PrivateKey parse(String text) throws GeneralSecurityException {
        for (PemBlock block : PemBlock.all(text)) {
            if (block.label().startsWith("ENCRYPTED ")) {
                throw new IllegalArgumentException("is encrypted, expected a key without a password");
            }
            byte[] der = pkcs8(block);
            if (der != null) {
                return ofPkcs8(der);
            }
        }
        throw new IllegalArgumentException("holds no private key (-----BEGIN PRIVATE KEY-----)");
    }

    private static byte[] pkcs8(PemBlock block) {
        return switch (block.label()) {
            case "PRIVATE KEY" -> block.der();
            case "RSA PRIVATE KEY" -> sequence(VERSION_0, RSA, element(OCTET_STRING, block.der()));
            case "EC PRIVATE KEY" ->
                sequence(VERSION_0, sequence(EC, curve(block.der())), element(OCTET_STRING, block.der()));
            default -> null;
        };
    }

    private static PrivateKey ofPkcs8(byte[] der) throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        GeneralSecurityException last = null;
        for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                last = e;
            }
        }
        throw new InvalidKeySpecException("is a key of no kind that is known: expected RSA, EC or Ed25519", last);
    }

    /** Returns the curve's object identifier: the inside of the element [0] of an ECPrivateKey. */
    private static byte[] curve(byte[] der) {
        int[] at = {0};
        int end = enter(der, at, SEQUENCE);
        while (at[0] < end) {
            int tag = der[at[0]] & 0xff;
            int start = at[0];
            int next = enter(der, at, tag);
            if (tag == PARAMETERS) {
                return Arrays.copyOfRange(der, at[0], next);
            }
            if (next <= start) {
                break;
            }
            at[0] = next;
        }
        throw new IllegalArgumentException("is an EC key that does not name its curve");
    }

    /** Moves behind tag and length of an element, and returns where it ends. */
    private static int enter(byte[] der, int[] at, int tag) {
        int index = at[0];
        if (index + 2 > der.length || (der[index] & 0xff) != tag) {
            throw new IllegalArgumentException("is not an EC key");
        }
        int length = der[index + 1] & 0xff;
        index += 2;
        if (length >= 0x80) {
            int bytes = length & 0x7f;
            length = 0;
            if (bytes < 1 || bytes > 2 || index + bytes > der.length) {
                throw new IllegalArgumentException("is not an EC key");
            }
            for (int i = 0; i < bytes; i++) {
                length = (length << 8) | (der[index++] & 0xff);
            }
        }
        if (length > der.length - index) {
            throw new IllegalArgumentException("is cut off");
        }
        at[0] = index;
        return index + length;
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            inside.writeBytes(part);
        }
        return element(SEQUENCE, inside.toByteArray());
    }

    private static byte[] element(int tag, byte[] inside) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (inside.length < 0x80) {
            out.write(inside.length);
        } else if (inside.length < 0x100) {
            out.write(0x81);
            out.write(inside.length);
        } else {
            out.write(0x82);
            out.write(inside.length >> 8);
            out.write(inside.length);
        }
        out.writeBytes(inside);
        return out.toByteArray();
    }
}
