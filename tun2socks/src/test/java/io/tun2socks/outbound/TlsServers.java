package io.tun2socks.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tun2socks.config.clash.ProxyConfig.Tls;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Certificates for tests, and the server's side of TLS. */
final class TlsServers {
    /** The authority of the others. */
    static final X509Bundle AUTHORITY;

    /** Another authority, which issued nothing. */
    static final X509Bundle OTHER;

    /** Of proxy.test. */
    static final X509Bundle SERVER;

    /** Of client.test. */
    static final X509Bundle CLIENT;

    static {
        try {
            AUTHORITY = new CertificateBuilder()
                    .subject("CN=authority.test")
                    .setIsCertificateAuthority(true)
                    .ecp256()
                    .buildSelfSigned();
            OTHER = new CertificateBuilder()
                    .subject("CN=other.test")
                    .setIsCertificateAuthority(true)
                    .ecp256()
                    .buildSelfSigned();
            SERVER = new CertificateBuilder()
                    .subject("CN=proxy.test")
                    .addSanDnsName("proxy.test")
                    .ecp256()
                    .buildIssuedBy(AUTHORITY);
            CLIENT =
                    new CertificateBuilder().subject("CN=client.test").rsa2048().buildIssuedBy(AUTHORITY);
        } catch (Exception e) {
            throw new AssertionError("cannot issue certificates", e);
        }
    }

    private TlsServers() {}

    static void asItIs(SSLSocket socket) {
        assertThat(socket.getUseClientMode()).isFalse();
    }

    static SSLContext context(X509Bundle bundle) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                bundle.toKeyManagerFactory().getKeyManagers(), new TrustManager[] {AUTHORITY.toTrustManager()}, null);
        return context;
    }

    /** Agrees to CONNECT inside TLS and goes on. */
    static FakeServer.Script agree(X509Bundle bundle, Consumer<SSLSocket> settings, FakeServer.Script then) {
        return talk -> {
            FakeServer.Talk inside = talk.secure(context(bundle), settings);
            inside.readHead();
            inside.sendText("HTTP/1.1 200 OK\r\n\r\n");
            then.run(inside);
        };
    }

    /** Shakes hands as far as the client does. */
    static FakeServer.Script refused(X509Bundle bundle, Consumer<SSLSocket> settings) throws Exception {
        return refused(context(bundle), settings);
    }

    static FakeServer.Script refused(SSLContext context, Consumer<SSLSocket> settings) {
        return talk -> {
            try {
                talk.secure(context, settings).awaitClose();
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        };
    }

    static String fingerprint(X509Bundle bundle) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(bundle.getCertificate().getEncoded()));
    }

    static Tls pinned(String fingerprint) {
        return new Tls("", false, fingerprint, "", "", List.of());
    }

    static Tls skipping(String sni, List<String> alpn) {
        return new Tls(sni, true, "", "", "", alpn);
    }
}
