package io.tun2socks.outbound;

import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import io.tun2socks.config.clash.ProxyConfig.Tls;
import java.util.List;
import java.util.Map;

/** Entries of {@code proxies} for tests, changed one key at a time. */
final class Proxies {
    static final Tls PLAIN_TLS = new Tls("", false, "", "", "", List.of());

    private final ProxyConfig.Type type;
    private final String server;
    private final int port;
    private String name = "p";
    private String username = "";
    private String password = "";
    private Tls tls;
    private boolean udp;
    private Map<String, String> headers = Map.of();
    private IpVersion ipVersion = IpVersion.DUAL;
    private String interfaceName = "";
    private int routingMark;
    private String dialerProxy = "";

    private Proxies(ProxyConfig.Type type, String server, int port) {
        this.type = type;
        this.server = server;
        this.port = port;
    }

    static Proxies of(ProxyConfig.Type type) {
        return new Proxies(type, "", 0);
    }

    static Proxies socks5(String server, int port) {
        return new Proxies(ProxyConfig.Type.SOCKS5, server, port);
    }

    static Proxies http(String server, int port) {
        return new Proxies(ProxyConfig.Type.HTTP, server, port);
    }

    Proxies name(String value) {
        name = value;
        return this;
    }

    Proxies user(String user, String pass) {
        username = user;
        password = pass;
        return this;
    }

    Proxies tls(Tls value) {
        tls = value;
        return this;
    }

    Proxies udp() {
        udp = true;
        return this;
    }

    Proxies headers(Map<String, String> value) {
        headers = value;
        return this;
    }

    Proxies ipVersion(IpVersion value) {
        ipVersion = value;
        return this;
    }

    Proxies interfaceName(String value) {
        interfaceName = value;
        return this;
    }

    Proxies routingMark(int value) {
        routingMark = value;
        return this;
    }

    Proxies dialer(String value) {
        dialerProxy = value;
        return this;
    }

    ProxyConfig config() {
        return new ProxyConfig(
                name,
                type,
                server,
                port,
                username,
                password,
                tls,
                udp,
                headers,
                ipVersion,
                interfaceName,
                routingMark,
                dialerProxy,
                /* mptcp= */ false,
                /* line= */ 7);
    }

    /** Makes the outbound, with 2 s for each step and no other outbounds. */
    Outbound create() {
        return Outbounds.create(config(), new SocketSettings(0, null, 2_000), dialer -> null);
    }
}
