package io.tun2socks.config.clash;

import io.tun2socks.config.NearMiss;
import io.tun2socks.config.clash.SnifferConfig.Protocol;
import io.tun2socks.config.clash.SnifferConfig.Sniff;
import io.tun2socks.rules.model.Ranges;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads {@code sniffer}. */
final class SnifferReader {
    private static final Map<String, Protocol> PROTOCOLS = Words.of(Protocol.values());

    private SnifferReader() {}

    static SnifferConfig read(Fields root) {
        Fields sniffer = root.section("sniffer");
        SnifferConfig config = new SnifferConfig(
                sniffer.bool("enable", false),
                sniffer.bool("force-dns-mapping", true),
                sniffer.bool("parse-pure-ip", true),
                sniff(sniffer),
                sniffer.texts("force-domain", List.of()),
                sniffer.texts("skip-domain", List.of()),
                sniffer.texts("skip-src-address", List.of()),
                sniffer.texts("skip-dst-address", List.of()),
                sniffer.line());
        sniffer.finish();
        return config;
    }

    private static Map<Protocol, Sniff> sniff(Fields sniffer) {
        boolean override = sniffer.bool("override-destination", true);
        List<Protocol> old = sniffer.parsedList("sniffing", List.of(), SnifferReader::protocol);
        Ranges oldPorts = ports(sniffer, "port-whitelist");
        Map<Protocol, Sniff> found = new EnumMap<>(Protocol.class);
        for (Item item : sniffer.named("sniff")) {
            Fields fields = Fields.of(item, Fields.Style.STRICT, sniffer.findings());
            Sniff sniff = new Sniff(ports(fields, "ports"), fields.bool("override-destination", override));
            fields.finish();
            try {
                found.put(protocol(item.name()), sniff);
            } catch (IllegalArgumentException e) {
                sniffer.findings().error(item.line(), item.path(), e.getMessage());
            }
        }
        if (found.isEmpty()) {
            old.forEach(protocol -> found.put(protocol, new Sniff(oldPorts, override)));
        }
        return found;
    }

    private static Ranges ports(Fields fields, String key) {
        return new Ranges(fields.parsedList(key, List.of(), text -> NumberRanges.range(text, 65535, "ports")));
    }

    private static Protocol protocol(String text) {
        Protocol protocol = PROTOCOLS.get(text.toLowerCase(Locale.ROOT));
        if (protocol == null) {
            throw new IllegalArgumentException(Findings.quote(text) + " is not known; expected one of "
                    + String.join(", ", PROTOCOLS.keySet()) + NearMiss.hint(text, PROTOCOLS.keySet(), ""));
        }
        return protocol;
    }
}
