package io.tun2socks.it;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** TLS in front of a proxy of the far side; each half of a connection ends on its own. */
final class TlsFront implements AutoCloseable {
    private final X509Bundle certificate;
    private final TcpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(Threads.daemons("tls-front"));

    private TlsFront(Lab lab, int behind) throws Exception {
        certificate = new CertificateBuilder()
                .subject("CN=proxy.test")
                .addSanDnsName("proxy.test")
                .ecp256()
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        server = lab.serve(socket -> {
            SSLSocket secure =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, null, socket.getPort(), true);
            secure.setUseClientMode(false);
            secure.startHandshake();
            try (Socket plain = lab.server().call(() -> {
                Socket open = new Socket();
                open.connect(new InetSocketAddress(Lab.SERVER4, behind), 5_000);
                return open;
            })) {
                CompletableFuture<Void> up = CompletableFuture.runAsync(() -> pump(secure, plain), threads);
                pump(plain, secure);
                up.join();
            }
        });
    }

    /** Starts one for this test. */
    static TlsFront start(Lab lab, int behind) throws Exception {
        return lab.untilTestEnd(new TlsFront(lab, behind));
    }

    private static void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[1 << 14];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                to.getOutputStream().write(buffer, 0, n);
                to.getOutputStream().flush();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One side has gone: the other one's end follows when the connection is closed.
            System.Logger logger = System.getLogger(TlsFront.class.getName());
            logger.log(System.Logger.Level.DEBUG, "a half ended", e);
        }
    }

    int port() {
        return server.port();
    }

    /** The SHA-256 of the certificate, in hex. */
    String fingerprint() throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(certificate.getCertificate().getEncoded()));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
