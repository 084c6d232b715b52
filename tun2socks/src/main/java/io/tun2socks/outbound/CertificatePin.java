package io.tun2socks.outbound;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the one certificate whose SHA-256 is known, whatever its names, dates and authorities; or, if that is one of
 * the chain's authorities, what it vouches for.
 *
 * <p>A certificate that merely lies in the chain is not enough: anybody can put it there.
 */
final class CertificatePin extends AnyCertificate {
    private final byte[] fingerprint;

    private CertificatePin(byte[] fingerprint) {
        this.fingerprint = fingerprint;
    }

    /**
     * Makes a pin.
     *
     * @param text 64 hexadecimal digits, perhaps with colons between them
     * @throws IllegalArgumentException if it is something else
     */
    static CertificatePin of(String text) {
        String digits = text.replace(":", "").trim().toLowerCase(Locale.ROOT);
        byte[] bytes;
        try {
            bytes = HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException e) {
            throw notAFingerprint(text, e);
        }
        if (bytes.length != 32) {
            throw notAFingerprint(text, null);
        }
        return new CertificatePin(bytes);
    }

    private static IllegalArgumentException notAFingerprint(String text, Throwable cause) {
        return new IllegalArgumentException(
                "fingerprint: '" + text + "' is not the SHA-256 of a certificate: expected 64 hexadecimal digits",
                cause);
    }

    /** Says that a certificate is another one. */
    static final class MismatchException extends CertificateException {
        private static final long serialVersionUID = 1L;

        MismatchException(String message) {
            super(message);
        }
    }

    @Override
    void check(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        if (matches(chain[0])) {
            return;
        }
        for (int i = 1; i < chain.length; i++) {
            if (matches(chain[i])) {
                authority(chain[i]).checkServerTrusted(chain, authType, engine);
                return;
            }
        }
        throw new MismatchException("expected the fingerprint "
                + HexFormat.of().formatHex(fingerprint) + ", got "
                + HexFormat.of().formatHex(sha256(chain[0])) + " of "
                + chain[0].getSubjectX500Principal());
    }

    private boolean matches(X509Certificate certificate) throws CertificateEncodingException {
        return Arrays.equals(fingerprint, sha256(certificate));
    }

    private static byte[] sha256(X509Certificate certificate) throws CertificateEncodingException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** The name is checked, too, if the engine asks for that. */
    private static X509ExtendedTrustManager authority(X509Certificate pinned) throws CertificateException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("pinned", pinned);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager found) {
                    return found;
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("cannot check against the pinned authority: " + e.getMessage(), e);
        }
        throw new CertificateException("the JDK offers no trust manager for TLS");
    }
}
