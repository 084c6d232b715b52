package io.tun2socks.rules.decide;

import io.tun2socks.rules.model.FlowMetadata;

/** What a decision must know of the targets of rules; implemented by the program's proxies and groups. Any thread. */
public interface Targets {
    /** Whether a flow may take a target now. */
    enum Fitness {
        /** It may. */
        FIT,
        /** The target is PASS, or a group that has chosen PASS: the next rule decides. */
        PASS,
        /** The flow is UDP, which the target cannot carry: the next rule decides. */
        NO_UDP,
        /** There is no such target (it came from a provider and has gone). */
        ABSENT
    }

    /**
     * Tells whether a flow may take a target.
     *
     * @param target its name
     * @param flow the flow
     * @return whether it may
     */
    Fitness fitness(String target, FlowMetadata flow);
}
