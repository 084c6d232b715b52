package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.TextPattern;
import java.util.HashMap;
import java.util.Map;

/** The names that earlier rules take by DOMAIN-SUFFIX and DOMAIN-KEYWORD. */
final class CoveredNames {
    private static final int NONE = -1;

    private final Map<String, Integer> suffixes = new HashMap<>();
    private final KeywordTrie keywords = new KeywordTrie();

    void addSuffix(String name, int rule) {
        suffixes.putIfAbsent(name, rule);
    }

    void addKeyword(String word, int rule) {
        keywords.add(word, rule);
    }

    /** Returns a rule that takes a name, and then all names below it as well; or -1. */
    int coveringName(String name) {
        int at = 0;
        while (true) {
            Integer rule = suffixes.get(at == 0 ? name : name.substring(at));
            if (rule != null) {
                return rule;
            }
            int dot = name.indexOf('.', at);
            if (dot < 0) {
                return coveringKeyword(name);
            }
            at = dot + 1;
        }
    }

    /** Returns a rule that takes all names that hold a word, or -1. */
    int coveringKeyword(String word) {
        return keywords.find(word);
    }

    /** Returns a rule that takes all names that fit a wildcard, or -1. */
    int coveringWildcard(TextPattern pattern) {
        String[] pieces = pattern.source().split("[*?]", -1);
        for (String piece : pieces) {
            int rule = coveringKeyword(piece);
            if (rule != NONE) {
                return rule;
            }
        }
        String tail = pieces[pieces.length - 1];
        // Before the first dot there may be a part of a label only.
        int dot = pieces.length == 1 ? 0 : tail.indexOf('.') + 1;
        boolean label = pieces.length == 1 || dot > 0;
        return label && dot < tail.length() ? coveringName(tail.substring(dot)) : NONE;
    }
}
