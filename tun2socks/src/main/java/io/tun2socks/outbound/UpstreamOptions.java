package io.tun2socks.outbound;

import io.tun2socks.config.clash.ProxyConfig.IpVersion;

/**
 * How an upstream is reached, beyond its sockets.
 *
 * @param ipVersion which of its addresses are used
 * @param tls the TLS that is spoken to it, or null
 * @param dialer the outbound through which it is reached, or null if directly
 */
record UpstreamOptions(IpVersion ipVersion, TlsClient tls, DialerRef dialer) {
    /** Any address, no TLS, directly. */
    static final UpstreamOptions PLAIN = new UpstreamOptions(IpVersion.DUAL, null, null);
}
