package io.tun2socks.config.clash;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** The keys at the root of a clash configuration, by which one is told from other formats. */
final class ClashKeys {
    /** All of them. */
    static final Set<String> ALL = Set.of(
            "allow-lan",
            "authentication",
            "bind-address",
            "clash-for-android",
            "disable-keep-alive",
            "dns",
            "etag-support",
            "experimental",
            "external-controller",
            "external-controller-cors",
            "external-controller-pipe",
            "external-controller-tls",
            "external-controller-unix",
            "external-doh-server",
            "external-ui",
            "external-ui-name",
            "external-ui-url",
            "find-process-mode",
            "geo-auto-update",
            "geo-update-interval",
            "geodata-loader",
            "geodata-mode",
            "geosite-matcher",
            "geox-url",
            "global-client-fingerprint",
            "global-ua",
            "hosts",
            "inbound-mptcp",
            "inbound-tfo",
            "interface-name",
            "iptables",
            "ipv6",
            "keep-alive-idle",
            "keep-alive-interval",
            "lan-allowed-ips",
            "lan-disallowed-ips",
            "listeners",
            "log-level",
            "mixed-port",
            "mode",
            "ntp",
            "port",
            "profile",
            "proxies",
            "proxy-groups",
            "proxy-providers",
            "redir-port",
            "routing-mark",
            "rule-providers",
            "rules",
            "secret",
            "skip-auth-prefixes",
            "sniffer",
            "socks-port",
            "ss-config",
            "sub-rules",
            "tcp-concurrent",
            "tls",
            "tproxy-port",
            "tuic-server",
            "tun",
            "tunnels",
            "udp-fallback",
            "unified-delay",
            "vmess-config");

    private ClashKeys() {}

    /** Returns the keys at the root of a document, up to where it is no YAML any more. */
    static Set<String> atRoot(byte[] content) {
        Set<String> keys = new LinkedHashSet<>();
        if (content.length > YamlTree.MAX_BYTES) {
            return keys;
        }
        String text = new String(content, StandardCharsets.UTF_8);
        String document = text.startsWith("\ufeff") ? text.substring(1) : text;
        try {
            ParserImpl parser = new ParserImpl(YamlTree.settings(), new StreamReader(YamlTree.settings(), document));
            collect(parser, keys);
        } catch (YamlEngineException e) {
            // What stands before the mistake tells enough; reading it as what it is will name the mistake.
        }
        return keys;
    }

    private static void collect(ParserImpl parser, Set<String> keys) {
        int depth = 0;
        boolean atKey = true;
        while (parser.hasNext() && !parser.checkEvent(Event.ID.DocumentEnd)) {
            Event event = parser.next();
            if (event instanceof CollectionStartEvent) {
                if (depth == 0 && event.getEventId() != Event.ID.MappingStart) {
                    return;
                }
                depth++;
                continue;
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
            boolean node = event instanceof CollectionEndEvent
                    || event.getEventId() == Event.ID.Scalar
                    || event.getEventId() == Event.ID.Alias;
            if (depth == 1 && node) {
                if (atKey && event instanceof ScalarEvent scalar) {
                    keys.add(scalar.getValue());
                }
                atKey = !atKey;
            }
        }
    }
}
