package io.tun2socks.config.clash;

import io.tun2socks.config.NearMiss;
import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads lists of proxies: {@code proxies}, and the payload and files of proxy providers. */
final class ProxyReader {
    private static final Map<String, ProxyConfig.Type> TYPES = Words.of(ProxyConfig.Type.values());
    /** Words that override and proxies have for {@code ip-version}. */
    static final Map<String, IpVersion> IP_VERSIONS = Words.of(IpVersion.values());

    private static final Set<String> OTHER_TYPES = Set.of(
            "ss",
            "ssr",
            "vmess",
            "vless",
            "snell",
            "trojan",
            "hysteria",
            "hysteria2",
            "hy2",
            "wireguard",
            "tuic",
            "ssh",
            "mieru",
            "anytls",
            "masque",
            "sudoku",
            "trusttunnel");
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
    private static final int MAX_PORT = 65535;

    private final Findings findings;
    private final boolean skipUnsupported;
    private final Set<String> leftOut = new LinkedHashSet<>();

    ProxyReader(Findings findings, boolean skipUnsupported) {
        this.findings = findings;
        this.skipUnsupported = skipUnsupported;
    }

    /** Returns the names of the proxies that were left out so far. */
    Set<String> leftOut() {
        return leftOut;
    }

    /**
     * Reads proxies.
     *
     * @param items the elements of the list
     * @param ofProvider whether they come from a provider, whose names are a matter of its own
     * @return those that are served, in order
     */
    List<ProxyConfig> read(List<Item> items, boolean ofProvider) {
        Map<String, ProxyConfig> proxies = new LinkedHashMap<>();
        for (Item item : items) {
            Fields fields = Fields.of(item, Fields.Style.LOOSE, findings);
            read(fields).ifPresent(proxy -> add(proxies, proxy, fields, ofProvider));
        }
        return new ArrayList<>(proxies.values());
    }

    private void add(Map<String, ProxyConfig> proxies, ProxyConfig proxy, Fields fields, boolean ofProvider) {
        String name = proxy.name();
        if (ofProvider) {
            if (proxies.putIfAbsent(name, proxy) != null) {
                fields.remark(
                        "name", "there is another proxy " + Findings.quote(name) + " before; this one is left out");
            }
            return;
        }
        if (ReservedNames.forProxy(name)) {
            fields.error("name", Findings.quote(name) + " is reserved; expected another name");
            return;
        }
        ProxyConfig before = proxies.putIfAbsent(name, proxy);
        if (before != null) {
            fields.error(
                    "name",
                    "there is another proxy " + Findings.quote(name) + " in line " + before.line()
                            + "; expected a name that is there once");
        }
    }

    private Optional<ProxyConfig> read(Fields fields) {
        String name = fields.text("name", "");
        if (name.isEmpty()) {
            fields.error("name", "there is none; expected a name for the proxy");
        }
        Optional<ProxyConfig.Type> type = type(fields, name);
        if (type.isEmpty() || name.isEmpty()) {
            return Optional.empty();
        }
        ProxyConfig proxy = proxy(fields, name, type.get());
        fields.finish();
        return Optional.of(proxy);
    }

    private Optional<ProxyConfig.Type> type(Fields fields, String name) {
        String text = fields.text("type", "");
        ProxyConfig.Type type = TYPES.get(text);
        if (type != null) {
            return Optional.of(type);
        }
        String expected = "; expected one of " + String.join(", ", TYPES.keySet());
        String quoted = Findings.quote(name);
        String of = name.isEmpty() ? "" : " of the proxy " + quoted;
        if (text.isEmpty()) {
            fields.error("type", "there is none" + (name.isEmpty() ? "" : " in the proxy " + quoted) + expected);
            return Optional.empty();
        }
        Optional<String> near = NearMiss.of(text, TYPES.keySet());
        boolean other = OTHER_TYPES.contains(text.toLowerCase(Locale.ROOT));
        if (!name.isEmpty()) {
            // Also beside an error: that groups name it is no error of its own.
            leftOut.add(name);
        }
        if (skipUnsupported && (other || near.isEmpty()) && !name.isEmpty()) {
            fields.remark(
                    "type",
                    "the proxy " + quoted + " is left out, since the type " + Findings.quote(text) + " is not served");
            return Optional.empty();
        }
        String problem = other ? " is not served" : " is not known";
        String hint = other ? "" : NearMiss.hint(text, TYPES.keySet(), "");
        fields.error("type", "the type " + Findings.quote(text) + of + problem + expected + hint);
        return Optional.empty();
    }

    private ProxyConfig proxy(Fields fields, String name, ProxyConfig.Type type) {
        boolean upstream = type == ProxyConfig.Type.SOCKS5 || type == ProxyConfig.Type.HTTP;
        fields.known("tfo");
        if (upstream) {
            fields.known("smux", "client-fingerprint", "udp-over-tcp");
        }
        return new ProxyConfig(
                name,
                type,
                upstream ? server(fields) : "",
                upstream ? port(fields) : 0,
                upstream ? fields.text("username", "") : "",
                upstream ? fields.text("password", "") : "",
                upstream ? tls(fields) : null,
                udp(fields, type),
                type == ProxyConfig.Type.HTTP ? headers(fields) : Map.of(),
                fields.choice("ip-version", IpVersion.DUAL, IP_VERSIONS),
                fields.text("interface-name", ""),
                fields.integer("routing-mark", 0, Integer.MIN_VALUE, Integer.MAX_VALUE),
                fields.text("dialer-proxy", ""),
                fields.bool("mptcp", false),
                fields.line());
    }

    /** HTTP CONNECT carries no UDP; what has no upstream always takes it. */
    private static boolean udp(Fields fields, ProxyConfig.Type type) {
        boolean set = fields.bool("udp", type != ProxyConfig.Type.SOCKS5 && type != ProxyConfig.Type.HTTP);
        if (type == ProxyConfig.Type.HTTP && set) {
            fields.remark("udp", "HTTP CONNECT carries no UDP, so this has no effect");
        }
        return type != ProxyConfig.Type.HTTP && set;
    }

    private static String server(Fields fields) {
        String server = fields.text("server", "");
        if (server.isEmpty() || server.indexOf(' ') >= 0 || server.indexOf('/') >= 0) {
            String problem = server.isEmpty() ? "there is none" : Findings.quote(server) + " is not understood";
            fields.error("server", problem + "; expected a name or an address, such as proxy.example.com or 10.0.0.1");
        }
        boolean bracketed = server.startsWith("[") && server.endsWith("]");
        return bracketed ? server.substring(1, server.length() - 1) : server;
    }

    private static int port(Fields fields) {
        if (!fields.has("port")) {
            fields.error("port", "there is none; expected a number, 1 to " + MAX_PORT);
            return 0;
        }
        return fields.integer("port", 0, 1, MAX_PORT);
    }

    private static ProxyConfig.Tls tls(Fields fields) {
        boolean tls = fields.bool("tls", false);
        ProxyConfig.Tls settings = new ProxyConfig.Tls(
                fields.text("sni", ""),
                fields.bool("skip-cert-verify", false),
                fields.parsed("fingerprint", "", "a fingerprint", ProxyReader::fingerprint),
                fields.text("certificate", ""),
                fields.text("private-key", ""),
                fields.texts("alpn", List.of()));
        if (settings.certificate().isEmpty() != settings.privateKey().isEmpty()) {
            boolean lacksKey = settings.privateKey().isEmpty();
            fields.error(
                    lacksKey ? "certificate" : "private-key",
                    "there is no " + (lacksKey ? "private-key" : "certificate") + " beside it; expected both or none");
        }
        return tls ? settings : null;
    }

    private static String fingerprint(String text) {
        String hex = text.replace(":", "").strip().toLowerCase(Locale.ROOT);
        if (!hex.isEmpty() && !FINGERPRINT.matcher(hex).matches()) {
            throw new IllegalArgumentException(Findings.quote(text)
                    + " is not a fingerprint; expected the SHA-256 of a certificate, 64 hexadecimal digits");
        }
        return hex;
    }

    private static Map<String, String> headers(Fields fields) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Item item : fields.named("headers")) {
            if (item.node() instanceof ScalarNode scalar) {
                headers.put(item.name(), scalar.getValue());
            } else {
                String found = "found " + YamlTree.kind(item.node()) + "; expected a text";
                fields.findings().error(item.line(), item.path(), found);
            }
        }
        return headers;
    }
}
