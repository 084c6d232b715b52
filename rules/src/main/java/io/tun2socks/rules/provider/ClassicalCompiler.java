package io.tun2socks.rules.provider;

import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.Rule;
import java.util.List;

/** Makes the rules of classical sets askable. */
@FunctionalInterface
public interface ClassicalCompiler {
    /**
     * Compiles the rules of one set.
     *
     * @param rules the rules, in order; none refers to other sets or lists of rules
     * @return finds the first that matches
     * @throws RuleSetException if what a rule needs is missing, such as geographic data; the message says what
     */
    RuleMatcher compile(List<Rule> rules) throws RuleSetException;
}
