package io.tun2socks.rules.model;

/** A set of domain names and patterns. Immutable; any thread; no allocation per question. */
public interface DomainMatcher {
    /**
     * Tells whether a name is in the set.
     *
     * @param host a normalized name (see {@link Names}); the empty string is in no set
     * @return whether it is
     */
    boolean matches(String host);

    /** Returns how many entries the set was made of. */
    int size();
}
