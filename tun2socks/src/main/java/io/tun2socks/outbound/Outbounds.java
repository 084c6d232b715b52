package io.tun2socks.outbound;

import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.tun2socks.config.clash.ProxyConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes outbounds, from their URL form and from entries of a configuration. */
public final class Outbounds {
    private static final int DEFAULT_SOCKS_PORT = 1080;

    private Outbounds() {}

    /**
     * Makes an outbound; it opens nothing yet.
     *
     * @param url {@code socks5://[user:pass@]host[:port]} (port 1080 if not given; {@code socks5h://} and a bare
     *     {@code host:port} mean the same), {@code http://[user:pass@]host:port}, {@code direct://}, {@code reject://}
     *     or {@code drop://}; user and password are percent-decoded, an IPv6 address stands in brackets
     * @param sockets what every socket gets
     * @return the outbound; to be closed by the caller
     * @throws IllegalArgumentException if the URL is not understood; the message names it without its password and
     *     says what was expected
     */
    public static Outbound parse(String url, SocketSettings sockets) {
        OutboundUrl parts = OutboundUrl.parse(url);
        return switch (parts.scheme()) {
            case "socks5", "socks5h" -> socks5(url, parts, sockets);
            case "http" -> http(url, parts, sockets);
            case "direct" -> {
                requireBare(url, parts);
                yield new DirectOutbound(sockets, DnsServerAddressStreamProviders.platformDefault());
            }
            case "reject" -> {
                requireBare(url, parts);
                yield VerdictOutbound.reject("reject://");
            }
            case "drop" -> {
                requireBare(url, parts);
                yield VerdictOutbound.drop("drop://");
            }
            case "socks4", "socks4a", "ss", "relay", "https" ->
                throw OutboundUrl.invalid(url, "the protocol " + parts.scheme() + " is not supported");
            default -> throw OutboundUrl.invalid(url, "the scheme '" + parts.scheme() + "' is unknown");
        };
    }

    /**
     * Makes the outbound of an entry of {@code proxies}; it opens nothing yet, but reads the files that it names.
     *
     * @param config the entry
     * @param settings what every socket gets, unless the entry says otherwise
     * @param dialers gives the outbound of a name, or null if there is none; asked for a {@code dialer-proxy} each time
     *     it is needed, on any event loop
     * @return the outbound, which goes by the entry's name; to be closed by the caller
     * @throws IllegalArgumentException if a value cannot be used; the message names entry, line and key
     */
    public static Outbound create(ProxyConfig config, SocketSettings settings, Function<String, Outbound> dialers) {
        return ProxyFactory.create(config, settings, dialers);
    }

    /**
     * Makes a chain: the upstream of each hop is reached through the hops before it.
     *
     * @param name the name that the chain goes by
     * @param hops at least one, in the order of the way; each is asked for every connection. They stay with the caller
     * @return the chain; it owns nothing
     * @throws IllegalArgumentException if there is no hop
     */
    public static Outbound relay(String name, List<Supplier<Outbound>> hops) {
        return new RelayOutbound(name, hops);
    }

    private static Outbound socks5(String url, OutboundUrl parts, SocketSettings sockets) {
        requireHost(url, parts);
        OutboundUrl.Credentials credentials = parts.credentials();
        if (credentials != null && (tooLong(credentials.user()) || tooLong(credentials.password()))) {
            throw OutboundUrl.invalid(url, "SOCKS5 allows 255 bytes for the user name and the password each");
        }
        int port = parts.port() == 0 ? DEFAULT_SOCKS_PORT : parts.port();
        return new Socks5Outbound(Upstream.of("socks5", parts.host(), port, sockets), credentials);
    }

    private static Outbound http(String url, OutboundUrl parts, SocketSettings sockets) {
        requireHost(url, parts);
        if (parts.port() == 0) {
            throw OutboundUrl.invalid(url, "an http proxy needs a port (there is no usual one)");
        }
        OutboundUrl.Credentials credentials = parts.credentials();
        if (credentials != null && credentials.user().indexOf(':') >= 0) {
            throw OutboundUrl.invalid(url, "HTTP basic authentication allows no ':' in the user name");
        }
        return new HttpConnectOutbound(Upstream.of("http", parts.host(), parts.port(), sockets), credentials);
    }

    private static boolean tooLong(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length > 255;
    }

    private static void requireHost(String url, OutboundUrl parts) {
        if (parts.host().isEmpty()) {
            throw OutboundUrl.invalid(url, "it names no host");
        }
    }

    private static void requireBare(String url, OutboundUrl parts) {
        if (!parts.host().isEmpty() || parts.port() != 0 || parts.credentials() != null) {
            throw OutboundUrl.invalid(url, "nothing may follow " + parts.scheme() + "://");
        }
    }
}
