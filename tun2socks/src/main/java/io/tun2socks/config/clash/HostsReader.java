package io.tun2socks.config.clash;

import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads {@code hosts}. */
final class HostsReader {
    private static final String KEY = "hosts";
    private static final String EXPECTED =
            "; expected an address, a list of addresses, another name with a dot in it, or lan";

    private HostsReader() {}

    static Map<String, HostEntry> read(Fields root) {
        Map<String, HostEntry> hosts = new LinkedHashMap<>();
        hosts.put("localhost", new HostEntry(List.of(Ip.v4(127 << 24 | 1)), "", false, 0));
        Findings findings = root.findings();
        for (Item item : root.named(KEY)) {
            String name = Names.normalize(item.name());
            if (!isName(name)) {
                findings.error(
                        item.line(),
                        item.path(),
                        "not a domain name; expected such as www.example.com, '*.example.com' or '+.example.com'");
                continue;
            }
            entry(item, findings).ifPresent(entry -> hosts.put(name, entry));
        }
        findCycles(hosts, findings);
        return hosts;
    }

    private static boolean isName(String name) {
        if (name.isBlank() || !name.strip().equals(name) || name.endsWith(".")) {
            return false;
        }
        return name.indexOf("..") < 0;
    }

    private static Optional<HostEntry> entry(Item item, Findings findings) {
        List<String> texts = texts(item.node());
        if (texts.isEmpty()) {
            findings.error(item.line(), item.path(), "found no address" + EXPECTED);
            return Optional.empty();
        }
        if (texts.size() == 1 && Ip.parse(texts.get(0)).isEmpty()) {
            return name(item, texts.get(0), findings);
        }
        List<Ip> addresses = new ArrayList<>();
        for (String text : texts) {
            Optional<Ip> address = Ip.parse(text);
            if (address.isEmpty()) {
                findings.error(
                        item.line(),
                        item.path(),
                        Findings.quote(text) + " is not an address; expected such as 10.0.0.1");
                return Optional.empty();
            }
            addresses.add(address.get());
        }
        return Optional.of(new HostEntry(addresses, "", false, item.line()));
    }

    private static Optional<HostEntry> name(Item item, String text, Findings findings) {
        if (text.equals("lan")) {
            return Optional.of(new HostEntry(List.of(), "", true, item.line()));
        }
        String alias = Names.normalize(text);
        if (alias.indexOf('.') < 0 || !isName(alias)) {
            findings.error(item.line(), item.path(), Findings.quote(text) + " is not understood" + EXPECTED);
            return Optional.empty();
        }
        return Optional.of(new HostEntry(List.of(), alias, false, item.line()));
    }

    private static List<String> texts(Node node) {
        List<String> texts = new ArrayList<>();
        if (node instanceof SequenceNode list) {
            for (Node element : list.getValue()) {
                texts.add(element instanceof ScalarNode scalar ? scalar.getValue() : YamlTree.kind(element));
            }
        } else if (node instanceof ScalarNode scalar && !YamlTree.isNull(node)) {
            texts.add(scalar.getValue());
        }
        return texts;
    }

    private static void findCycles(Map<String, HostEntry> hosts, Findings findings) {
        hosts.forEach((name, entry) -> {
            Set<String> seen = new HashSet<>();
            HostEntry next = entry;
            while (next != null && !next.alias().isEmpty()) {
                if (!seen.add(next.alias())) {
                    return;
                }
                if (next.alias().equals(name)) {
                    findings.error(
                            entry.line(), KEY + "." + name, "the name stands for itself in the end; expected another");
                    return;
                }
                next = hosts.get(next.alias());
            }
        });
    }
}
