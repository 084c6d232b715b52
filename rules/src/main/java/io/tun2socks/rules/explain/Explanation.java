package io.tun2socks.rules.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * Why a flow went where it did.
 *
 * @param target the proxy or group
 * @param decided the rule that decided, with what is to be said of it; null if none did
 * @param nearer rules before it that did not decide, though they might have been expected to; the best guess first
 */
public record Explanation(String target, Mention decided, List<Mention> nearer) {
    /** Copies the list. */
    public Explanation {
        nearer = List.copyOf(nearer);
    }

    /**
     * A rule and what is to be said of it.
     *
     * @param rule its number, from 0
     * @param line the line that it was read from, from 1; 0 if unknown
     * @param text the rule
     * @param remark a clause without a full stop; may be empty
     */
    public record Mention(int rule, int line, String text, String remark) {
        /** Returns {@code rule 3 (line 12), DOMAIN,example.com,PROXY: the name …}. */
        @Override
        public String toString() {
            return "rule " + (rule + 1) + (line > 0 ? " (line " + line + ")" : "") + ", " + text
                    + (remark.isEmpty() ? "" : ": " + remark);
        }
    }

    /** Returns the explanation as lines for people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(target + ", by " + (decided == null ? "no rule" : decided.toString()));
        for (Mention mention : nearer) {
            lines.add("not by " + mention);
        }
        return lines;
    }
}
