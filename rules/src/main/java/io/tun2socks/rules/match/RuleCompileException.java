package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Rule;

/** A list of rules cannot be used: a rule asks for what is not there. The message names the rule and what is missing. */
public final class RuleCompileException extends Exception {
    private static final long serialVersionUID = 1;

    private final int rule;
    private final int line;
    private final String list;

    RuleCompileException(String list, int number, Rule rule, String message) {
        super(place(list, number) + " (" + rule + "): " + message);
        this.list = list;
        this.rule = number;
        this.line = rule.line();
    }

    /** Returns the rule's number in its list, from 0. */
    public int rule() {
        return rule;
    }

    /** Returns the line that the rule was read from, from 1; 0 if unknown. */
    public int line() {
        return line;
    }

    /** Returns the name of the list of sub-rules that the rule is in; empty for the rules themselves. */
    public String list() {
        return list;
    }

    private static String place(String list, int number) {
        return (list.isEmpty() ? "rules[" : "sub-rules." + list + "[") + number + "]";
    }
}
