package io.tun2socks.http;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLException;

/** TLS as a client that trusts the usual authorities and verifies the server's name. Any thread. */
final class ClientTls {
    private volatile SslContext context;

    /** Makes TLS whose authorities are read when they are first needed: that takes a while. */
    ClientTls() {}

    /** Makes TLS with other authorities. */
    ClientTls(SslContext context) {
        this.context = context;
    }

    SslHandler newHandler(Channel channel, HttpUrl url) throws SSLException {
        SslContext made = context;
        if (made == null) {
            made = SslContextBuilder.forClient()
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
            context = made;
        }
        SslHandler handler = made.newHandler(channel.alloc(), url.host(), url.port());
        // The time of the whole exchange is limited.
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }
}
