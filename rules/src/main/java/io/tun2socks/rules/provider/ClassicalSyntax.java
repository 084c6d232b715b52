package io.tun2socks.rules.provider;

import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.parse.RuleSyntaxException;

/** Reads the rules of classical sets. */
@FunctionalInterface
public interface ClassicalSyntax {
    /**
     * Reads one rule, which has no target.
     *
     * @param text the rule, such as {@code DOMAIN-SUFFIX,example.com}
     * @param line the line of the file, from 1; 0 if unknown
     * @return the rule
     * @throws RuleSyntaxException if it is none
     */
    Rule parse(String text, int line) throws RuleSyntaxException;
}
