package io.tun2socks.config.clash;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One entry of {@code proxies}.
 *
 * @param name unique among proxies and groups
 * @param type what it is
 * @param server the upstream's name or address; empty for types that have none
 * @param port the upstream's port, 1 to 65535; 0 for types that have none
 * @param username empty if the upstream asks for none
 * @param password empty if there is none
 * @param tls how TLS is spoken to the upstream, or null if it is not
 * @param udp whether UDP may go through it (clash's default is false for socks5, true for direct)
 * @param headers sent with HTTP CONNECT, in order
 * @param ipVersion which addresses are used
 * @param interfaceName the interface to go out by; empty for what is set in general
 * @param routingMark the mark of its packets; 0 for what is set in general
 * @param dialerProxy the proxy or group through which the upstream is reached; empty if directly
 * @param mptcp whether multipath TCP is asked for
 * @param line where it stands in the file, from 1; 0 if unknown
 */
public record ProxyConfig(
        String name,
        Type type,
        String server,
        int port,
        String username,
        String password,
        Tls tls,
        boolean udp,
        Map<String, String> headers,
        IpVersion ipVersion,
        String interfaceName,
        int routingMark,
        String dialerProxy,
        boolean mptcp,
        int line) {
    /** Copies the map, keeping its order. */
    public ProxyConfig {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** The types that this program serves. */
    public enum Type {
        /** {@code socks5}. */
        SOCKS5,
        /** {@code http}. */
        HTTP,
        /** {@code direct}. */
        DIRECT,
        /** {@code reject}. */
        REJECT,
        /** {@code reject-drop}. */
        REJECT_DROP,
        /** {@code pass}. */
        PASS,
        /** {@code dns}: DNS questions are answered by the program. */
        DNS
    }

    /** Clash's {@code ip-version}: which addresses of the upstream, or of a direct destination, are used. */
    public enum IpVersion {
        /** Both, the faster wins. */
        DUAL,
        /** IPv4 only. */
        IPV4,
        /** IPv6 only. */
        IPV6,
        /** Both, IPv4 first. */
        IPV4_PREFER,
        /** Both, IPv6 first. */
        IPV6_PREFER
    }

    /**
     * TLS to the upstream.
     *
     * @param sni the name to ask for and to verify; empty for the server's
     * @param skipCertVerify whether any certificate will do
     * @param fingerprint the SHA-256 of the certificate that the upstream must show, lower-case hex without colons;
     *     empty if the usual authorities decide
     * @param certificate the client's certificate: a file, or PEM text; empty if there is none
     * @param privateKey its key: a file, or PEM text; empty if there is none
     * @param alpn protocols to offer, in order
     */
    public record Tls(
            String sni,
            boolean skipCertVerify,
            String fingerprint,
            String certificate,
            String privateKey,
            List<String> alpn) {
        /** Copies the list. */
        public Tls {
            alpn = List.copyOf(alpn);
        }
    }
}
