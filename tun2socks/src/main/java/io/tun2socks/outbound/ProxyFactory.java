package io.tun2socks.outbound;

import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.tun2socks.config.clash.ProxyConfig;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes outbounds from entries of {@code proxies}. */
final class ProxyFactory {
    private static final Logger log = LoggerFactory.getLogger(ProxyFactory.class);

    /** RFC 1929 2: user name and password have one byte for their length each. */
    private static final int MAX_SOCKS_CREDENTIAL = 255;

    private ProxyFactory() {}

    /** See {@link Outbounds#create}. */
    static Outbound create(ProxyConfig config, SocketSettings settings, Function<String, Outbound> dialers) {
        return create(config, settings, dialers, DnsServerAddressStreamProviders.platformDefault());
    }

    static Outbound create(
            ProxyConfig config,
            SocketSettings settings,
            Function<String, Outbound> dialers,
            DnsServerAddressStreamProvider servers) {
        try {
            if (config.mptcp()) {
                log.warn("proxy '{}': mptcp: is not supported, plain TCP is used", config.name());
            }
            SocketSettings own = settings(config, settings);
            return switch (config.type()) {
                case SOCKS5 -> socks5(config, own, dialers, servers);
                case HTTP -> http(config, own, dialers, servers);
                case DIRECT -> new DirectOutbound(config.name(), own, servers, config.ipVersion(), config.udp());
                case REJECT -> VerdictOutbound.reject(config.name());
                case REJECT_DROP -> VerdictOutbound.drop(config.name());
                case PASS -> VerdictOutbound.pass(config.name());
                case DNS -> VerdictOutbound.dns(config.name());
            };
        } catch (IllegalArgumentException e) {
            String where = config.line() > 0 ? " (line " + config.line() + ")" : "";
            throw new IllegalArgumentException("proxy '" + config.name() + "'" + where + ": " + e.getMessage(), e);
        }
    }

    private static SocketSettings settings(ProxyConfig config, SocketSettings general) {
        return new SocketSettings(
                config.routingMark() != 0 ? config.routingMark() : general.fwmark(),
                config.interfaceName().isEmpty() ? general.interfaceName() : config.interfaceName(),
                general.connectTimeoutMillis(),
                general.tcpConcurrent());
    }

    private static Outbound socks5(
            ProxyConfig config,
            SocketSettings settings,
            Function<String, Outbound> dialers,
            DnsServerAddressStreamProvider servers) {
        requireShort("username", config.username());
        requireShort("password", config.password());
        Upstream upstream = upstream("socks5", config, settings, dialers, servers);
        return new Socks5Outbound(config.name(), upstream, credentials(config), config.udp());
    }

    private static Outbound http(
            ProxyConfig config,
            SocketSettings settings,
            Function<String, Outbound> dialers,
            DnsServerAddressStreamProvider servers) {
        if (config.username().indexOf(':') >= 0) {
            throw new IllegalArgumentException("username: HTTP basic authentication allows no ':' in it");
        }
        HttpConnectHeaders headers = HttpConnectHeaders.of(config.headers(), credentials(config));
        return new HttpConnectOutbound(config.name(), upstream("http", config, settings, dialers, servers), headers);
    }

    private static Upstream upstream(
            String scheme,
            ProxyConfig config,
            SocketSettings settings,
            Function<String, Outbound> dialers,
            DnsServerAddressStreamProvider servers) {
        TlsClient tls = config.tls() == null ? null : new TlsClient(config.tls(), config.server(), config.port());
        DialerRef dialer = config.dialerProxy().isEmpty() ? null : new DialerRef(config.dialerProxy(), dialers);
        return Upstream.of(
                scheme,
                config.server(),
                config.port(),
                settings,
                servers,
                new UpstreamOptions(config.ipVersion(), tls, dialer));
    }

    private static OutboundUrl.Credentials credentials(ProxyConfig config) {
        return config.username().isEmpty() ? null : new OutboundUrl.Credentials(config.username(), config.password());
    }

    private static void requireShort(String key, String value) {
        int length = value.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_SOCKS_CREDENTIAL) {
            throw new IllegalArgumentException(
                    key + ": has " + length + " bytes, SOCKS5 allows " + MAX_SOCKS_CREDENTIAL);
        }
    }
}
