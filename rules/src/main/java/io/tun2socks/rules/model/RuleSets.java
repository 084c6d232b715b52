package io.tun2socks.rules.model;

/** The rule providers by name, as RULE-SET rules see them. Any thread. */
public interface RuleSets {
    /** No providers. */
    RuleSets NONE = name -> null;

    /**
     * Finds a provider's holder.
     *
     * @param name the provider's name
     * @return what holds its present contents, always the same object for a name; null if there is no such provider
     */
    Holder find(String name);

    /** Holds the present contents of a provider; these change when it is updated. */
    interface Holder {
        /** Returns the present contents; an empty set before the first load. One volatile read. */
        RuleSet current();
    }
}
