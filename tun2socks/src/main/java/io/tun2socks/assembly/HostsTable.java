package io.tun2socks.assembly;

import io.tun2socks.config.clash.HostEntry;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Clash's {@code hosts}: addresses of names, with the wildcards {@code *} (one label), {@code .} (all below) and {@code +.}
 * (the name and all below); aliases are followed. The most exact entry counts. Immutable; any thread.
 */
public final class HostsTable implements Function<String, Ip> {
    /** A chain of aliases that is longer is taken for a circle. */
    private static final int MAX_ALIASES = 16;

    private static final String ONE_LABEL = "*";
    private static final String ALL_BELOW = "";

    private final Node root = new Node();
    private final Supplier<Ip> lan;
    private final boolean empty;

    private static final class Node {
        private final Map<String, Node> children = new HashMap<>();
        private HostEntry entry;
    }

    /**
     * Makes a table.
     *
     * @param entries by name, as written; of two for the same name the last counts
     * @param lan finds an address of this machine for {@code lan} entries, or null
     */
    public HostsTable(Map<String, HostEntry> entries, Supplier<Ip> lan) {
        this.lan = lan;
        empty = entries.isEmpty();
        entries.forEach((name, entry) -> {
            String normal = Names.normalize(name);
            if (normal.startsWith("+.")) {
                put(normal.substring(2), entry, false);
                put(normal.substring(2), entry, true);
            } else if (normal.startsWith(".")) {
                put(normal.substring(1), entry, true);
            } else {
                put(normal, entry, false);
            }
        });
    }

    private void put(String name, HostEntry entry, boolean below) {
        Node node = root;
        int end = name.length();
        while (end >= 0) {
            int dot = name.lastIndexOf('.', end - 1);
            node = node.children.computeIfAbsent(name.substring(dot + 1, end), label -> new Node());
            end = dot;
        }
        if (below) {
            node = node.children.computeIfAbsent(ALL_BELOW, label -> new Node());
        }
        node.entry = entry;
    }

    /**
     * Finds the address of a name.
     *
     * @param name a normalized name
     * @return its first address, or null if there is no entry for it
     */
    @Override
    public Ip apply(String name) {
        if (empty) {
            return null;
        }
        String asked = name;
        for (int i = 0; i < MAX_ALIASES; i++) {
            HostEntry entry = asked.isEmpty() ? null : find(root, asked, asked.length());
            if (entry == null) {
                return null;
            }
            if (entry.lan()) {
                return lan.get();
            }
            List<Ip> addresses = entry.addresses();
            if (!addresses.isEmpty()) {
                return addresses.get(0);
            }
            asked = Names.normalize(entry.alias());
        }
        return null;
    }

    /** The label itself goes before a wildcard for it, and that before one for all below. */
    private static HostEntry find(Node node, String name, int end) {
        if (end < 0) {
            return node.entry;
        }
        int dot = name.lastIndexOf('.', end - 1);
        for (String label : new String[] {name.substring(dot + 1, end), ONE_LABEL}) {
            Node child = node.children.get(label);
            HostEntry found = child == null ? null : find(child, name, dot);
            if (found != null) {
                return found;
            }
        }
        Node below = node.children.get(ALL_BELOW);
        return below == null ? null : below.entry;
    }
}
