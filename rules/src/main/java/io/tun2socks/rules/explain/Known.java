package io.tun2socks.rules.explain;

import java.util.Set;
import java.util.function.Predicate;

/**
 * What rules may refer to.
 *
 * @param targets the names of proxies and groups, with those that are built in, such as DIRECT
 * @param ruleSets the names of rule providers
 * @param carriesUdp tells whether a target carries UDP
 */
public record Known(Set<String> targets, Set<String> ruleSets, Predicate<String> carriesUdp) {
    /** Copies the sets. */
    public Known {
        targets = Set.copyOf(targets);
        ruleSets = Set.copyOf(ruleSets);
    }
}
