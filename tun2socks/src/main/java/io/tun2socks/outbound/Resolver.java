package io.tun2socks.outbound;

import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.concurrent.Future;
import io.tun2socks.config.clash.ProxyConfig;
import java.net.InetAddress;
import java.util.List;

/**
 * Finds the addresses of names for the rules, with the system's name servers, over sockets like those of outbounds. Any
 * thread.
 */
public final class Resolver implements AutoCloseable {
    private final NameResolver names;

    /**
     * Makes a resolver; it asks nothing yet.
     *
     * @param settings what its sockets get
     */
    public Resolver(SocketSettings settings) {
        names = new NameResolver(
                new Sockets(settings), DnsServerAddressStreamProviders.platformDefault(), ProxyConfig.IpVersion.DUAL);
    }

    /**
     * Looks a name up.
     *
     * @param loop where the work is done and the future completes
     * @param host a name or an IP literal
     * @return the addresses, preferred ones first; never an empty list; fails if there is none
     */
    public Future<List<InetAddress>> resolve(EventLoop loop, String host) {
        return names.resolve(loop, host);
    }

    @Override
    public void close() {
        names.close();
    }
}
