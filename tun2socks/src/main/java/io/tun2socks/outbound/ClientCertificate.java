package io.tun2socks.outbound;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client shows of itself in TLS.
 *
 * @param key the private key of the first certificate
 * @param chain the certificate, and those that lead from it to an authority
 */
record ClientCertificate(PrivateKey key, List<X509Certificate> chain) {
    private static final String PEM = "-----BEGIN ";

    /** Copies the list. */
    ClientCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * Reads both parts.
     *
     * @param certificate a file, PEM text, or empty
     * @param privateKey a file, PEM text, or empty
     * @return the certificate, or null if both are empty
     * @throws IllegalArgumentException if one is missing, cannot be read, or they do not belong together; the message
     *     begins with the key of the configuration, and never holds the private key
     */
    static ClientCertificate read(String certificate, String privateKey) {
        if (certificate.isEmpty() && privateKey.isEmpty()) {
            return null;
        }
        if (certificate.isEmpty() || privateKey.isEmpty()) {
            throw new IllegalArgumentException(
                    certificate.isEmpty()
                            ? "certificate: expected one, since there is a private-key"
                            : "private-key: expected one, since there is a certificate");
        }
        List<X509Certificate> chain = chain(text("certificate", certificate), shown("certificate", certificate));
        String keyShown = shown("private-key", privateKey);
        PrivateKey key;
        try {
            key = PrivateKeyPem.parse(text("private-key", privateKey));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(keyShown + ": " + e.getMessage(), e);
        }
        requirePair(key, chain.get(0), keyShown);
        return new ClientCertificate(key, chain);
    }

    private static String shown(String what, String value) {
        return value.contains(PEM) ? what : what + ": " + value;
    }

    private static String text(String what, String value) {
        if (value.contains(PEM)) {
            return value;
        }
        try {
            return Files.readString(Path.of(value), StandardCharsets.ISO_8859_1);
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    what + ": cannot read the file " + value + " (expected a file or PEM text): " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> chain(String pem, String shown) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (PemBlock block : PemBlock.all(pem)) {
                if (block.label().equals("CERTIFICATE")) {
                    chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
                }
            }
        } catch (CertificateException | IllegalArgumentException e) {
            throw new IllegalArgumentException(shown + ": " + e.getMessage(), e);
        }
        if (chain.isEmpty()) {
            throw new IllegalArgumentException(shown + ": holds no certificate (-----BEGIN CERTIFICATE-----)");
        }
        return chain;
    }

    private static void requirePair(PrivateKey key, X509Certificate certificate, String shown) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        byte[] text = "a key and a certificate".getBytes(StandardCharsets.US_ASCII);
        boolean pair;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            pair = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            pair = false;
        }
        if (!pair) {
            throw new IllegalArgumentException(
                    shown + ": is not the key of the certificate " + certificate.getSubjectX500Principal());
        }
    }
}
