package io.tun2socks.config.clash;

import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The entries of a mapping, with those that merge keys ({@code <<}) bring in, and without keys that are there twice. */
final class MappingEntries {
    private static final String MERGE = "<<";

    /** A key and its value; the key knows the line. */
    record Entry(ScalarNode key, Node value) {
        int line() {
            return YamlTree.line(key);
        }
    }

    private final Findings findings;
    private final String path;

    private MappingEntries(Findings findings, String path) {
        this.findings = findings;
        this.path = path;
    }

    /**
     * Returns the entries in their order, merged ones last.
     *
     * @param mapping the mapping
     * @param path for messages
     * @param findings gets what is wrong
     * @return the entries by key
     */
    static Map<String, Entry> of(MappingNode mapping, String path, Findings findings) {
        return new MappingEntries(findings, path).read(mapping);
    }

    private Map<String, Entry> read(MappingNode mapping) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, Entry> merged = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                String found = "found " + YamlTree.kind(tuple.getKeyNode()) + " as a key; expected a name";
                findings.error(YamlTree.line(tuple.getKeyNode()), path, found);
                continue;
            }
            String name = key.getValue();
            if (name.equals(MERGE) && key.isPlain()) {
                merge(key, tuple.getValueNode(), merged);
                continue;
            }
            Entry before = entries.putIfAbsent(name, new Entry(key, tuple.getValueNode()));
            if (before != null) {
                findings.error(
                        YamlTree.line(key),
                        path.isEmpty() ? name : path + "." + name,
                        "the key is there twice, first in line " + before.line() + "; expected it once");
            }
        }
        merged.forEach(entries::putIfAbsent);
        return entries;
    }

    /** The first of several mappings wins, and what is in the mapping itself wins over all. */
    private void merge(ScalarNode key, Node value, Map<String, Entry> merged) {
        if (value instanceof MappingNode other) {
            read(other).forEach(merged::putIfAbsent);
        } else if (value instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                if (item instanceof MappingNode other) {
                    read(other).forEach(merged::putIfAbsent);
                } else {
                    wrong(key, item);
                }
            }
        } else {
            wrong(key, value);
        }
    }

    private void wrong(ScalarNode key, Node value) {
        findings.error(
                YamlTree.line(key),
                path.isEmpty() ? MERGE : path + "." + MERGE,
                "found " + YamlTree.kind(value)
                        + "; expected an alias of a mapping, such as *name, or a list of these");
    }
}
