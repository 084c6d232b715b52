package io.tun2socks.cli.rules;

import io.tun2socks.route.Choice;
import io.tun2socks.rules.decide.Decider;
import io.tun2socks.rules.decide.Decision;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Rule;
import java.util.List;
import java.util.function.Function;

/** Decides about flows that only exist on paper, as the running program would. */
final class Trial {
    /**
     * What was decided.
     *
     * @param rule the rule's number, from 0; {@link RuleMatcher#NONE} if none decided
     * @param by the rule, or null
     * @param target the proxy or group that the flow goes to
     * @param chain the names from the target down to the proxy
     * @param nanos how long deciding took, look-ups not counted
     * @param lookedUp whether the name was looked up for a rule
     * @param decision with the rules that were passed over
     */
    record Outcome(
            int rule, Rule by, String target, List<String> chain, long nanos, boolean lookedUp, Decision decision) {}

    private final Decider decider;
    private final List<Rule> rules;
    private final Choice.Chooser chooser;
    private final Function<String, Ip> resolver;

    /**
     * Prepares trials.
     *
     * @param decider makes the decisions
     * @param rules what it decides by, in order
     * @param chooser finds the proxies of targets
     * @param resolver finds the address of a normalized name, or returns null
     */
    Trial(Decider decider, List<Rule> rules, Choice.Chooser chooser, Function<String, Ip> resolver) {
        this.decider = decider;
        this.rules = rules;
        this.chooser = chooser;
        this.resolver = resolver;
    }

    /**
     * Decides about one flow.
     *
     * @param flow completed on the way
     * @return what was decided
     */
    Outcome run(FlowMetadata flow) {
        Decision decision = Decision.explained();
        boolean lookedUp = false;
        long nanos = 0;
        long start = System.nanoTime();
        Decider.Step step = decider.begin(flow, decision);
        nanos += System.nanoTime() - start;
        while (step != Decider.Step.DECIDED) {
            if (step == Decider.Step.NEEDS_ADDRESS) {
                Ip address = resolver.apply(flow.host());
                lookedUp = true;
                if (address != null) {
                    flow.destinationIp(address);
                }
                flow.resolved(true);
            } else {
                // Who owns a flow on paper is said with it, or unknown.
                flow.processSought(true);
            }
            start = System.nanoTime();
            step = decider.resume(flow, decision);
            nanos += System.nanoTime() - start;
        }
        int number = decision.rule();
        Rule by = number == RuleMatcher.NONE ? null : rules.get(number);
        List<String> chain = chooser.choose(decision.target(), flow).chain();
        return new Outcome(number, by, decision.target(), chain, nanos, lookedUp, decision);
    }
}
