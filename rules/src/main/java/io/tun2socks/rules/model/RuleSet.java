package io.tun2socks.rules.model;

/** The contents of a rule provider at one time. Immutable; any thread; no allocation per question. */
public interface RuleSet {
    /**
     * Tells whether a flow is in the set.
     *
     * @param flow the flow; unchanged when this returns
     * @return whether it is
     */
    boolean matches(FlowMetadata flow);

    /** Returns how many rules the set holds. */
    int size();

    /** Returns whether a rule of the set looks at the destination's address and may have a name looked up for it. */
    boolean needsAddress();

    /** Returns whether a rule of the set looks at the flow's owner. */
    boolean needsProcess();
}
