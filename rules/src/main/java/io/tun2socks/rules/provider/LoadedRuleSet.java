package io.tun2socks.rules.provider;

import io.tun2socks.rules.model.RuleSet;
import java.util.List;

/**
 * What has been read of a rule provider.
 *
 * @param set the set of all good entries
 * @param problems the first of the entries that were left out
 * @param problemCount how many were left out
 */
public record LoadedRuleSet(RuleSet set, List<RuleSetProblem> problems, int problemCount) {
    /** Copies the list. */
    public LoadedRuleSet {
        problems = List.copyOf(problems);
    }
}
