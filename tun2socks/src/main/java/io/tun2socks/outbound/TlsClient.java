package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/**
 * TLS to one upstream, by the JDK's engine. Any thread.
 *
 * <p>What takes long in a handshake (key agreement, the check of a certificate's chain) is done by two threads that all
 * upstreams share, so that no event loop waits for it: an RSA chain takes milliseconds, and the first one loads the
 * JDK's authorities, which takes a tenth of a second and more. Their queue holds at most one task for each handshake
 * under way.
 */
final class TlsClient {
    private static final int THREADS = 2;

    private static final long IDLE_SECONDS = 30;

    private static final Executor TASKS = tasks();

    private final SslContext context;
    private final String peer;
    private final int port;
    private final List<SNIServerName> names;
    private final List<String> protocols;

    /**
     * Prepares.
     *
     * @param tls how
     * @param server the upstream's name or address, which is asked for and verified if no other name is given
     * @param port the upstream's port
     * @throws IllegalArgumentException if certificate, key, fingerprint or name cannot be used; the message begins with
     *     the key of the configuration
     */
    TlsClient(ProxyConfig.Tls tls, String server, int port) {
        this.peer = tls.sni().isEmpty() ? server : tls.sni();
        this.port = port;
        this.names = IpAddress.parse(peer).isPresent() ? List.of() : List.of(serverName(peer));
        this.protocols = tls.alpn();
        ClientCertificate own = ClientCertificate.read(tls.certificate(), tls.privateKey());
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        builder.endpointIdentificationAlgorithm("HTTPS");
        if (!tls.fingerprint().isEmpty()) {
            builder.trustManager(CertificatePin.of(tls.fingerprint()));
        } else if (tls.skipCertVerify()) {
            builder.trustManager(AnyCertificate.INSTANCE);
        }
        if (own != null) {
            builder.keyManager(own.key(), own.chain().toArray(new X509Certificate[0]));
        }
        try {
            this.context = builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("tls: " + e.getMessage(), e);
        }
    }

    private static Executor tasks() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("tls-handshake", /* daemon= */ true));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static SNIServerName serverName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        try {
            return new SNIHostName(bytes);
        } catch (IllegalArgumentException e) {
            if (name.isEmpty() || name.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
                throw new IllegalArgumentException("sni: '" + name + "' is not a host name: " + e.getMessage(), e);
            }
            return new OddName(bytes);
        }
    }

    /** A name that the JDK takes for none, such as one with an underscore; there are servers of such names. */
    private static final class OddName extends SNIServerName {
        OddName(byte[] name) {
            super(StandardConstants.SNI_HOST_NAME, name);
        }
    }

    /** Returns the name or address that the upstream's certificate must be for. */
    String peer() {
        return peer;
    }

    /**
     * Begins the handshake on a connected channel whose pipeline ends where TLS is to be.
     *
     * @param upstream who it is with
     * @param listener hears how it went; what it adds to the pipeline speaks through TLS
     */
    void start(Channel channel, Upstream upstream, Upstream.Listener listener) {
        SslHandler handler = context.newHandler(channel.alloc(), peer, port, TASKS);
        handler.setHandshakeTimeoutMillis(upstream.timeoutMillis());
        SSLParameters parameters = handler.engine().getSSLParameters();
        // The JDK would leave out names without a dot.
        parameters.setServerNames(names);
        if (!protocols.isEmpty()) {
            parameters.setApplicationProtocols(protocols.toArray(new String[0]));
        }
        handler.engine().setSSLParameters(parameters);
        channel.pipeline().addLast(handler, new TlsHandshake(upstream, this, listener));
    }
}
