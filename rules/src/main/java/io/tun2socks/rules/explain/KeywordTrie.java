package io.tun2socks.rules.explain;

import java.util.HashMap;
import java.util.Map;

/** Words with the rules that they come from; finds one that a text holds, in a time that does not depend on their number. */
final class KeywordTrie {
    private static final int NONE = -1;

    /** The node that a letter leads to from a node: {@code node << 16 | letter}. */
    private final Map<Long, Integer> edges = new HashMap<>();

    /** The rule whose word ends at a node. */
    private final Map<Integer, Integer> ends = new HashMap<>();

    private int nodes = 1;

    void add(String word, int rule) {
        int node = 0;
        for (int i = 0; i < word.length(); i++) {
            Integer next = edges.putIfAbsent(edge(node, word.charAt(i)), nodes);
            node = next == null ? nodes++ : next;
        }
        ends.putIfAbsent(node, rule);
    }

    /** Returns the rule of a word that the text holds; -1 if it holds none. */
    int find(String text) {
        for (int start = 0; start < text.length() && nodes > 1; start++) {
            Integer node = 0;
            for (int i = start; i < text.length(); i++) {
                node = edges.get(edge(node, text.charAt(i)));
                if (node == null) {
                    break;
                }
                Integer rule = ends.get(node);
                if (rule != null) {
                    return rule;
                }
            }
        }
        return NONE;
    }

    private static long edge(int node, char letter) {
        return ((long) node << 16) | letter;
    }
}
