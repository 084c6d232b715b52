package io.tun2socks.outbound;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.tun2socks.outbound.OutboundException.Reason;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/** What a failure of TLS means. */
final class TlsFailures {
    private TlsFailures() {}

    /**
     * Translates the failure of a handshake.
     *
     * @param cause what Netty reports, or null if the upstream just closed
     * @return the exception for the flow
     */
    static OutboundException ofHandshake(Upstream upstream, TlsClient tls, Throwable cause) {
        if (cause == null) {
            return upstream.failure(Reason.UPSTREAM_FAILED, "closed the connection during the TLS handshake", null);
        }
        if (find(cause, SslHandshakeTimeoutException.class) != null) {
            return upstream.failure(
                    Reason.TIMED_OUT, "no end of the TLS handshake within " + upstream.timeoutMillis() + " ms", cause);
        }
        if (find(cause, NotSslRecordException.class) != null) {
            return upstream.failure(Reason.UPSTREAM_FAILED, "does not speak TLS", cause);
        }
        CertificatePin.MismatchException mismatch = find(cause, CertificatePin.MismatchException.class);
        if (mismatch != null) {
            return upstream.failure(
                    Reason.UPSTREAM_FAILED, "shows another certificate: " + mismatch.getMessage(), cause);
        }
        if (find(cause, CertificateException.class) != null) {
            return upstream.failure(
                    Reason.UPSTREAM_FAILED,
                    "the certificate of " + tls.peer() + " is not trusted: "
                            + root(cause).getMessage(),
                    cause);
        }
        if (find(cause, ClosedChannelException.class) != null) {
            return upstream.failure(Reason.UPSTREAM_FAILED, "closed the connection during the TLS handshake", cause);
        }
        return upstream.failure(Reason.UPSTREAM_FAILED, "the TLS handshake failed: " + text(cause), cause);
    }

    /** Returns what a failure says, without the layers around it; one of TLS is marked as such. */
    static String text(Throwable cause) {
        SSLException tls = find(cause, SSLException.class);
        if (tls == null) {
            return cause.getMessage();
        }
        return "TLS: " + tls.getMessage() + certificateHint(cause);
    }

    /** A server that wants a certificate says so after TLS 1.3's handshake, and by alerts that differ. */
    private static String certificateHint(Throwable cause) {
        String message = root(cause).getMessage();
        boolean perhaps = message != null
                && (message.contains("certificate_required")
                        || message.contains("bad_certificate")
                        || message.contains("handshake_failure"));
        return perhaps ? " (it may want a client certificate, or another one)" : "";
    }

    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static <T extends Throwable> T find(Throwable cause, Class<T> type) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
