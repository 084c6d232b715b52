package io.tun2socks.config.clash;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads {@code rules} and {@code sub-rules} as lines; what the lines say is parsed elsewhere. */
final class RulesReader {
    private RulesReader() {}

    static List<RuleLine> rules(Fields root) {
        return lines(root.items("rules"), root.findings());
    }

    static Map<String, List<RuleLine>> subRules(Fields root) {
        Map<String, List<RuleLine>> lists = new LinkedHashMap<>();
        for (Item list : root.named("sub-rules")) {
            if (list.name().isEmpty()) {
                root.findings().error(list.line(), "sub-rules", "the name is empty; expected one");
            }
            List<Item> items = new ArrayList<>();
            if (list.node() instanceof SequenceNode sequence) {
                for (Node node : sequence.getValue()) {
                    String path = list.path() + "[" + items.size() + "]";
                    items.add(new Item(path, list.pattern() + "[]", "", YamlTree.line(node), node));
                }
            } else if (!YamlTree.isNull(list.node())) {
                String found = "found " + YamlTree.kind(list.node()) + "; expected a list of rules";
                root.findings().error(list.line(), list.path(), found);
            }
            lists.put(list.name(), lines(items, root.findings()));
        }
        return lists;
    }

    private static List<RuleLine> lines(List<Item> items, Findings findings) {
        List<RuleLine> lines = new ArrayList<>(items.size());
        for (Item item : items) {
            if (item.node() instanceof ScalarNode scalar && !YamlTree.isNull(scalar)) {
                lines.add(new RuleLine(scalar.getValue(), item.line()));
            } else {
                String found = YamlTree.isNull(item.node()) ? "nothing" : YamlTree.kind(item.node());
                findings.error(
                        item.line(),
                        item.path(),
                        "found " + found + "; expected a rule such as DOMAIN-SUFFIX,example.com,DIRECT, in quotes if it"
                                + " holds ': ' or ' #'");
            }
        }
        return List.copyOf(lines);
    }
}
