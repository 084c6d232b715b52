package io.tun2socks.outbound;

import io.netty.channel.EventLoop;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Resolves the names that outbounds need themselves: /etc/hosts first, then DNS with sockets that carry mark and
 * interface, so that a query does not loop back into the device. Answers are kept by their TTL.
 *
 * <p>Any thread; one resolver per event loop, made when it is first needed.
 */
final class NameResolver implements AutoCloseable {
    private final Map<EventLoop, DnsNameResolver> resolvers = new ConcurrentHashMap<>();
    private final Sockets sockets;
    private final DnsServerAddressStreamProvider servers;
    private final ResolvedAddressTypes types;

    NameResolver(Sockets sockets, DnsServerAddressStreamProvider servers, IpVersion version) {
        this.sockets = sockets;
        this.servers = servers;
        this.types = switch (version) {
            case DUAL, IPV4_PREFER -> ResolvedAddressTypes.IPV4_PREFERRED;
            case IPV6_PREFER -> ResolvedAddressTypes.IPV6_PREFERRED;
            case IPV4 -> ResolvedAddressTypes.IPV4_ONLY;
            case IPV6 -> ResolvedAddressTypes.IPV6_ONLY;
        };
    }

    /**
     * Resolves a name.
     *
     * @param loop where the work is done and the future completes
     * @param host a name or an IP literal
     * @return the addresses of the families wanted, preferred ones first; never an empty list
     */
    Future<List<InetAddress>> resolve(EventLoop loop, String host) {
        return resolvers.computeIfAbsent(loop, this::newResolver).resolveAll(host);
    }

    private DnsNameResolver newResolver(EventLoop loop) {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(sockets::openDnsDatagram)
                .socketChannelFactory(sockets::openDnsStream)
                // A socket per question: random source ports, and none held while nothing is asked.
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .nameServerProvider(servers)
                .resolvedAddressTypes(types)
                // Half of the time that a connect has, so that a second server gets its turn.
                .queryTimeoutMillis(Math.max(1, sockets.settings().connectTimeoutMillis() / 2))
                .build();
    }

    @Override
    public void close() {
        resolvers.values().forEach(DnsNameResolver::close);
        resolvers.clear();
    }
}
