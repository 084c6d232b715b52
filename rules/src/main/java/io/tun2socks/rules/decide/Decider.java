package io.tun2socks.rules.decide;

import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import java.util.function.Function;

/**
 * Makes decisions as clash does: mode, hosts, the first rule that matches and whose target the flow may take. Does no
 * look-ups itself: it says what it needs, and goes on when the caller has completed the flow's metadata. Immutable; any
 * thread.
 *
 * <p>Semantics kept from mihomo (its {@code tunnel.match}): an address of {@code hosts} replaces the flow's own, also for
 * rules with {@code no-resolve}; a name is looked up at most once, before the first rule that may need it; UDP passes over
 * rules whose target cannot carry it, and goes DIRECT when none is left.
 */
public final class Decider {
    /** What a decision needs to go on. */
    public enum Step {
        /** Nothing: the decision is made. */
        DECIDED,
        /** The address of the flow's name; then {@code resolved(true)}, whether it was found or not. */
        NEEDS_ADDRESS,
        /** The flow's owner; then {@code processSought(true)}, whether it was found or not. */
        NEEDS_PROCESS
    }

    /** The target of flows that no rule decides about. */
    public static final String DIRECT = "DIRECT";

    /** The target of UDP flows that no rule decides about, if these must not leak. */
    public static final String REJECT = "REJECT";

    private static final String GLOBAL = "GLOBAL";

    private final RuleMatcher rules;
    private final Targets targets;
    private final Function<String, Ip> hosts;
    private final Mode mode;
    private final FindProcessMode findProcess;
    private final boolean rejectStrayUdp;

    /**
     * Makes a decider.
     *
     * @param rules the rules, in order
     * @param targets what their targets can do
     * @param hosts finds the address of a normalized name in {@code hosts}, or returns null
     * @param mode what decides
     * @param findProcess when owners are sought
     * @param rejectStrayUdp whether UDP flows that no rule decides about are rejected instead of going DIRECT
     */
    public Decider(
            RuleMatcher rules,
            Targets targets,
            Function<String, Ip> hosts,
            Mode mode,
            FindProcessMode findProcess,
            boolean rejectStrayUdp) {
        this.rules = rules;
        this.targets = targets;
        this.hosts = hosts;
        this.mode = mode;
        this.findProcess = findProcess;
        this.rejectStrayUdp = rejectStrayUdp;
    }

    /**
     * Returns the same decider in another mode.
     *
     * @param other the mode
     * @return a decider that shares everything else
     */
    public Decider withMode(Mode other) {
        return new Decider(rules, targets, hosts, other, findProcess, rejectStrayUdp);
    }

    /** Returns what decides. */
    public Mode mode() {
        return mode;
    }

    /** Returns the rules. */
    public RuleMatcher rules() {
        return rules;
    }

    /**
     * Begins to decide.
     *
     * @param flow what is known of the flow; completed in place
     * @param decision gets the result
     * @return what is needed to go on with {@link #resume}
     */
    public Step begin(FlowMetadata flow, Decision decision) {
        if (mode != Mode.RULE) {
            decision.decided(RuleMatcher.NONE, mode == Mode.GLOBAL ? GLOBAL : DIRECT);
            return Step.DECIDED;
        }
        if (!flow.host().isEmpty()) {
            Ip address = hosts.apply(flow.host());
            if (address != null) {
                flow.destinationIp(address).resolved(true);
            }
        }
        decision.next(0);
        if (findProcess == FindProcessMode.ALWAYS && !flow.processSought()) {
            return Step.NEEDS_PROCESS;
        }
        if (findProcess == FindProcessMode.OFF) {
            flow.processSought(true);
        }
        return resume(flow, decision);
    }

    /**
     * Goes on with a decision whose needs have been met.
     *
     * @param flow the flow
     * @param decision the decision that {@link #begin} was given
     * @return what is needed next
     */
    public Step resume(FlowMetadata flow, Decision decision) {
        while (true) {
            int rule = rules.match(flow, decision.next());
            switch (rule) {
                case RuleMatcher.NEEDS_ADDRESS -> {
                    decision.next(flow.resumeAt());
                    return Step.NEEDS_ADDRESS;
                }
                case RuleMatcher.NEEDS_PROCESS -> {
                    decision.next(flow.resumeAt());
                    return Step.NEEDS_PROCESS;
                }
                case RuleMatcher.NONE -> {
                    boolean reject = rejectStrayUdp && flow.network() == Network.UDP;
                    decision.decided(RuleMatcher.NONE, reject ? REJECT : DIRECT);
                    return Step.DECIDED;
                }
                default -> {
                    String target = rules.target(rule, flow);
                    Targets.Fitness fitness = targets.fitness(target, flow);
                    if (fitness == Targets.Fitness.FIT) {
                        decision.decided(rule, target);
                        return Step.DECIDED;
                    }
                    decision.skip(rule, target, fitness);
                    decision.next(rule + 1);
                }
            }
        }
    }
}
