package io.tun2socks.rules.model;

import java.util.Locale;
import java.util.Optional;

/** How a flow came to us; the names are those that clash's IN-TYPE rules know. */
public enum InboundType {
    /** An HTTP proxy request in absolute form. */
    HTTP,
    /** An HTTP proxy's CONNECT. */
    HTTPS,
    /** A SOCKS4 or SOCKS4a request. */
    SOCKS4,
    /** A SOCKS5 request. */
    SOCKS5,
    /** A Shadowsocks listener; known to rules only. */
    SHADOWSOCKS,
    /** A VMess listener; known to rules only. */
    VMESS,
    /** A VLESS listener; known to rules only. */
    VLESS,
    /** A connection redirected by netfilter's REDIRECT. */
    REDIR,
    /** A connection redirected by netfilter's TPROXY. */
    TPROXY,
    /** A Trojan listener; known to rules only. */
    TROJAN,
    /** A static tunnel. */
    TUNNEL,
    /** The TUN or TAP device. */
    TUN,
    /** A TUIC listener; known to rules only. */
    TUIC,
    /** A Hysteria2 listener; known to rules only. */
    HYSTERIA2,
    /** An AnyTLS listener; known to rules only. */
    ANYTLS,
    /** The program itself: downloads of rule sets, health checks. */
    INNER;

    /**
     * Finds a type by its name.
     *
     * @param name in any case
     * @return the type, if there is one of that name
     */
    public static Optional<InboundType> of(String name) {
        for (InboundType type : values()) {
            if (type.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
