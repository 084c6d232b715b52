package io.tun2socks.rules.provider;

import java.util.Locale;
import java.util.Optional;

/** Clash's {@code behavior}: what the entries of a rule provider are. */
public enum RuleSetBehavior {
    /** Names with wildcards. */
    DOMAIN,
    /** Blocks of addresses. */
    IPCIDR,
    /** Rules without targets. */
    CLASSICAL;

    /**
     * Finds a behavior by its name.
     *
     * @param name in any case
     * @return the behavior, if there is one of that name
     */
    public static Optional<RuleSetBehavior> of(String name) {
        for (RuleSetBehavior behavior : values()) {
            if (behavior.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(behavior);
            }
        }
        return Optional.empty();
    }

    /** Returns the name as clash writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
