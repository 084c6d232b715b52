package io.tun2socks.config.clash;

import io.tun2socks.config.NearMiss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of a configuration, read key by key. What is wrong goes to the findings, and the default is returned, so
 * that reading goes on and finds all errors. {@link #finish} tells of keys that nobody asked for.
 */
final class Fields {
    /** How exactly keys and types are taken. */
    enum Style {
        /** As Go's YAML fills structures: keys as they are, numbers without quotes. */
        STRICT,
        /** As mihomo reads proxies, groups and providers: the case of keys and quotes do not matter. */
        LOOSE
    }

    private final Findings findings;
    private final String path;
    private final String pattern;
    private final Style style;
    private final int line;
    private final Map<String, MappingEntries.Entry> entries;
    private final Set<String> known = new LinkedHashSet<>();
    private final Set<String> taken = new LinkedHashSet<>();

    private Fields(
            Findings findings,
            String path,
            String pattern,
            Style style,
            int line,
            Map<String, MappingEntries.Entry> entries) {
        this.findings = findings;
        this.path = path;
        this.pattern = pattern;
        this.style = style;
        this.line = line;
        this.entries = entries;
    }

    /** Returns the mapping at the root of a document; an empty one if it is something else. */
    static Fields root(Node node, Findings findings) {
        return of(new Item("", "", "", YamlTree.line(node), node), Style.STRICT, findings);
    }

    /** Returns a mapping with nothing in it: every question is answered by the default. */
    static Fields empty(Findings findings) {
        return new Fields(findings, "", "", Style.STRICT, 0, Map.of());
    }

    /** Returns an item as a mapping; an empty one, and an error, if it is something else. */
    static Fields of(Item item, Style style, Findings findings) {
        Map<String, MappingEntries.Entry> entries = Map.of();
        if (item.node() instanceof MappingNode mapping) {
            entries = MappingEntries.of(mapping, item.path(), findings);
        } else if (!YamlTree.isNull(item.node())) {
            String found = "found " + YamlTree.kind(item.node()) + "; expected keys and values";
            findings.error(item.line(), item.path(), found);
        }
        return new Fields(findings, item.path(), item.pattern(), style, item.line(), entries);
    }

    Findings findings() {
        return findings;
    }

    /** Returns the line that the mapping begins in; 0 if it is not there. */
    int line() {
        return line;
    }

    /** Returns where a key stands; the line of the mapping if it does not. */
    int line(String key) {
        MappingEntries.Entry entry = entry(key);
        return entry == null ? line : entry.line();
    }

    void error(String key, String text) {
        findings.error(line(key), join(path, key), text);
    }

    void remark(String key, String text) {
        findings.remark(line(key), join(path, key), text);
    }

    /** Returns whether a key is there and has a value. */
    boolean has(String key) {
        return find(key) != null;
    }

    String text(String key, String otherwise) {
        return scalar(key, otherwise, "a text", ScalarNode::getValue);
    }

    boolean bool(String key, boolean otherwise) {
        return scalar(key, otherwise, "true or false", node -> Scalars.bool(node, style == Style.LOOSE));
    }

    /** Returns null if the key is not there. */
    Boolean boolOrNull(String key) {
        return has(key) ? Boolean.valueOf(bool(key, false)) : null;
    }

    int integer(String key, int otherwise, int min, int max) {
        return (int) integer(key, (long) otherwise, min, max);
    }

    long integer(String key, long otherwise, long min, long max) {
        return scalar(key, otherwise, "a number", node -> Scalars.integer(node, style == Style.LOOSE, min, max));
    }

    /**
     * Reads one of some words.
     *
     * @param values the words, in lower case, and what they mean
     */
    <T> T choice(String key, T otherwise, Map<String, T> values) {
        String expected = "one of " + String.join(", ", values.keySet());
        return scalar(key, otherwise, expected, node -> {
            T value = values.get(node.getValue().toLowerCase(Locale.ROOT));
            if (value == null) {
                throw new IllegalArgumentException(Findings.quote(node.getValue()) + " is not known; expected "
                        + expected + NearMiss.hint(node.getValue(), values.keySet(), ""));
            }
            return value;
        });
    }

    /** Reads a single value with a parser that throws {@link IllegalArgumentException} for wrong ones. */
    <T> T parsed(String key, T otherwise, String expected, Function<String, T> parser) {
        return scalar(key, otherwise, expected, node -> parser.apply(node.getValue()));
    }

    /** Reads a list of single values. */
    List<String> texts(String key, List<String> otherwise) {
        return parsedList(key, otherwise, Function.identity());
    }

    /** Reads a list of single values with a parser that throws {@link IllegalArgumentException} for wrong ones. */
    <T> List<T> parsedList(String key, List<T> otherwise, Function<String, T> parser) {
        if (find(key) == null) {
            return otherwise;
        }
        List<T> values = new ArrayList<>();
        for (Item item : items(key)) {
            if (item.node() instanceof ScalarNode scalar && !YamlTree.isNull(scalar)) {
                try {
                    values.add(parser.apply(scalar.getValue()));
                } catch (IllegalArgumentException e) {
                    findings.error(item.line(), item.path(), e.getMessage());
                }
            } else {
                String found = YamlTree.isNull(item.node()) ? "nothing" : YamlTree.kind(item.node());
                findings.error(item.line(), item.path(), "found " + found + "; expected a text");
            }
        }
        return values;
    }

    /** Reads a single value, or a list of these. */
    List<String> textOrTexts(String key) {
        return find(key) instanceof ScalarNode scalar ? List.of(scalar.getValue()) : texts(key, List.of());
    }

    /** Returns the elements of a list. */
    List<Item> items(String key) {
        Node node = find(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            error(key, "found " + YamlTree.kind(node) + "; expected a list, with '- ' before each element");
            return List.of();
        }
        List<Item> items = new ArrayList<>(sequence.getValue().size());
        for (Node element : sequence.getValue()) {
            String place = join(path, key) + "[" + items.size() + "]";
            items.add(new Item(place, join(pattern, key) + "[]", "", YamlTree.line(element), element));
        }
        return items;
    }

    /** Returns the values of a mapping whose keys are names, in order. */
    List<Item> named(String key) {
        Node node = find(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof MappingNode mapping)) {
            error(key, "found " + YamlTree.kind(node) + "; expected names, each with its settings");
            return List.of();
        }
        List<Item> items = new ArrayList<>();
        MappingEntries.of(mapping, join(path, key), findings).forEach((name, entry) -> {
            String place = join(path, key) + "." + name;
            items.add(new Item(place, join(pattern, key) + ".NAME", name, entry.line(), entry.value()));
        });
        return items;
    }

    /** Returns a mapping below this one; an empty one if it is not there. */
    Fields section(String key) {
        Node node = find(key);
        String place = join(path, key);
        if (node == null) {
            return new Fields(findings, place, join(pattern, key), style, 0, Map.of());
        }
        return of(new Item(place, join(pattern, key), key, line(key), node), style, findings);
    }

    /** Says that a key is known, though its value is not read. */
    void known(String... keys) {
        for (String key : keys) {
            find(key);
        }
    }

    /** Tells of keys that belong to something else, if they are there. */
    void foreign(Set<String> keys, String text) {
        entries.forEach((key, entry) -> {
            if (keys.contains(key) && !known.contains(key)) {
                taken.add(key);
                findings.remark(entry.line(), join(path, key), text);
            }
        });
    }

    /** Tells of the keys that nobody asked for, and of those that have no effect yet. */
    void finish() {
        Map<String, MappingEntries.Entry> unknown = new LinkedHashMap<>(entries);
        unknown.keySet().removeAll(taken);
        unknown.forEach((key, entry) -> findings.remark(
                entry.line(),
                join(path, key),
                "the key is not known, and has no effect" + NearMiss.hint(key, known, "")));
        for (String key : known) {
            findings.known(join(pattern, key));
            Node value = find(key);
            if (value != null && !means(value)) {
                continue;
            }
            NotServed.about(join(pattern, key))
                    .filter(about -> value != null)
                    .ifPresent(about -> remark(key, "has no effect yet: " + about));
        }
    }

    /** What switches something off that is not served, has its effect. */
    private static boolean means(Node value) {
        if (value instanceof ScalarNode scalar) {
            return switch (scalar.getValue()) {
                case "false", "False", "FALSE", "no", "off", "0", "" -> false;
                default -> true;
            };
        }
        if (value instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals("enable")) {
                    return means(tuple.getValueNode());
                }
            }
            return !mapping.getValue().isEmpty();
        }
        return !(value instanceof SequenceNode list) || !list.getValue().isEmpty();
    }

    private <T> T scalar(String key, T otherwise, String expected, Function<ScalarNode, T> reader) {
        Node node = find(key);
        if (node == null) {
            return otherwise;
        }
        if (!(node instanceof ScalarNode scalar)) {
            error(key, "found " + YamlTree.kind(node) + "; expected " + expected);
            return otherwise;
        }
        try {
            return reader.apply(scalar);
        } catch (IllegalArgumentException e) {
            error(key, e.getMessage());
            return otherwise;
        }
    }

    /** Returns the value of a key; null if it is not there or is nothing. */
    private Node find(String key) {
        known.add(key);
        MappingEntries.Entry entry = entry(key);
        if (entry == null) {
            return null;
        }
        taken.add(entry.key().getValue());
        return YamlTree.isNull(entry.value()) ? null : entry.value();
    }

    private MappingEntries.Entry entry(String key) {
        MappingEntries.Entry exact = entries.get(key);
        if (exact != null || style == Style.STRICT) {
            return exact;
        }
        for (Map.Entry<String, MappingEntries.Entry> entry : entries.entrySet()) {
            if (entry.getKey().toLowerCase(Locale.ROOT).replace('_', '-').equals(key)) {
                return entry.getValue();
            }
        }
        return null;
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : key.isEmpty() ? path : path + "." + key;
    }
}
