package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;

/**
 * An ordered list of rules that finds the first one that matches. Immutable; any thread; no allocation per question.
 *
 * <p>A question goes on where it stopped: {@code match(flow, 0)}, and after {@link #NEEDS_ADDRESS} or {@link
 * #NEEDS_PROCESS}, once the flow's metadata has been completed, {@code match(flow, flow.resumeAt())}; after a match that
 * was passed over (PASS, no UDP), {@code match(flow, number + 1)}.
 */
public interface RuleMatcher {
    /** No rule matches. */
    int NONE = -1;

    /** The next rule to look at may need the destination's address: look the name up, and set resolved. */
    int NEEDS_ADDRESS = -2;

    /** The next rule to look at needs the flow's owner: seek it, and set processSought. */
    int NEEDS_PROCESS = -3;

    /**
     * Finds the first matching rule.
     *
     * @param flow the flow
     * @param from the number of the rule to begin with
     * @return the rule's number, {@link #NONE}, {@link #NEEDS_ADDRESS} or {@link #NEEDS_PROCESS}; for the last two {@code
     *     flow.resumeAt()} says where to go on
     */
    int match(FlowMetadata flow, int from);

    /**
     * Returns the target of a rule that has matched.
     *
     * @param rule the number that {@link #match} has returned
     * @param flow the same flow: for a SUB-RULE the target is that of the list's rule that matches
     * @return the target's name
     */
    String target(int rule, FlowMetadata flow);

    /** Returns how many rules there are. */
    int size();
}
